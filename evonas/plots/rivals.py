"""Pictures of networks with several exits against each other, over several seeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes

from evonas.bench.paired import Interval, interval
from evonas.plots.axes import add_legend, log_ticks
from evonas.plots.exits import ExitCurve
from evonas.plots.style import (
    COLOURS,
    SMALL,
    band_look,
    faint,
    new_figure,
    number_ticks,
    save,
    strong,
    styled,
    tidy,
)

N_BUDGETS = 300  # at which a mean over seeds is drawn
ROW = 0.26  # inches, of a bar
MARGIN = 0.9


@styled()
def draw_rivals(
    curves: Mapping[str, Sequence[ExitCurve]], *, title: str = "", out: Path
) -> None:
    """Accuracy against FLOPs: the mean over seeds, its interval, and every exit as a point.

    A line begins where every seed has an answer.

    Args:
        curves: The networks of each rival, one for each seed, at least one.
        title: What was compared, in words over the picture.
        out: File that the picture is written to.
    """
    figure = new_figure(size="page", height=3.4)
    ax = figure.add_subplot()
    everything = [flops for own in curves.values() for curve in own for flops in curve.flops]
    low, high = min(everything), max(everything)
    budgets = np.geomspace(low, 1.05 * high, N_BUDGETS)
    for i, (name, own) in enumerate(curves.items()):
        _draw_rival(ax, own, budgets, i=i, name=name)
    log_ticks(ax, "x", low, high)
    number_ticks(ax, "y")
    ax.set(xlabel="FLOPs of an answer", ylabel="accuracy on test images [%]")
    tidy(ax)
    add_legend(ax)
    figure.suptitle(title)
    save(figure, out)


def _draw_rival(
    ax: Axes, own: Sequence[ExitCurve], budgets: np.ndarray, *, i: int, name: str
) -> None:
    heights = np.array([curve.at(budgets) for curve in own])  # (n_seeds, n_budgets)
    means = heights.mean(0)
    ax.plot(budgets, means, **{**strong(i), "marker": ""}, label=name, drawstyle="steps-post")
    if len(own) > 1:
        ends = [interval(column.tolist()) for column in heights.T]
        ax.fill_between(
            budgets, [e.low for e in ends], [e.high for e in ends], **band_look(i), step="post"
        )
    for curve in own:
        ax.plot(curve.flops, curve.accuracies, **faint(i))


@styled()
def draw_differences(
    groups: Mapping[str, Mapping[str, Interval]], *, label: str, out: Path
) -> None:
    """Bars of differences to a baseline with their intervals, group by group.

    Differences, and not what they are of, for a bar begins at zero.

    Args:
        groups: By the name of a group and of a bar, the difference and its interval.
        label: What differs, with its unit.
        out: File that the picture is written to.
    """
    n_rows = sum(map(len, groups.values()))
    figure = new_figure(size="page", height=MARGIN + ROW * n_rows + 0.25 * len(groups))
    panels = figure.subplots(
        len(groups), 1, sharex=True, squeeze=False, height_ratios=[*map(len, groups.values())]
    )[:, 0]
    for i, (ax, (name, bars)) in enumerate(zip(panels, groups.items(), strict=True)):
        means = np.array([bar.mean for bar in bars.values()])
        ends = np.array([[bar.low, bar.high] for bar in bars.values()]).T
        places = np.arange(len(bars))
        ax.barh(places, means, height=0.62, color=COLOURS[i % len(COLOURS)], alpha=0.75)
        sides = np.nan_to_num(np.abs(ends - means))
        ax.errorbar(means, places, xerr=sides, fmt="none", ecolor="black", capsize=2)
        ax.set_yticks(places, list(bars), fontsize=SMALL)
        ax.invert_yaxis()
        ax.axvline(0, color="black", linewidth=0.7)
        ax.set_title(name, loc="left")
        number_ticks(ax, "x")
        tidy(ax)
    panels[-1].set_xlabel(label)
    save(figure, out)
