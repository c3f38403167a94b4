"""Pictures of fronts on several targets, with bands, and of how targets order networks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes

from evonas.objectives import Metric
from evonas.pareto.bands import Standing
from evonas.plots.axes import add_legend, say, say_axis, set_scale
from evonas.plots.labels import label_points
from evonas.plots.style import (
    COLOURS,
    GREY,
    MARKERS,
    count_ticks,
    faint,
    new_figure,
    save,
    styled,
    tidy,
)

SURE: frozenset[Standing] = frozenset(("necessary", "robust"))
N_COLUMNS = 2  # of panels
ABOVE_LEGEND = 3.0  # points, between a legend and the title over it


@dataclass(frozen=True)
class BandedFront:
    """A front on one target, as it is drawn.

    Attributes:
        title: What stands above.
        x: What goes right, and is known within bands.
        y: What goes up.
        bands: Values of ``x`` at the low end, in the middle and at the high end, ``(3, n)``.
        heights: Values of ``y``, ``(n,)``.
        standings: How surely each architecture is on the front, ``n`` words.
        members: Places of the front's members.
        names: Their short names.
        limits: Bounds of ``x``, drawn as upright lines.
    """

    title: str
    x: Metric
    y: Metric
    bands: np.ndarray
    heights: np.ndarray
    standings: Sequence[Standing]
    members: Sequence[int]
    names: Sequence[str]
    limits: Sequence[float] = ()


@dataclass(frozen=True)
class RankedTwice:
    """The same architectures in the orders of two targets, as they are drawn.

    Attributes:
        title: What stands above.
        targets: The names of both targets.
        metric: Name of the metric that orders them.
        ranks: Ranks on both, from 1 for the best, ``(2, n)``.
        is_on: Who is on the front of either, booleans, ``(2, n)``.
    """

    title: str
    targets: tuple[str, str]
    metric: str
    ranks: np.ndarray
    is_on: np.ndarray


@styled()
def draw_fronts(fronts: Sequence[BandedFront], *, out: Path) -> None:
    """Draw a panel for each target: the front, with bands, robust members filled.

    A hollow marker is on the front in the middle of the bands alone. A grey ring is not on it,
    but no other architecture dominates it for sure.

    Args:
        fronts: The fronts.
        out: File that the picture is written to.
    """
    n_rows = -(-len(fronts) // N_COLUMNS)
    n_columns = min(N_COLUMNS, len(fronts))
    figure = new_figure(height=0.3 + 3.1 * n_rows, share=1.0 if n_columns > 1 else 0.7)
    panels = figure.subplots(n_rows, n_columns, squeeze=False).ravel()
    for i, (ax, each) in enumerate(zip(panels, fronts, strict=False)):
        _draw_front(
            ax, each, colour=COLOURS[i % len(COLOURS)], marker=MARKERS[i % len(MARKERS)]
        )
    for ax in panels[len(fronts) :]:
        ax.set_axis_off()
    save(figure, out)


def _draw_front(ax: Axes, each: BandedFront, *, colour: str, marker: str) -> None:
    low, middle, high = each.bands
    set_scale(
        ax, "x", each.x, values=[low[list(each.members)], high[list(each.members)], middle]
    )
    set_scale(ax, "y", each.y, values=[each.heights])
    ax.plot(middle, each.heights, **{**faint(0), "color": GREY, "marker": "o"})
    rings = [i for i, word in enumerate(each.standings) if word == "possible"]
    if rings:
        ax.plot(
            *(middle[rings], each.heights[rings], "o"),
            linestyle="",
            markersize=4,
            markerfacecolor="none",
            markeredgecolor=GREY,
            markeredgewidth=0.5,
            zorder=2,
            label="possibly on it",
        )
    members = list(each.members)
    order = sorted(members, key=lambda i: middle[i])
    ax.plot(middle[order], each.heights[order], color=colour, linewidth=0.8, alpha=0.6)
    ax.hlines(each.heights[members], low[members], high[members], color=colour, linewidth=0.5)
    for words, face, label in (
        (SURE, colour, "robust: at both ends of the band too"),
        ({"central"}, "white", "on the front in the middle alone"),
    ):
        places = [i for i in members if each.standings[i] in words]
        if places:
            ax.plot(
                *(middle[places], each.heights[places], marker),
                linestyle="",
                markersize=5,
                markerfacecolor=face,
                markeredgecolor=colour,
                zorder=4,
                label=label,
            )
    for bound in each.limits:
        ax.axvline(bound, color=GREY, linestyle="--", linewidth=0.8, label=f"limit {bound:g}")
    say_axis(ax, "x", each.x)
    say_axis(ax, "y", each.y)
    tidy(ax)
    ax.margins(x=0.06, y=0.12)
    points = np.column_stack([middle[members], each.heights[members]])
    towards = (-float(each.x.sign), -float(each.y.sign))
    label_points(ax, points, list(each.names), towards=towards)
    ax.set_title(each.title, loc="left", pad=add_legend(ax) + ABOVE_LEGEND)


@styled()
def draw_ranks(pairs: Sequence[RankedTwice], *, out: Path) -> None:
    """Draw a panel for every two targets: where each architecture stands on one and the other.

    On the diagonal they agree. Members of one front alone bear its colour.

    Args:
        pairs: The pairs of targets.
        out: File that the picture is written to.
    """
    share = min(1.0, 0.5 * len(pairs))
    figure = new_figure(height=4.0 if len(pairs) < 3 else 3.4, share=share)
    panels = figure.subplots(1, len(pairs), squeeze=False)[0]
    for ax, each in zip(panels, pairs, strict=True):
        _draw_pair(ax, each)
    save(figure, out)


def _draw_pair(ax: Axes, each: RankedTwice) -> None:
    a, b = each.ranks
    on_a, on_b = each.is_on
    ends = [1, max(a.max(), b.max())]
    ax.plot(ends, ends, color=GREY, linewidth=0.7, zorder=1)
    looks = (
        (~on_a & ~on_b, GREY, "o", "on neither front", 2.5),
        (on_a & on_b, "black", "o", "on both fronts", 4.5),
        (on_a & ~on_b, COLOURS[0], MARKERS[1], f"on that of {each.targets[0]} alone", 5.0),
        (on_b & ~on_a, COLOURS[1], MARKERS[2], f"on that of {each.targets[1]} alone", 5.0),
    )
    for rows, colour, marker, label, size in looks:
        if rows.any():
            ax.plot(
                *(a[rows], b[rows], marker),
                color=colour,
                markersize=size,
                linestyle="",
                alpha=0.5 if size < 3 else 1.0,
                label=label,
            )
    for side, target in zip(("x", "y"), each.targets, strict=True):
        say(ax, side, f"place in {each.metric} on {target}, 1 is the best")
    count_ticks(ax, "x")
    count_ticks(ax, "y")
    ax.set_aspect("equal")
    tidy(ax)
    ax.set_title(each.title, loc="left", pad=add_legend(ax) + ABOVE_LEGEND)
