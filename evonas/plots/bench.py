"""How a contest went, as curves."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes

from evonas.bench.standings import Standings
from evonas.plots.axes import log_ticks
from evonas.plots.style import COLOURS, EM, LINES, SMALL, WIDTHS, new_figure, save, styled, tidy

LEAST = 1e-5  # of the true hypervolume: what is missing when nothing is
HANDLE = 30.0  # points, of a legend's line


@styled()
def draw_contest(standings: Standings, *, title: str, cost: str, out: Path) -> None:
    """What of the true hypervolume is missing, against evaluations and against cost.

    Args:
        standings: The scores of the contest, arranged.
        title: What was searched, in words over the picture.
        cost: Name of the metric that says what measuring takes.
        out: File that the picture is written to.
    """
    methods = standings.methods
    longest = EM * SMALL * max(map(len, methods)) + HANDLE
    n_columns = min(len(methods), max(1, int(72 * WIDTHS["page"] // longest)))
    figure = new_figure(height=3.2 + 0.14 * -(-len(methods) // n_columns))
    by_count, by_cost = figure.subplots(1, 2, sharey=True)
    for i, method in enumerate(methods):
        look = COLOURS[i % len(COLOURS)], LINES[i % len(LINES)]
        _draw_method(standings, method, by_count, by_cost, look=look)
    by_count.set_xlabel("architectures measured")
    by_cost.set_xlabel(f"cost so far: sum of {cost}")
    by_count.set_ylabel("share of the true hypervolume that is missing")
    for axes in (by_count, by_cost):
        for side, ends in (("x", axes.dataLim.intervalx), ("y", axes.dataLim.intervaly)):
            log_ticks(axes, side, *_positive(ends))
        tidy(axes)
    figure.legend(
        *by_count.get_legend_handles_labels(), loc="outside lower center", ncols=n_columns
    )
    figure.suptitle(f"{title}, median and quartiles over seeds".removeprefix(", "))
    save(figure, out)


def _positive(ends: np.ndarray) -> tuple[float, float]:
    """The two ends of a logarithmic axis, apart and above zero."""
    low, high = (float(end) if np.isfinite(end) and end > 0 else 1.0 for end in ends)
    return low, max(high, 2 * low)


def _draw_method(
    standings: Standings, method: str, by_count: Axes, by_cost: Axes, *, look: tuple[str, str]
) -> None:
    """Median over seeds, with a band from quartile to quartile."""
    own = [score for score in standings.scores if score.method == method]
    counts = sorted({score.n_evaluations for score in own})
    missing = [[1 - s.verdict.hypervolume for s in own if s.n_evaluations == n] for n in counts]
    costs = [float(np.median([s.cost for s in own if s.n_evaluations == n])) for n in counts]
    low, median, high = (
        [max(LEAST, float(np.percentile(values, q))) for values in missing]
        for q in (25, 50, 75)
    )
    colour, line = look
    for axes, x in ((by_count, counts), (by_cost, costs)):
        axes.plot(x, median, color=colour, linestyle=line, label=method)
        axes.fill_between(x, low, high, color=colour, alpha=0.15, linewidth=0)
