"""How a contest went, as curves."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from evonas.bench.standings import Standings
from evonas.plots.axes import COLOURS, LINES

DOTS_PER_INCH = 150
LEAST = 1e-5  # of the true hypervolume: what is missing when nothing is


def draw_contest(standings: Standings, *, title: str, cost: str, out: Path) -> None:
    """What of the true hypervolume is missing, against evaluations and against cost.

    Args:
        standings: The scores of the contest, arranged.
        title: What was searched, in words over the picture.
        cost: Name of the metric that says what measuring takes.
        out: File that the picture is written to.
    """
    figure = Figure(figsize=(11, 4.5), layout="constrained")
    by_count, by_cost = figure.subplots(1, 2, sharey=True)
    for i, method in enumerate(standings.methods):
        lap, place = divmod(i, len(COLOURS))
        look = COLOURS[place], LINES[lap % len(LINES)]
        _draw_method(standings, method, by_count, by_cost, look=look)
    by_count.set_xlabel("architectures measured")
    by_cost.set_xlabel(f"cost so far: sum of {cost}")
    by_count.set_ylabel("share of the true hypervolume that is missing")
    for axes in (by_count, by_cost):
        axes.set_yscale("log")
        axes.set_xscale("log")
        axes.grid(alpha=0.3, which="both")
    by_count.legend(frameon=False)
    figure.suptitle(title)
    figure.savefig(out, dpi=DOTS_PER_INCH)


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
