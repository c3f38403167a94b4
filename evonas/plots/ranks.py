"""Average ranks over several problems, as critical-difference diagrams."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from matplotlib.axes import Axes

from evonas.bench.ranking import Ranking, cliques
from evonas.plots.style import COLOURS, EM, GREY, SMALL, WIDTHS, new_figure, save, styled

# Everything in points, from the top left corner.
WIDTH = 72 * WIDTHS["page"]
EDGE = 8.0
ROW = 11.0  # of one line of a label
BAR = 5.0  # from one bar to the next
HEAD = 54.0  # from the title to the axis
GAP = 16.0  # from one diagram to the next
TICK = 3.0
STEM = 6.0  # beyond the ends of the axis
MOST_LETTERS = 36  # of a label in one line
LINE = 1.25  # height of a line of text, in sizes of its font


@dataclass(frozen=True)
class _Label:
    """A method beside the axis: its rank, and what stands there in one line or more."""

    rank: float
    lines: tuple[str, ...]
    is_first: bool

    @property
    def height(self) -> float:
        return ROW + LINE * SMALL * (len(self.lines) - 1)


_Sides = tuple[list[_Label], list[_Label]]  # on the left, and on the right


@styled()
def draw_ranks(rankings: Mapping[str, Ranking], *, first: str, out: Path) -> None:
    """Average ranks, and which of them cannot be told apart (Demšar 2006, section 3.2.2).

    On an axis of ranks, the best to the left, every method has its place. A bar joins those
    whose ranks differ by less than the critical difference, which is shown above.

    Args:
        rankings: The rankings by their titles, one diagram for each.
        first: Label of the method that stands out.
        out: File that the picture is written to.
    """
    diagrams = {title: _sides(ranking, first) for title, ranking in rankings.items()}
    heights = {
        title: _bars_end(rankings[title]) + max(_height(side) for side in sides)
        for title, sides in diagrams.items()
    }
    total = sum(heights.values()) + GAP * len(heights)
    figure = new_figure(height=total / 72)
    figure.set_layout_engine("none")
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, WIDTH), ylim=(total, 0))
    axes.set_axis_off()
    left, right = _margins(diagrams.values())
    ends = left, WIDTH - right
    top = 0.0
    for title, sides in diagrams.items():
        _draw(axes, rankings[title], sides, title=title, top=top, ends=ends)
        top += heights[title] + GAP
    save(figure, out)


def _sides(ranking: Ranking, first: str) -> _Sides:
    """The labels on the left, best first, and those on the right, worst first."""
    order = sorted(zip(ranking.ranks, ranking.methods, strict=True), key=lambda pair: pair[0])
    labels = [
        _Label(rank, _lines(f"{method}  {rank:.2f}"), method == first) for rank, method in order
    ]
    half = -(-len(labels) // 2)
    return labels[:half], labels[half:][::-1]


def _lines(text: str) -> tuple[str, ...]:
    """A label, with a break before a colon or after a plus where it is too long."""
    if len(text) <= MOST_LETTERS:
        return (text,)
    breakable = text.replace(":", " :").replace("+", "+ ").replace("  ", "\N{NO-BREAK SPACE}")
    lines = textwrap.wrap(breakable, MOST_LETTERS, break_on_hyphens=False)
    return tuple(line.replace(" :", ":").replace("+ ", "+") for line in lines)


def _margins(diagrams: Collection[_Sides]) -> tuple[float, float]:
    """How much room the labels take on the left and on the right."""
    left, right = (
        max(len(line) for sides in diagrams for label in sides[i] for line in label.lines)
        for i in (0, 1)
    )
    return EDGE + EM * SMALL * left + STEM, EDGE + EM * SMALL * right + STEM


def _bars_end(ranking: Ranking) -> float:
    """How far below the top of a diagram its first label may stand."""
    return HEAD + BAR * (len(cliques(ranking)) + 1.5)


def _height(side: Sequence[_Label]) -> float:
    return sum(label.height for label in side)


def _draw(
    axes: Axes,
    ranking: Ranking,
    sides: _Sides,
    *,
    title: str,
    top: float,
    ends: tuple[float, float],
) -> None:
    """One diagram, between two ends of its axis."""
    k = len(ranking.methods)
    unit = (ends[1] - ends[0]) / (k - 1)

    def place(rank: float) -> float:
        return ends[0] + (rank - 1) * unit

    level = top + HEAD
    axes.text(WIDTH / 2, top + 4, title, ha="center", va="top")
    axes.plot(ends, [level, level], color="black", linewidth=0.8)
    for rank in range(1, k + 1):
        axes.plot([place(rank)] * 2, [level - TICK, level], color="black", linewidth=0.8)
        axes.text(place(rank), level - TICK - 1, str(rank), ha="center", fontsize=SMALL)
    _draw_difference(axes, ranking, place(1), unit=unit, y=top + 32)
    ranks = sorted(ranking.ranks)
    for i, (best, worst) in enumerate(cliques(ranking)):
        bar = [place(ranks[best]) - 2, place(ranks[worst]) + 2]
        y = level + BAR * (i + 1)
        axes.plot(bar, [y, y], color="black", linewidth=2.4, solid_capstyle="butt", zorder=3)
    for side, end, turn in ((sides[0], ends[0], -1), (sides[1], ends[1], 1)):
        y = top + _bars_end(ranking)
        for label in side:
            x = place(label.rank)
            colour = COLOURS[0] if label.is_first else GREY
            axes.plot([x, x, end + turn * STEM], [level, y, y], color=colour, linewidth=0.8)
            _write(axes, label, end + turn * (STEM + 2), y=y, is_left=turn < 0)
            y += label.height


def _write(axes: Axes, label: _Label, x: float, *, y: float, is_left: bool) -> None:
    """What a method is called, its first line at the height of its stem."""
    for i, line in enumerate(label.lines):
        axes.text(
            x,
            y + SMALL * (0.35 + LINE * i),
            line,
            ha="right" if is_left else "left",
            va="baseline",
            fontsize=SMALL,
            color=COLOURS[0] if label.is_first else "black",
        )


def _draw_difference(axes: Axes, ranking: Ranking, x: float, *, unit: float, y: float) -> None:
    """The critical difference on the scale of the axis, or in words where it is longer."""
    difference = ranking.critical_difference
    words = f"critical difference {difference:.2f}"
    if math.isnan(difference):
        return
    if difference > len(ranking.methods) - 1:
        axes.text(x, y, f"{words}: all ranks are nearer", fontsize=SMALL)
        return
    ends = [x, x + difference * unit]
    axes.plot(ends, [y, y], color="black", linewidth=0.8)
    for end in ends:
        axes.plot([end, end], [y - TICK, y + TICK], color="black", linewidth=0.8)
    axes.text(x, y - TICK - 2, words, fontsize=SMALL)
