"""How far searches have come after how many evaluations."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from evonas.objectives import Objective
from evonas.plots.axes import (
    add_legend,
    new_axes,
    reference_words,
    say,
    say_axis,
    set_scale,
)
from evonas.plots.points import Cloud, Runs, are_comparable, choose, cloud_of, runs_of
from evonas.plots.style import (
    GREY,
    STEPS,
    Band,
    band_look,
    count_ticks,
    faint,
    strong,
    styled,
    tidy,
)
from evonas.runs.groups import Group, groups_of

N_MARKS = 15  # on a line, about
QUANTILES = {"quartiles": (0.25, 0.75), "range": (0.0, 1.0)}  # at a band's two sides


@styled()
def plot_best(
    runs: Runs,
    objective: Objective | str | None = None,
    *,
    band: Band = "quartiles",
    is_apart: bool = False,
    ax: Axes | None = None,
) -> Axes:
    """The best value so far against evaluations, one line per run or group of seeds.

    Args:
        runs: A result, several of them, or the records of one run; each has its colour. Of
            runs that differ in their seed alone, the median is drawn, in a band.
        objective: Objective or metric to show; the first of the first run if left out.
        band: What the band of several seeds is, their ``quartiles`` or their ``range``.
        is_apart: Whether runs that differ in their seed alone are drawn each by itself.
        ax: Axes to draw on; new ones if left out.

    Raises:
        ValueError: The name is no metric of the runs, or there is no objective.
    """
    drawn = runs_of(runs)
    (chosen,) = choose(drawn, [objective])
    ax = ax or new_axes()
    groups = groups_of(drawn, is_apart=is_apart)
    clouds = [[cloud_of(run, [chosen]) for run in group.runs] for group in groups]
    for i, (group, own) in enumerate(zip(groups, clouds, strict=True)):
        curves = [
            _best_so_far(cloud, chosen, n=len(run.records))
            for cloud, run in zip(own, group.runs, strict=True)
        ]
        if group.is_of_seeds:
            _draw_band(ax, group, curves, place=i, band=band, is_stairs=True)
        else:
            name = group.name if len(groups) > 1 else ""
            _draw_best(ax, own[0], curves[0], place=i, name=name)
    _count_evaluations(ax)
    values = [cloud.measured[:, 0] for own in clouds for cloud in own]
    set_scale(ax, "y", chosen, values=values)
    say_axis(ax, "y", chosen)
    add_legend(ax)
    return ax


@styled()
def plot_hypervolume(
    runs: Runs,
    *,
    band: Band = "quartiles",
    is_apart: bool = False,
    ax: Axes | None = None,
) -> Axes:
    """Hypervolume against evaluations, one line per run or group that has a reference point.

    Args:
        runs: A result, several of them, or the records of one run; each has its colour. Of
            runs that differ in their seed alone, the median is drawn, in a band.
        band: What the band of several seeds is, their ``quartiles`` or their ``range``.
        is_apart: Whether runs that differ in their seed alone are drawn each by itself.
        ax: Axes to draw on; new ones if left out.

    Raises:
        ValueError: The runs' objectives or reference points differ, so that their
            hypervolumes cannot be compared.
    """
    drawn = runs_of(runs)
    scaled = [run for run in drawn if run.hypervolumes]
    if not are_comparable(drawn):
        raise ValueError(
            f"the hypervolumes of {', '.join(run.name for run in scaled)} cannot be "
            "compared, for their objectives or reference points differ"
        )
    ax = ax or new_axes()
    for i, group in enumerate(groups_of(drawn, is_apart=is_apart)):
        curves = [np.array(run.hypervolumes, float).reshape(-1, 2) for run in group.runs]
        if group.is_of_seeds:
            _draw_band(ax, group, curves, place=i, band=band, is_stairs=False)
            continue
        ax.plot(
            *curves[0].T,
            **strong(i),
            markevery=max(1, len(curves[0]) // N_MARKS),
            label=group.name if len(curves[0]) else "",
            gid="hypervolume",
        )
    _count_evaluations(ax)
    say(ax, "y", "hypervolume, higher is better")
    ax.yaxis.set_major_locator(MaxNLocator(6, steps=STEPS))
    height = add_legend(ax) if len(scaled) > 1 else 0.0
    if scaled:
        ax.set_title(reference_words(ax, scaled[0]), color=GREY, pad=4.0 + height)
    return ax


def quantiles(
    curves: Sequence[np.ndarray], shares: Sequence[float]
) -> tuple[np.ndarray, np.ndarray]:
    """Quantiles of what several curves have reached, where all of them have reached something.

    Between two points a curve keeps the value of the first. Quantiles lie between values where
    they fall between them, linearly, as numpy's do.

    Args:
        curves: Evaluations and values of each, ``(n_i, 2)``, ascending in evaluations.
        shares: The shares of the curves that lie below each quantile, [0, 1].

    Returns:
        Evaluations, ``(n,)``, from where the last curve has begun to where the first has ended;
        and the quantiles there, ``(n_shares, n)``. None where a curve is empty, or ends before
        another begins.
    """
    if not len(curves) or not all(len(curve) for curve in curves):
        return np.zeros(0), np.zeros((len(shares), 0))
    start, end = max(c[0, 0] for c in curves), min(c[-1, 0] for c in curves)
    every = np.unique(np.concatenate([curve[:, 0] for curve in curves]))
    at = every[(every >= start) & (every <= end)]
    values = [curve[np.searchsorted(curve[:, 0], at, side="right") - 1, 1] for curve in curves]
    return at, np.quantile(np.array(values), shares, axis=0)


def _best_so_far(cloud: Cloud, objective: Objective, *, n: int) -> np.ndarray:
    """Evaluations and the best value after each that was measured, and at the end."""
    values = cloud.measured[:, 0]
    best = objective.sign * np.minimum.accumulate(objective.sign * values)
    if not len(best):
        return np.zeros((0, 2))
    return np.column_stack([[*cloud.numbers, n], [*best, best[-1]]])


def _draw_best(ax: Axes, cloud: Cloud, curve: np.ndarray, *, place: int, name: str) -> None:
    """The best so far of a run by itself, and all that it measured."""
    measured = "" if name else "measured"
    ax.plot(cloud.numbers, cloud.measured[:, 0], **faint(place), label=measured)
    ax.plot(
        *curve.T,
        **strong(place),
        drawstyle="steps-post",
        markevery=np.flatnonzero(np.diff(curve[:-1, 1], prepend=np.nan) != 0).tolist(),
        label=name or "best so far",
        gid="best",
    )


def _draw_band(
    ax: Axes,
    group: Group,
    curves: Sequence[np.ndarray],
    *,
    place: int,
    band: Band,
    is_stairs: bool,
) -> None:
    """The median of several curves, in a band."""
    low, high = QUANTILES[band]
    at, (lower, median, upper) = quantiles(curves, (low, 0.5, high))
    ax.plot(
        at,
        median,
        **strong(place),
        drawstyle="steps-post" if is_stairs else "default",
        markevery=max(1, len(at) // N_MARKS),
        label=f"{group.name}: median of {len(curves)} seeds",
        gid="best" if is_stairs else "hypervolume",
    )
    ax.fill_between(
        at,
        lower,
        upper,
        step="post" if is_stairs else None,
        **band_look(place),
        label=f"{band} of the seeds" if place == 0 else "",
        gid="band",
    )


def _count_evaluations(ax: Axes) -> None:
    ax.set_xlabel("evaluations")
    count_ticks(ax, "x")
    ax.margins(x=0.03)
    tidy(ax)
