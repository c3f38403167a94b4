"""How a contest went, as curves."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from evonas.bench.standings import Standings, quantiles
from evonas.plots.axes import log_ticks
from evonas.plots.style import COLOURS, EM, LINES, SMALL, WIDTHS, new_figure, save, styled, tidy

LEAST = 1e-5  # of the whole: what is missing when nothing is
HANDLE = 30.0  # points, of a legend's line
FEW = 5  # methods, whose bands can be told apart
MISSING = {
    "hypervolume": "share of the true hypervolume that is missing",
    "log_hypervolume": "share of the true hypervolume on a log scale that is missing",
    "igd_plus": "mean distance from the true front, IGD+",
    "recall": "share of the true front that is missing",
}


@styled()
def draw_contest(standings: Standings, *, title: str, cost: str, out: Path) -> None:
    """What is missing on one problem, against evaluations and against cost.

    Args:
        standings: The scores of the contest on the problem, arranged.
        title: What was searched, in words over the picture.
        cost: Name of the metric that says what measuring takes.
        out: File that the picture is written to.
    """
    methods = standings.methods
    figure = new_figure(height=3.2 + _legend_inches(methods))
    by_count, by_cost = figure.subplots(1, 2, sharey=True)
    for i in range(len(methods)):
        _draw_method(standings, i, by_count=by_count, by_cost=by_cost)
    by_count.set_xlabel("architectures measured")
    by_cost.set_xlabel(f"cost so far: sum of {cost}")
    by_count.set_ylabel(MISSING[standings.measure])
    for axes in (by_count, by_cost):
        _scale(axes)
    _add_legend(figure, by_count, methods)
    figure.suptitle(f"{title}, {_shown(methods)}".removeprefix(", "))
    save(figure, out)


@styled()
def draw_contests(standings: Mapping[str, Standings], *, out: Path) -> None:
    """What is missing on several problems, against evaluations, a panel for each.

    Args:
        standings: The standings by the label of the problem, all of the same methods and of one
            measure.
        out: File that the picture is written to.
    """
    first = next(iter(standings.values()))
    n_columns = {1: 1, 2: 2, 4: 2}.get(len(standings), 3)
    n_rows = -(-len(standings) // n_columns)
    figure = new_figure(height=2.0 * n_rows + 0.5 + _legend_inches(first.methods))
    panels = figure.subplots(n_rows, n_columns, squeeze=False).ravel()
    n_letters = int(72 * WIDTHS["page"] / n_columns / (EM * SMALL)) - 12
    for axes, (label, each) in zip(panels, standings.items(), strict=False):
        for i in range(len(each.methods)):
            _draw_method(each, i, by_count=axes)
        _scale(axes)
        axes.set_title("\n".join(textwrap.wrap(label, n_letters)))
    for axes in panels[len(standings) :]:
        axes.set_axis_off()
    for axes in panels[max(0, len(standings) - n_columns) : len(standings)]:
        axes.set_xlabel("architectures measured")
    figure.supylabel(MISSING[first.measure], fontsize="medium")
    _add_legend(figure, panels[0], first.methods)
    figure.suptitle(f"{len(standings)} problems, {_shown(first.methods)}")
    save(figure, out)


def _draw_method(
    standings: Standings, i: int, *, by_count: Axes, by_cost: Axes | None = None
) -> None:
    """Median over seeds, with a band between quartiles; of many methods, the first's alone."""
    method = standings.methods[i]
    counts = [n for n in standings.counts if standings.at(method, n)]
    if not counts:
        return
    reached = np.array([quantiles(list(standings.at(method, n).values())) for n in counts])
    missing = reached if standings.sign > 0 else 1 - reached
    low, median, high = np.maximum(LEAST, np.sort(missing, axis=1)).T
    costs = [standings.cost_at(method, n) for n in counts]
    colour, line = COLOURS[i % len(COLOURS)], LINES[i % len(LINES)]
    width, order = (1.8, 3) if i == 0 else (1.2, 2)
    for axes, x in ((by_count, np.array(counts, float)), (by_cost, np.array(costs))):
        if axes is None:
            continue
        axes.plot(x, median, color=colour, linestyle=line, label=method)
        axes.lines[-1].set(linewidth=width, zorder=order)
        if i == 0 or len(standings.methods) <= FEW:
            axes.fill_between(x, low, high, color=colour, alpha=0.15, linewidth=0)


def _shown(methods: Sequence[str]) -> str:
    if len(methods) <= FEW:
        return "median and quartiles over seeds"
    return f"medians over seeds, and quartiles of {methods[0]}"


def _scale(axes: Axes) -> None:
    """Logarithmic scales on both sides, as far as there is something to see."""
    for side, ends in (("x", axes.dataLim.intervalx), ("y", axes.dataLim.intervaly)):
        log_ticks(axes, side, *_positive(ends))
    tidy(axes)


def _positive(ends: np.ndarray) -> tuple[float, float]:
    """The two ends of a logarithmic axis, apart and above zero."""
    low, high = (float(end) if np.isfinite(end) and end > 0 else 1.0 for end in ends)
    return low, max(high, 2 * low)


def _n_columns(methods: Sequence[str]) -> int:
    """How many columns of a legend there is room for."""
    longest = EM * SMALL * max(map(len, methods)) + HANDLE
    return min(len(methods), max(1, int(72 * WIDTHS["page"] // longest)))


def _legend_inches(methods: Sequence[str]) -> float:
    return 0.14 * -(-len(methods) // _n_columns(methods))


def _add_legend(figure: Figure, axes: Axes, methods: Sequence[str]) -> None:
    handles, labels = axes.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=_n_columns(methods))
