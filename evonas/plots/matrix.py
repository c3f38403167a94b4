"""Every pair of objectives beside each other."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from evonas.objectives import Objective
from evonas.plots.axes import (
    axis_label,
    direction,
    height_of,
    is_logarithmic,
    set_scale,
    width_of,
)
from evonas.plots.front import draw_faint
from evonas.plots.members import label_members, named_step
from evonas.plots.points import Cloud, Runs, chosen_of, cloud_of, runs_of
from evonas.plots.style import EM, GREY, SMALL, WIDTHS, new_figure, strong, styled
from evonas.runs.groups import Group, groups_of

N_BINS = 24
MOST_NAMED = 16  # members of fronts; a panel is small


@styled()
def plot_matrix(
    runs: Runs,
    objectives: Sequence[Objective | str] = (),
    *,
    is_apart: bool = False,
    has_labels: bool = True,
    figure: Figure | None = None,
) -> np.ndarray:
    """Every pair of objectives; the front of all of them together stands out.

    Args:
        runs: A result, several of them, or the records of one run; each has its colour, and
            those that differ in their seed alone have one.
        objectives: Two or more objectives or names of metrics; those of the first run if empty.
        is_apart: Whether runs that differ in their seed alone have a colour each.
        has_labels: Whether members of fronts bear their ids in the first pair; of more than 16
            some do, as the legend says.
        figure: Figure to draw on; a new one if left out.

    Returns:
        ``(n_objectives, n_objectives)`` axes: how each objective is distributed on the
        diagonal, the pairs below it, ``None`` above it.

    Raises:
        ValueError: A run lacks an objective, or there are fewer than two.
    """
    drawn = runs_of(runs)
    chosen = chosen_of(drawn, objectives)
    n = len(chosen)
    if n < 2:
        raise ValueError(f"a matrix needs two objectives or more, got {chosen[0].name} alone")
    figure = figure or new_figure(height=0.9 * WIDTHS["page"])
    grid = figure.add_gridspec(n, n)
    fronts = _fronts(groups_of(drawn, is_apart=is_apart), chosen, has_labels=has_labels)
    panels = np.full((n, n), None, dtype=object)
    for row, column in [(i, j) for i in range(n) for j in range(i + 1)]:
        above = panels[column, column]
        beside = panels[row, 0] if row > column else None
        panels[row, column] = figure.add_subplot(grid[row, column], sharex=above, sharey=beside)
        _draw_panel(panels[row, column], fronts, chosen, row=row, column=column)
    if has_labels:
        clouds = _clouds(fronts, columns=(0, 1))
        places = [front.place for front in fronts for _ in front.clouds]
        label_members(panels[1, 0], clouds, chosen[:2], places=places, step=_step(fronts))
    free = figure.add_subplot(grid[n - 2, n - 1])
    free.axis("off")
    free.legend(*panels[n - 1, 0].get_legend_handles_labels(), loc="center")
    return panels


@dataclass(frozen=True)
class _Front:
    """The runs of a group: what a legend calls them, their place, and their architectures."""

    name: str
    place: int
    clouds: tuple[Cloud, ...]


def _fronts(
    groups: Sequence[Group], chosen: Sequence[Objective], *, has_labels: bool
) -> list[_Front]:
    """What is drawn of each group."""
    found = []
    for place, group in enumerate(groups):
        clouds = tuple(cloud_of(run, chosen) for run in group.runs)
        n = f" ({len(clouds)} seeds)" if group.is_of_seeds else ""
        name = f"{group.name}{n}"
        if len(groups) == 1 and not group.is_of_seeds:
            name = f"Pareto front ({len(clouds[0].members)})"
        found.append(_Front(name, place, clouds))
    step = _step(found)
    if has_labels and step > 1:
        found[0] = replace(found[0], name=f"{found[0].name}, one in {step} named")
    return found


def _step(fronts: Sequence[_Front]) -> int:
    """How many members there are to one that is named."""
    every = [cloud for front in fronts for cloud in front.clouds]
    return named_step(every, n_most=MOST_NAMED)


def _clouds(fronts: Sequence[_Front], *, columns: tuple[int, int]) -> list[Cloud]:
    return [cloud.columns(*columns) for front in fronts for cloud in front.clouds]


def _draw_panel(
    ax: Axes,
    fronts: Sequence[_Front],
    chosen: Sequence[Objective],
    *,
    row: int,
    column: int,
) -> None:
    """A pair of objectives, or on the diagonal how one is distributed."""
    values = [
        [cloud.column(i) for front in fronts for cloud in front.clouds] for i in (column, row)
    ]
    if row == column:
        _draw_distribution(ax, chosen[row], fronts, column=row)
    else:
        _draw_pair(ax, fronts, columns=(column, row))
        set_scale(ax, "y", chosen[row], values=values[1])
    set_scale(ax, "x", chosen[column], values=values[0])
    _label_margins(ax, chosen, row=row, column=column)


def _draw_distribution(
    ax: Axes, objective: Objective, fronts: Sequence[_Front], *, column: int
) -> None:
    columns = [np.concatenate([c.column(column) for c in front.clouds]) for front in fronts]
    finite = [values[np.isfinite(values)] for values in columns]
    together = np.concatenate(finite)
    space = np.geomspace if is_logarithmic(objective, finite) else np.linspace
    low, high = (together.min(), together.max()) if len(together) else (0.0, 1.0)
    edges = space(low, high if high > low else low + 1.0, N_BINS + 1).tolist()
    for front, values in zip(fronts, finite, strict=True):
        colour = strong(front.place)["color"]
        ax.hist(values, edges, histtype="step", color=colour, linewidth=1.0)
        ax.hist(values, edges, histtype="stepfilled", color=colour, alpha=0.15)


def _draw_pair(ax: Axes, fronts: Sequence[_Front], *, columns: tuple[int, int]) -> None:
    places = [front.place for front in fronts for _ in front.clouds]
    draw_faint(ax, _clouds(fronts, columns=columns), places=places)
    for front in fronts:
        members = np.concatenate([cloud.columns(*columns).front for cloud in front.clouds])
        look = {**strong(front.place), "linestyle": "", "markersize": 3.6}
        ax.plot(*members.T, **look, label=front.name, gid="front")


def _label_margins(ax: Axes, chosen: Sequence[Objective], *, row: int, column: int) -> None:
    """Words at the left and the lower margin of the matrix, and over its diagonal."""
    if row == column:
        n_letters = max(12, int(width_of(ax) / (EM * SMALL)))
        lines = textwrap.wrap(chosen[row].label, n_letters)
        ax.set_title("\n".join([*lines, direction(chosen[row])]), fontsize=SMALL, color=GREY)
        ax.tick_params(left=False, labelleft=False)
        ax.spines["left"].set_visible(False)
    elif column == 0:
        ax.set_ylabel(_fitting(chosen[row], height_of(ax)), fontsize=SMALL)
    else:
        ax.tick_params(labelleft=False)
    if row == len(chosen) - 1:
        ax.set_xlabel(_fitting(chosen[column], width_of(ax)), fontsize=SMALL)
    else:
        ax.tick_params(labelbottom=False)


def _fitting(objective: Objective, room: float) -> str:
    """The label of an objective, or its name where the label would be too long."""
    label = axis_label(objective)
    return label if EM * SMALL * len(label) <= room else objective.column
