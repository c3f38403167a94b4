"""Members of fronts as lines across one axis for each objective."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.markers import TICKLEFT
from matplotlib.ticker import LogLocator, MaxNLocator

from evonas.objectives import Objective
from evonas.plots.axes import (
    add_colour_bar,
    add_legend,
    axis_label,
    colour_scale,
    direction,
    is_logarithmic,
    new_axes,
    subdivisions,
    width_of,
)
from evonas.plots.labels import label_ends
from evonas.plots.members import named_step
from evonas.plots.points import Runs, choose, chosen_of, cloud_of, runs_of
from evonas.plots.style import COLOURS, EM, GREY, LINES, SMALL, SMALLEST, STEPS, short, styled
from evonas.runs.groups import Group, groups_of


@styled()
def plot_parallel(
    runs: Runs,
    objectives: Sequence[Objective | str] = (),
    *,
    color: Objective | str | None = None,
    is_apart: bool = False,
    has_labels: bool = True,
    ax: Axes | None = None,
) -> Axes:
    """Each member of the front as a line across an axis for each objective; up is better.

    Args:
        runs: A result, several of them, or the records of one run; each run, or all that
            differ in their seed alone, have one colour.
        objectives: Two or more objectives or names of metrics; those of the first run if empty.
        color: Objective or metric that the colours of a single run show; its first objective if
            left out.
        is_apart: Whether runs that differ in their seed alone have a colour each.
        has_labels: Whether the lines bear the short ids of the members, or of very many some.
        ax: Axes to draw on; new ones if left out.

    Raises:
        ValueError: A run lacks an objective, or there are fewer than two.
    """
    drawn = runs_of(runs)
    chosen = chosen_of(drawn, objectives)
    if len(chosen) < 2:
        raise ValueError(
            f"parallel axes need two objectives or more, got {chosen[0].name} alone"
        )
    shown = choose(drawn, [color])[0] if color else chosen[0]
    names = [objective.name for objective in chosen]
    every = chosen if shown.name in names else [*chosen, shown]
    ax = ax or new_axes()
    groups = groups_of(drawn, is_apart=is_apart)
    clouds = [(i, cloud_of(run, every)) for i, own in enumerate(groups) for run in own.runs]
    values = np.concatenate([cloud.front for _, cloud in clouds])  # (n_members, n_every)
    heights = np.column_stack([_heights(o, values[:, j]) for j, o in enumerate(chosen)])
    places = [i for i, cloud in clouds for _ in cloud.members]
    colours = [COLOURS[i % len(COLOURS)] for i in places]
    if len(drawn) == 1:
        column = values[:, [objective.name for objective in every].index(shown.name)]
        colours = _shades(ax, shown, column, has_bar=len(every) > len(chosen))
    for row, colour, i in zip(heights, colours, places, strict=True):
        line = LINES[i % len(LINES)]
        ax.plot(row, color=colour, linestyle=line, linewidth=0.9, alpha=0.85, gid="front")
    _draw_axes(ax, chosen, values)
    step = named_step([cloud for _, cloud in clouds]) if has_labels else 1
    _say_runs(ax, groups, some=f"one in {step} named" if step > 1 else "")
    if has_labels:
        ids = [cloud.names[i] for _, cloud in clouds for i in cloud.members][::step]
        own = colours[::step] if len(drawn) > 1 else ()
        label_ends(ax, heights[::step, -1], ids, colours=own)
    return ax


def _shades(ax: Axes, objective: Objective, values: np.ndarray, *, has_bar: bool) -> list[str]:
    """Colours for values of an objective, and a bar where no axis tells what they mean."""
    scale = colour_scale(objective, values)
    if has_bar and len(values):
        add_colour_bar(ax, scale, objective)
    return [to_hex(colour) for colour in scale.to_rgba(values)]


def _say_runs(ax: Axes, groups: Sequence[Group], *, some: str) -> None:
    """A legend of the runs, where there are several, and which members are named."""
    if len(groups) == 1 and not groups[0].is_of_seeds:
        ax.set_xlabel(some)
        return
    for i, group in enumerate(groups):
        n = f" ({len(group.runs)} seeds)" if group.is_of_seeds else ""
        colour, line = COLOURS[i % len(COLOURS)], LINES[i % len(LINES)]
        more = f", {some}" if some and i == 0 else ""
        ax.plot([], [], color=colour, linestyle=line, label=f"{group.name}{n}{more}")
    add_legend(ax, is_below=True)


def _heights(
    objective: Objective, values: np.ndarray, of: np.ndarray | None = None
) -> np.ndarray:
    """Values of an objective from its worst, 0, to its best, 1; half where all are equal.

    Args:
        objective: The objective that the values are of.
        values: All values on the axis, ``(n,)``.
        of: The values whose heights are wanted, ``(m,)``; all of the axis if left out.
    """
    wanted = values if of is None else of
    if is_logarithmic(objective, [values]):
        values, wanted = np.log10(values), np.log10(wanted)
    if not len(values) or np.ptp(values) == 0:
        return np.full(len(wanted), 0.5)
    shares: np.ndarray = (wanted - values.min()) / np.ptp(values)
    return 1 - shares if objective.sign > 0 else shares


def _draw_axes(ax: Axes, axes: Sequence[Objective], values: np.ndarray) -> None:
    """A line for each objective, with ticks in its own units, and its name above."""
    for j, objective in enumerate(axes):
        ax.axvline(j, color=GREY, linewidth=0.7, zorder=1, clip_on=False)
        ticks = _ticks(objective, values[:, j])
        heights = _heights(objective, values[:, j], ticks)
        marks = ax.plot(np.full(len(ticks), j), heights, linestyle="", clip_on=False)
        marks[0].set(marker=TICKLEFT, color=GREY, markersize=3, zorder=1)
        for tick, height in zip(ticks, heights, strict=True):
            ax.annotate(
                short(float(f"{tick:.10g}")),
                (j, height),
                (-5, 0),
                textcoords="offset points",
                ha="right",
                va="center",
                fontsize=SMALLEST,
                color=GREY,
                zorder=4,
                bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 0.5},
            )
    n_letters = max(6, int(width_of(ax) / len(axes) / (EM * SMALL)))
    headings = [_heading(objective, n_letters) for objective in axes]
    ax.set_xticks(range(len(axes)), headings, fontsize=SMALL)
    ax.xaxis.set_ticks_position("top")
    ax.tick_params(length=0, labelleft=False, left=False)
    ax.spines[:].set_visible(False)
    ax.set(xlim=(-0.35, len(axes) - 1), ylim=(-0.05, 1.05))


def _ticks(objective: Objective, values: np.ndarray) -> np.ndarray:
    if not len(values):
        return np.zeros(0)
    low, high = float(values.min()), float(values.max())
    if low == high:
        return np.array([low])
    if is_logarithmic(objective, [values]):
        subs = subdivisions(float(np.log10(high / low)))
        ticks = np.asarray(LogLocator(subs=subs).tick_values(low, high))
    else:
        ticks = np.asarray(MaxNLocator(5, steps=STEPS).tick_values(low, high))
    found: np.ndarray = ticks[(ticks >= low) & (ticks <= high)]
    return found


def _heading(objective: Objective, n_letters: int) -> str:
    """Label, unit and direction, as many letters wide as there is room."""
    label = axis_label(objective)
    if max(map(len, label.split())) > n_letters:
        label = objective.column
    lines = [*textwrap.wrap(label, n_letters), *textwrap.wrap(direction(objective), n_letters)]
    return "\n".join(lines)
