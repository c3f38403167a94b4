"""Accuracy against FLOPs, exit by exit: of a network, and of the front of a run."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from evonas.networks.exits import anytime_area, exit_names
from evonas.objectives import FLOPS
from evonas.plots.axes import add_legend, log_ticks, new_axes, say, set_scale
from evonas.plots.points import Runs, runs_of
from evonas.plots.style import GREY, number_ticks, save, short, strong, styled
from evonas.record import Record
from evonas.runs.run import Run

MOST_NAMED = 6  # networks in colours; all others are grey
FURTHEST = 1e6  # times the cost of the last exit, to which its answer is drawn
LOG_SPAN = 20.0  # of FLOPs, from which the axis is logarithmic


@dataclass(frozen=True)
class ExitCurve:
    """What one network is worth at each of its exits, or several networks of different sizes.

    Attributes:
        flops: What each answer costs, ascending, ``(k,)``.
        accuracies: How often each answer is right, in percent, ``(k,)``.
        name: What a legend calls the network.

    Raises:
        ValueError: There is no exit, there are not as many of both, or the costs do not ascend.
    """

    flops: tuple[float, ...]
    accuracies: tuple[float, ...]
    name: str = ""

    def __post_init__(self) -> None:
        is_ascending = list(self.flops) == sorted(self.flops)
        if not self.flops or len(self.flops) != len(self.accuracies) or not is_ascending:
            raise ValueError(
                f"exits of {self.flops} FLOPs and {self.accuracies} %; expected as many of "
                "both, the cheapest first"
            )

    def at(self, budgets: np.ndarray) -> np.ndarray:
        """The accuracy under each budget: of the last answer that costs no more.

        Args:
            budgets: Budgets in FLOPs, ``(n,)``.

        Returns:
            Percent, ``(n,)``; NaN where a budget is too small for any answer.
        """
        places = np.searchsorted(self.flops, budgets, side="right")
        return np.array([np.nan, *self.accuracies])[places]

    def area(self, *, max_budget: float, chance: float) -> float:
        """The mean accuracy over budgets of [0, max_budget], in percent."""
        return anytime_area(self.accuracies, self.flops, max_budget=max_budget, chance=chance)


def n_exits(record: Record) -> int:
    """How many exits a record tells of; 0 where it tells of none.

    Args:
        record: The record of an architecture.
    """
    known = record.metrics
    n = 0
    while {f"flops_{n + 1}", f"acc_{n + 1}"} <= known.keys():
        n += 1
    return n


def curve_of(record: Record, *, name: str, part: str = "") -> ExitCurve:
    """The exits of an architecture, by what a run has measured of it.

    Args:
        record: The record of the architecture.
        name: What a legend calls it.
        part: ``test_`` for accuracies on the test part; empty for the validation part.
    """
    known, n = record.metrics, n_exits(record)
    flops = tuple(known[each] for each in exit_names("flops", n))
    worth = tuple(known[each] for each in exit_names(f"{part}acc", n))
    return ExitCurve(flops, worth, name)


@styled()
def plot_exits(runs: Runs, *, ax: Axes | None = None) -> Axes:
    """Accuracy of every exit against its FLOPs, for the front of a run or of several.

    Each network is a staircase, for a budget is answered by the last exit that costs no more;
    a thin line says so of the budgets beyond the last exit. The range of budgets over which the
    anytime accuracy is the mean is shaded, and a dotted line says what guessing is worth, where
    that is not far below. Of one run the members of the front with the largest areas are in
    colours, and the others grey; of several runs each has its own colour. The accuracies are
    those on the test part where all of the front have them.

    Args:
        runs: A result, several of them, or the records of one run.
        ax: Axes to draw on; new ones if left out.

    Raises:
        ValueError: A run has no front, or its networks have no exits.
    """
    drawn = runs_of(runs)
    members = [member for run in drawn for member in _members(run)]
    part = "test_" if all("test_acc_1" in member.metrics for member in members) else ""
    ax = ax or new_axes()
    terms = [_terms(run) for run in drawn]
    for i, run in enumerate(drawn):
        own = [curve_of(m, name=run.ids[m.genome], part=part) for m in _members(run)]
        ranked = sorted(own, key=lambda curve: -curve.area(**terms[i]))
        if len(drawn) == 1:
            draw_curves(ax, ranked)
        else:
            _draw(ax, ranked[0], i=i, name=f"{run.name}, {ranked[0].name}")
            for curve in ranked[1:]:
                _draw(ax, curve, i=i, name="", is_faint=True)
    curves = [curve_of(member, name="", part=part) for member in members]
    draw_range(ax, curves, **max(terms, key=lambda each: each["max_budget"]))
    say(ax, "y", f"{'test' if part else 'validation'} accuracy [%], higher is better")
    add_legend(ax)
    return ax


@styled()
def draw_exits(curve: ExitCurve, *, chance: float, out: Path) -> None:
    """A picture of one network's exits.

    Args:
        curve: The exits of the network, with accuracies on the test part.
        chance: The accuracy of guessing, in percent.
        out: File that the picture is written to.
    """
    ax = new_axes()
    draw_curves(ax, [curve])
    draw_range(ax, [curve], max_budget=0.0, chance=chance)
    say(ax, "y", "test accuracy [%], higher is better")
    add_legend(ax)
    figure = ax.get_figure()
    assert isinstance(figure, Figure)
    save(figure, out)


def draw_curves(ax: Axes, curves: Sequence[ExitCurve]) -> None:
    """Staircases of networks, the first few in colours and the others grey.

    Args:
        ax: The axes.
        curves: The networks, the most important in front.
    """
    for curve in curves[MOST_NAMED:]:
        _draw(ax, curve, i=0, name="", is_faint=True, colour=GREY)
    for i, curve in enumerate(curves[:MOST_NAMED]):
        _draw(ax, curve, i=i, name=curve.name if len(curves) > 1 else "")


def draw_range(
    ax: Axes, curves: Sequence[ExitCurve], *, max_budget: float, chance: float
) -> None:
    """What the area is under: the range of budgets, and guessing where it is not far below.

    Args:
        ax: The axes, on which the curves were drawn.
        curves: All that was drawn.
        max_budget: The end of the range, in FLOPs; 0 where there is none to show.
        chance: The accuracy of guessing, in percent.
    """
    costs = np.array([flops for curve in curves for flops in curve.flops])
    low, high = float(costs.min()), float(max(costs.max(), max_budget))
    is_log = high > LOG_SPAN * low
    if is_log:
        log_ticks(ax, "x", low, high)
        ax.set_xlim(low / 1.5, high * 1.15)
    else:
        set_scale(ax, "x", FLOPS, values=[costs])
        ax.set_xlim(0, 1.04 * high)
    if max_budget:
        words = f"budgets up to {short(float(f'{max_budget:.3g}'))}"
        shade: dict[str, Any] = {"color": GREY, "alpha": 0.10, "linewidth": 0, "zorder": 0}
        ax.axvspan(ax.get_xlim()[0], max_budget, **shade, label=words)
    worth = [accuracy for curve in curves for accuracy in curve.accuracies]
    if 2 * min(worth) - max(worth) <= chance:  # else all that is above would be squeezed
        look: dict[str, Any] = {"color": GREY, "linewidth": 0.8, "linestyle": ":"}
        ax.axhline(chance, **look, label=f"guessing, {chance:.3g} %")
    number_ticks(ax, "y")
    ax.grid(alpha=0.25, linewidth=0.5)
    ax.spines[["top", "right"]].set_visible(False)
    say(ax, "x", "FLOPs of one answer, lower is better")


def _draw(
    ax: Axes,
    curve: ExitCurve,
    *,
    i: int,
    name: str,
    is_faint: bool = False,
    colour: str = "",
) -> None:
    """One staircase, with a mark where each exit begins to answer."""
    look: dict[str, Any] = {**strong(i), "label": name or None, "gid": "exits"}
    if is_faint:
        look |= {"alpha": 0.3, "linewidth": 0.7, "markersize": 2.5, "zorder": 1}
    if colour:
        look["color"] = colour
    ax.plot(curve.flops, curve.accuracies, drawstyle="steps-post", **look)
    further = {**look, "marker": "", "label": None, "linewidth": 0.5, "zorder": 1, "gid": None}
    ends = curve.flops[-1], FURTHEST * curve.flops[-1]
    ax.plot(ends, [curve.accuracies[-1]] * 2, **further, scalex=False)


def _members(run: Run) -> tuple[Record, ...]:
    if not run.front:
        raise ValueError(f"{run.name} has no front yet")
    if not all(n_exits(record) for record in run.front):
        raise ValueError(
            f"{run.name} tells nothing of exits; a search with --exits does, where networks "
            "are chains"
        )
    return run.front


def _terms(run: Run) -> Mapping[str, float]:
    """The range of budgets of a run, and what guessing is worth there."""
    task, data = run.resolved.get("task", {}), run.resolved.get("data", {})
    dearest = max(r.metrics.get("flops", math.nan) for r in run.front)
    return {
        "max_budget": float(task.get("max_budget") or dearest),
        "chance": 100.0 / float(data.get("n_classes") or math.inf),
    }
