"""What is drawn on one pair of axes."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

from evonas.objectives import Constraint, Objective
from evonas.plots.points import Cloud, Runs, are_comparable, choose, cloud_of, runs_of
from evonas.runs.run import Run

# Okabe & Ito 2008, told apart by everyone; without their yellow, which is faint on white.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")  # one more: a colour returns in a new shape
LINES = ("-", "--", "-.", ":")
GREY = "#777777"
STEPS = [1, 2, 2.5, 5, 10]  # of ticks on a linear axis
LOG_SPAN = 20.0  # a cost whose values differ by a larger factor has a logarithmic axis


def plot_front(
    runs: Runs,
    x: Objective | str | None = None,
    y: Objective | str | None = None,
    *,
    constraints: Sequence[Constraint] = (),
    ax: Axes | None = None,
) -> Axes:
    """All measured architectures, and the front of two objectives drawn through.

    The stairs are the attainment surface: all that some architecture is at least as good as
    lies on one side of them. What breaks a constraint is a grey cross, or a tick at the foot
    where it was not measured any further; what failed is not drawn.

    Args:
        runs: A result, several of them, or the records of one run; each has its colour.
        x: Objective or metric to the right; the second objective of the first run if left out.
        y: Objective or metric upwards; the first objective of the first run if left out.
        constraints: Constraints that are to be kept beside the runs' own.
        ax: Axes to draw on; new ones if left out, whose ``.figure`` a notebook shows after
            ``%matplotlib inline``.

    Raises:
        ValueError: A name is no metric of the runs, or there are not two objectives.
    """
    drawn = runs_of(runs, constraints=constraints)
    upward, rightward = choose(drawn, [y, x])
    ax = ax or new_axes()
    clouds = [cloud_of(run, [rightward, upward]) for run in drawn]
    draw_faint(ax, clouds)
    for i, (run, cloud) in enumerate(zip(drawn, clouds, strict=True)):
        ax.plot(
            *cloud.front.T,
            **strong(i),
            drawstyle="steps-post" if rightward.sign > 0 else "steps-pre",
            label=run.name if len(drawn) > 1 else f"Pareto front ({len(cloud.front)})",
            gid="front",
        )
    for side, objective, column in (("x", rightward, 0), ("y", upward, 1)):
        set_scale(ax, side, objective, values=[cloud.column(column) for cloud in clouds])
        ax.set(**{f"{side}label": f"{axis_label(objective)}, {direction(objective)}"})
    _add_legend(ax)
    return ax


def plot_best(
    runs: Runs, objective: Objective | str | None = None, *, ax: Axes | None = None
) -> Axes:
    """The best value so far against evaluations, one line per run.

    Args:
        runs: A result, several of them, or the records of one run; each has its colour.
        objective: Objective or metric to show; the first of the first run if left out.
        ax: Axes to draw on; new ones if left out.

    Raises:
        ValueError: The name is no metric of the runs, or there is no objective.
    """
    drawn = runs_of(runs)
    (chosen,) = choose(drawn, [objective])
    ax = ax or new_axes()
    clouds = [cloud_of(run, [chosen]) for run in drawn]
    for i, (run, cloud) in enumerate(zip(drawn, clouds, strict=True)):
        values = cloud.measured[:, 0]
        best = chosen.sign * np.minimum.accumulate(chosen.sign * values)
        n_evaluations = len(run.records)
        label = run.name if len(drawn) > 1 else "best so far"
        ax.plot(cloud.numbers, values, **faint(i), label="" if len(drawn) > 1 else "measured")
        ax.plot(
            [*cloud.numbers, n_evaluations],
            [*best, *best[-1:]] if len(best) else [np.nan],
            **strong(i),
            drawstyle="steps-post",
            markevery=np.flatnonzero(np.diff(best, prepend=np.nan) != 0).tolist(),
            label=label,
            gid="best",
        )
    _count_evaluations(ax)
    set_scale(ax, "y", chosen, values=[cloud.measured[:, 0] for cloud in clouds])
    ax.set_ylabel(f"{axis_label(chosen)}, {direction(chosen)}")
    _add_legend(ax)
    return ax


def plot_hypervolume(runs: Runs, *, ax: Axes | None = None) -> Axes:
    """Hypervolume against evaluations, one line per run that has a reference point.

    Args:
        runs: A result, several of them, or the records of one run; each has its colour.
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
    for i, run in enumerate(drawn):
        ax.plot(
            [n_evaluations for n_evaluations, _ in run.hypervolumes],
            [hypervolume for _, hypervolume in run.hypervolumes],
            **strong(i),
            markevery=max(1, len(run.hypervolumes) // 15),
            label=run.name if run.hypervolumes else "",
            gid="hypervolume",
        )
    _count_evaluations(ax)
    ax.set_ylabel("hypervolume, higher is better")
    ax.yaxis.set_major_locator(MaxNLocator(6, steps=STEPS))
    if scaled:
        ax.set_title(_reference(scaled[0]), fontsize="small", color=GREY)
    if len(scaled) > 1:
        _add_legend(ax)
    return ax


def new_axes() -> Axes:
    """Axes on a figure of their own."""
    return Figure(figsize=(6.4, 4.8), layout="constrained").add_subplot()


def strong(i: int) -> dict[str, Any]:
    """How the front of the i-th run looks, from 0."""
    return {
        "color": COLOURS[i % len(COLOURS)],
        "marker": MARKERS[i % len(MARKERS)],
        "markersize": 5.5,
        "markeredgecolor": "white",
        "markeredgewidth": 0.6,
        "linewidth": 1.4,
        "linestyle": LINES[i % len(LINES)],
        "zorder": 3,
    }


def faint(i: int) -> dict[str, Any]:
    """How everything else of the i-th run looks, from 0."""
    return {
        "color": COLOURS[i % len(COLOURS)],
        "marker": MARKERS[i % len(MARKERS)],
        "markersize": 4,
        "markeredgewidth": 0,
        "linestyle": "",
        "alpha": 0.25,
        "zorder": 1,
    }


def draw_faint(ax: Axes, clouds: Sequence[Cloud]) -> None:
    """Everything that was measured, from clouds of two objectives."""
    for i, cloud in enumerate(clouds):
        label = f"measured ({len(cloud.measured)})" if len(clouds) == 1 else ""
        ax.plot(*cloud.measured.T, **faint(i), label=label, gid="measured")
    infeasible = np.concatenate([cloud.infeasible for cloud in clouds])
    is_complete = np.isfinite(infeasible).all(1)
    look: dict[str, Any] = {
        "color": GREY,
        "linestyle": "",
        "markersize": 4,
        "alpha": 0.5,
        "zorder": 2,
    }
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


def set_scale(
    ax: Axes, side: str, objective: Objective, *, values: Sequence[np.ndarray]
) -> None:
    """Readable ticks on one side, ``x`` or ``y``; logarithmic where a cost spans a lot."""
    low, high = _range(values)
    axis = ax.xaxis if side == "x" else ax.yaxis
    if is_logarithmic(objective, values):
        ax.set(**{f"{side}scale": "log"})
        axis.set_major_locator(LogLocator(subs=_subdivisions(float(np.log10(high / low)))))
        axis.set_minor_locator(NullLocator())
    else:
        axis.set_major_locator(MaxNLocator(6, steps=STEPS))
    axis.set_major_formatter(FuncFormatter(lambda value, _: short(value)))
    tidy(ax)


def is_logarithmic(objective: Objective, values: Sequence[np.ndarray]) -> bool:
    """Whether these values of an objective want a logarithmic axis."""
    low, high = _range(values)
    return objective.sign > 0 and 0 < low * LOG_SPAN < high


def tidy(ax: Axes) -> None:
    """A faint grid, and no frame."""
    ax.grid(alpha=0.25, linewidth=0.6)
    ax.set_axisbelow(True)
    ax.spines[["top", "right"]].set_visible(False)


def axis_label(objective: Objective) -> str:
    """What an axis says: the label, and the unit in brackets."""
    return f"{objective.label} [{objective.unit}]" if objective.unit else objective.label


def direction(objective: Objective) -> str:
    """Which way is better, in words."""
    return "lower is better" if objective.sign > 0 else "higher is better"


def short(value: float) -> str:
    """A number as a tick says it: 116.2M."""
    for factor, letter in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= factor:
            return f"{value / factor:.6g}{letter}"
    return f"{value:.6g}"


def _add_legend(ax: Axes) -> None:
    ax.legend(loc="best", fontsize="small", framealpha=0.9, handlelength=3.2, borderaxespad=1.2)


def _range(values: Sequence[np.ndarray]) -> tuple[float, float]:
    """Lowest and highest of all finite values; 0 and 0 if there is none."""
    finite = np.concatenate([column[np.isfinite(column)] for column in values])
    return (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 0.0)


def _subdivisions(n_decades: float) -> tuple[int, ...]:
    """Which multiples of a power of ten have a tick: about five ticks in all."""
    if n_decades < 2:
        return (1, 2, 5)
    return (1, 3) if n_decades < 3 else (1,)


def _count_evaluations(ax: Axes) -> None:
    ax.set_xlabel("evaluations")
    ax.xaxis.set_major_locator(MaxNLocator(6, steps=STEPS, integer=True))
    ax.margins(x=0.03)
    tidy(ax)


def _reference(run: Run) -> str:
    """The reference point in words, on as many lines as it takes."""
    values = [
        f"{o.name} {short(float(f'{run.goals.reference[o.name]:.4g}'))} {o.unit}".strip()
        for o in run.objectives
        if o.name in run.goals.reference
    ]
    unbroken = [value.replace(" ", "\N{NO-BREAK SPACE}") for value in values]
    return textwrap.fill(f"reference point: {', '.join(unbroken)}", 60)
