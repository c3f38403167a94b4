"""The front of two objectives, by itself, in the colours of a third, or as seeds attain it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection

from evonas.objectives import Constraint, Objective
from evonas.pareto.attainment import attainment_surface, n_attaining
from evonas.plots.axes import (
    add_colour_bar,
    add_legend,
    colour_scale,
    new_axes,
    say_axis,
    set_scale,
)
from evonas.plots.members import label_members, named_step
from evonas.plots.points import Cloud, Runs, choose, cloud_of, runs_of
from evonas.plots.style import (
    COLOURS,
    GREY,
    Band,
    band_look,
    faint,
    strong,
    styled,
)
from evonas.runs.groups import Group, groups_of
from evonas.runs.run import Run

SHARES = {"quartiles": (0.25, 0.75), "range": (0.0, 1.0)}  # of the seeds at a band's two sides
BEYOND = 0.04  # of an objective's range, that a band reaches over the worst that is drawn


@styled()
def plot_front(
    runs: Runs,
    x: Objective | str | None = None,
    y: Objective | str | None = None,
    *,
    color: Objective | str | None = None,
    constraints: Sequence[Constraint] = (),
    band: Band = "quartiles",
    is_apart: bool = False,
    has_labels: bool = True,
    ax: Axes | None = None,
) -> Axes:
    """All measured architectures, and the front of two objectives drawn through.

    The stairs are the attainment surface: all that some architecture is at least as good as
    lies on one side of them. Members of the front bear their short ids. Where the run has
    measured a member on the test part, a hollow mark says what it has there. What breaks a
    constraint is a grey cross, or a tick at the foot where it was not measured any further;
    what failed is not drawn.

    Of runs that differ in their seed alone, the stairs are what half of them attain, in a band
    from what a quarter to what three quarters attain.

    Args:
        runs: A result, several of them, or the records of one run; each has its colour.
        x: Objective or metric to the right; the second objective of the first run if left out.
        y: Objective or metric upwards; the first objective of the first run if left out.
        color: Objective or metric that the colours of the front show; the front is then that of
            all three, and runs are told apart by their marks.
        constraints: Constraints that are to be kept beside the runs' own.
        band: What the band of several seeds is: ``quartiles``, from what a quarter to what
            three quarters attain, or ``range``, from what one to what all of them attain.
        is_apart: Whether runs that differ in their seed alone are drawn each by itself.
        has_labels: Whether members of the front bear their ids.
        ax: Axes to draw on; new ones if left out, whose ``.figure`` a notebook shows after
            ``%matplotlib inline``.

    Raises:
        ValueError: A name is no metric of the runs, or there are not as many objectives.
    """
    drawn = runs_of(runs, constraints=constraints)
    upward, rightward, *third = choose(drawn, [y, x, *([color] if color else [])])
    axes = [rightward, upward, *third]
    ax = ax or new_axes()
    groups = groups_of(drawn, is_apart=is_apart or bool(third))
    clouds = [[cloud_of(run, axes) for run in group.runs] for group in groups]
    alone = {i: own[0] for i, own in enumerate(clouds) if len(own) == 1}
    step = named_step([*alone.values()]) if has_labels else 1
    draw_faint(ax, [*alone.values()], places=[*alone], is_grey=bool(third))
    if third:
        _draw_coloured(ax, groups, [*alone.values()], third[0], step=step)
    else:
        _draw_stairs(ax, groups, clouds, axes, band=band, step=step)
    for i, cloud in alone.items():
        colour = GREY if third else COLOURS[i % len(COLOURS)]
        draw_finals(ax, cloud, colour=colour, marker=strong(i)["marker"], axes=axes)
    for side, objective, column in (("x", rightward, 0), ("y", upward, 1)):
        values = [cloud.column(column) for own in clouds for cloud in own]
        set_scale(ax, side, objective, values=values)
        say_axis(ax, side, objective)
    if has_labels:
        label_members(ax, [*alone.values()], axes, places=[*alone], step=step)
    add_legend(ax)
    return ax


def _draw_stairs(
    ax: Axes,
    groups: Sequence[Group],
    clouds: Sequence[Sequence[Cloud]],
    axes: Sequence[Objective],
    *,
    band: Band,
    step: int,
) -> None:
    """A front of two objectives for each run, or what the seeds of a group attain."""
    for i, (group, own) in enumerate(zip(groups, clouds, strict=True)):
        if group.is_of_seeds:
            draw_attained(ax, group, own, axes, place=i, band=band)
        else:
            label = _word(group.runs[0], own[0], n=len(groups), step=step)
            down = "steps-post" if axes[0].sign > 0 else "steps-pre"
            ax.plot(*own[0].front.T, **strong(i), drawstyle=down, label=label, gid="front")


def draw_faint(
    ax: Axes, clouds: Sequence[Cloud], *, places: Sequence[int], is_grey: bool = False
) -> None:
    """Everything that was measured, from clouds whose first two objectives are the axes.

    Args:
        ax: The axes to draw on.
        clouds: The runs' architectures.
        places: The place of each run among those that are drawn, which decides its look.
        is_grey: Whether colours mean something else than runs.
    """
    for i, cloud in zip(places, clouds, strict=True):
        label = f"measured ({len(cloud.measured)})" if len(clouds) == 1 else ""
        look = {**faint(i), **({"color": GREY} if is_grey else {})}
        ax.plot(*cloud.measured[:, :2].T, **look, label=label, gid="measured")
    infeasible = np.concatenate([np.zeros((0, 2)), *(c.infeasible[:, :2] for c in clouds)])
    is_complete = np.isfinite(infeasible).all(1)
    look = {"color": GREY, "linestyle": "", "markersize": 3.2, "alpha": 0.5, "zorder": 2}
    if is_complete.any():
        points = infeasible[is_complete].T
        ax.plot(*points, **look, marker="x", label="breaks a constraint", gid="infeasible")
    unmeasured = infeasible[~is_complete, 0]
    if np.isfinite(unmeasured).any():
        foot = np.full(len(unmeasured), 0.015)
        label = "breaks a constraint, not measured"
        at_foot = ax.get_xaxis_transform()
        ax.plot(
            unmeasured, foot, **look, marker="|", label=label, gid="foot", transform=at_foot
        )


def draw_attained(
    ax: Axes,
    group: Group,
    clouds: Sequence[Cloud],
    axes: Sequence[Objective],
    *,
    place: int,
    band: Band,
) -> None:
    """What half of several runs attain as stairs, in a band of what fewer and more of them do.

    Args:
        ax: The axes to draw on.
        group: The runs, which differ in their seed.
        clouds: Their architectures in two objectives.
        axes: The objectives to the right and upwards.
        place: The place of the group among those that are drawn, which decides its look.
        band: What the sides of the band are.
    """
    signs = np.array([objective.sign for objective in axes])
    fronts = [cloud.front * signs for cloud in clouds]
    n = len(fronts)
    few, half, many = (
        attainment_surface(fronts, n_attaining=n_attaining(share, n_runs=n))
        for share in (SHARES[band][0], 0.5, SHARES[band][1])
    )
    step: Literal["pre", "post"] = "post" if signs[0] > 0 else "pre"
    label = f"{group.name}: attained by half of {n} seeds"
    ordered = (half * signs)[:: signs[0]]
    ax.plot(*ordered.T, **strong(place), drawstyle=f"steps-{step}", label=label, gid="front")
    together = np.concatenate([np.zeros((0, 2)), *fronts])
    if not len(together):
        return
    worst = together.max(0) + BEYOND * np.ptp(together, axis=0)
    places = np.unique([*few[:, 0], *many[:, 0], worst[0]])[:: signs[0]]
    sides = [signs[1] * _heights(corners, places, worst[1]) for corners in (few, many)]
    said = "25 % to 75 %" if band == "quartiles" else "one to all"
    ax.fill_between(
        signs[0] * places,
        sides[0],
        sides[1],
        step=step,
        **band_look(place),
        label=f"attained by {said} of the seeds" if place == 0 else "",
        gid="band",
    )


def _heights(corners: np.ndarray, places: np.ndarray, worst: float) -> np.ndarray:
    """How far down a surface is at places; at worst before its first corner."""
    after = np.searchsorted(corners[:, 0], places, side="right")
    found: np.ndarray = np.minimum(np.append(worst, corners[:, 1])[after], worst)
    return found


def draw_finals(
    ax: Axes, cloud: Cloud, *, colour: str, marker: str, axes: Sequence[Objective]
) -> None:
    """What members of the front have on the test part: hollow marks, joined to their points."""
    own, finals = cloud.front[:, :2], cloud.finals[cloud.members][:, :2]
    is_known = np.isfinite(finals)
    rows = is_known.any(1)
    if not rows.any():
        return
    own, ends = own[rows], np.where(is_known, finals, own)[rows]
    joined = [*np.stack([own, ends], axis=1)]
    ax.add_collection(LineCollection(joined, colors=colour, linewidths=0.5, zorder=2))
    labels = [
        axes[i].label.replace("validation", "test") for i in range(2) if is_known[:, i].any()
    ]
    is_new = labels[0] not in ax.get_legend_handles_labels()[1]
    ax.plot(
        *ends.T,
        marker=marker,
        markersize=3.6,
        markerfacecolor="white",
        markeredgecolor=colour,
        markeredgewidth=0.7,
        linestyle="",
        zorder=2.5,
        label=" and ".join(labels) if is_new else "",
        gid="final",
    )


def _draw_coloured(
    ax: Axes,
    groups: Sequence[Group],
    clouds: Sequence[Cloud],
    objective: Objective,
    *,
    step: int,
) -> None:
    """Fronts of three objectives, the third in colours."""
    values = np.concatenate([cloud.front[:, 2] for cloud in clouds])
    scale = colour_scale(objective, values)
    for i, (group, cloud) in enumerate(zip(groups, clouds, strict=True)):
        x, y, z = cloud.front.T
        ax.scatter(
            x,
            y,
            22,
            c=scale.to_rgba(z),
            marker=strong(i)["marker"],
            edgecolors="black",
            linewidths=0.4,
            zorder=3,
            label=_word(group.runs[0], cloud, n=len(groups), step=step),
            gid="front",
        )
    if len(values):
        add_colour_bar(ax, scale, objective)


def _word(run: Run, cloud: Cloud, *, n: int, step: int) -> str:
    """What a legend calls the front of a run by itself."""
    some = f", one in {step} named" if step > 1 else ""
    if n > 1:
        return f"{run.name}{some}"
    return f"Pareto front ({len(cloud.front)}{some})"
