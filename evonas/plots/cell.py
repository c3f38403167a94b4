"""Pictures of cells: nodes in a row, and over and under it the operations between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, PathPatch
from matplotlib.path import Path as Line

from evonas.cell import Cell, Edge
from evonas.plots.style import COLOURS, DOTS_PER_INCH, GREY, SMALL, save, styled

PITCH = 1.55  # inches from one node to the next, in which the longest name of an operation fits
LEVEL = 0.3  # inches from one line to the next
NODE = (0.72, 0.34)
MARGIN, TITLE = 0.35, 0.32
CORNER = 0.09
PORT = 0.085  # inches between lines that leave or reach a node side by side
FAMILIES = (  # beginnings of names, and what they are coloured
    (("sep", "dil", "dw"), COLOURS[1]),
    (("max", "avg", "pool"), COLOURS[2]),
    (("skip", "identity"), COLOURS[3]),
    (("",), COLOURS[0]),  # all other convolutions
)


@dataclass(frozen=True)
class Track:
    """Where the line of an edge runs.

    Attributes:
        edge: The edge.
        level: How far from the row of nodes, counted from 1; below it where negative.
        leaves: Which of the lines at the source's side it is, from the left.
        reaches: Which of the lines at the target's side.
    """

    edge: Edge
    level: int
    leaves: int = 0
    reaches: int = 0


@styled()
def draw_cells(cells: Mapping[str, Cell], *, out: Path, title: str = "") -> None:
    """Draw cells under each other.

    Args:
        cells: The cells by name, at least one.
        out: File that the picture is written to.
        title: What stands above.
    """
    tracks = {name: tracks_of(cell) for name, cell in cells.items()}
    heights = {name: _height(found) for name, found in tracks.items()}
    width = 2 * MARGIN + max((len(cell.nodes) - 1) * PITCH + NODE[0] for cell in cells.values())
    top = MARGIN if title else 0.0
    figure = Figure(figsize=(width, sum(heights.values()) + top))
    ax = figure.add_axes((0, 0, 1, 1))
    ax.set(xlim=(0, width), ylim=(0, sum(heights.values()) + top))
    ax.axis("off")
    bottom = sum(heights.values())
    ax.text(MARGIN, bottom + 0.1, title, fontsize=SMALL + 3, weight="bold")
    for name, cell in cells.items():
        bottom -= heights[name]
        ax.text(MARGIN, bottom + heights[name] - TITLE / 2, name, fontsize=SMALL + 2)
        row = bottom + _depth(tracks[name], -1) + (MARGIN + NODE[1]) / 2
        _draw(ax, cell, tracks[name], row=row)
    save(figure, out, dpi=DOTS_PER_INCH)


def tracks_of(cell: Cell) -> list[Track]:
    """Where the lines run, so that no two lie on each other.

    What leaves the cell's inputs runs above the nodes, and all else below them; what is handed
    on to be joined runs furthest below, on one line. Short edges run next to the nodes.

    Args:
        cell: The cell.
    """
    place = {name: i for i, name in enumerate(cell.nodes)}
    fed = {edge.target for edge in cell.edges}
    levels: dict[int, int] = {}
    for sign in (1, -1):
        taken: dict[int, list[tuple[int, int]]] = {}
        mine = [
            (place[e.target] - place[e.source], place[e.source], i)
            for i, e in enumerate(cell.edges)
            if e.operation and (e.source in fed) == (sign < 0)
        ]
        for length, start, i in sorted(mine):
            span, level = (start, start + length), 1
            while any(span[0] < end and first < span[1] for first, end in taken.get(level, [])):
                level += 1
            taken.setdefault(level, []).append(span)
            levels[i] = sign * level
    lowest = min([0, *levels.values()]) - 1
    tracks = [Track(e, levels.get(i, lowest)) for i, e in enumerate(cell.edges)]
    return [_with_ports(track, tracks, place) for track in tracks]


def _with_ports(track: Track, tracks: list[Track], place: Mapping[str, int]) -> Track:
    """The same track, with its places among all on its side of its two nodes.

    Lines that come from the left stand left of those that go to the right. Among those that
    come, the nearest to the row stands first, and among those that go, last: so none crosses
    another at the node.
    """
    side = [t for t in tracks if (t.level > 0) == (track.level > 0)]

    def port(name: str) -> int:
        into = sorted((t for t in side if t.edge.target == name), key=lambda t: abs(t.level))
        out_of = sorted((t for t in side if t.edge.source == name), key=lambda t: -abs(t.level))
        joined = [t for t in into if not t.edge.operation][:1]  # these end in one place
        order = [*(t for t in into if t.edge.operation), *joined, *out_of]
        found = joined[0] if track.edge.target == name and not track.edge.operation else track
        return 2 * next(i for i, t in enumerate(order) if t is found) - (len(order) - 1)

    return Track(track.edge, track.level, port(track.edge.source), port(track.edge.target))


def _height(tracks: list[Track]) -> float:
    return _depth(tracks, 1) + _depth(tracks, -1) + NODE[1] + MARGIN + TITLE


def _depth(tracks: list[Track], sign: int) -> float:
    """How far the lines on one side of the row reach, in inches."""
    return LEVEL * max((abs(t.level) for t in tracks if sign * t.level > 0), default=0)


def _draw(ax: Axes, cell: Cell, tracks: list[Track], *, row: float) -> None:
    middle = {name: MARGIN + NODE[0] / 2 + i * PITCH for i, name in enumerate(cell.nodes)}
    for track in tracks:
        _line(
            ax,
            track,
            start=middle[track.edge.source] + track.leaves * PORT / 2,
            end=middle[track.edge.target] + track.reaches * PORT / 2,
            row=row,
        )
    ends = {cell.nodes[-1], *(n for n in cell.nodes if not cell.into(n))}
    for name, x in middle.items():
        corner = x - NODE[0] / 2, row - NODE[1] / 2
        face = "#E8EEF4" if name in ends else "white"
        style = f"round,pad=0,rounding_size={NODE[1] / 3}"
        ax.add_patch(
            FancyBboxPatch(
                corner, *NODE, boxstyle=style, facecolor=face, edgecolor=GREY, zorder=3
            )
        )
        ax.text(x, row, name, ha="center", va="center", fontsize=SMALL, zorder=4)


def _line(ax: Axes, track: Track, *, start: float, end: float, row: float) -> None:
    """Out of one node, along the track, and into the other, with an arrow's head."""
    up = 1 if track.level > 0 else -1
    side, along = row + up * NODE[1] / 2, row + up * NODE[1] / 2 + track.level * LEVEL
    near, r = along - up * CORNER, min(CORNER, (end - start) / 2)
    points = [(start, side), (start, near), (start, along), (start + r, along)]
    points += [(end - r, along), (end, along), (end, near), (end, side)]
    codes = [Line.MOVETO, Line.LINETO, Line.CURVE3, Line.CURVE3]
    codes += [Line.LINETO, Line.CURVE3, Line.CURVE3, Line.LINETO]
    colour = _colour(track.edge.operation)
    ax.add_patch(
        PathPatch(Line(points, codes), facecolor="none", edgecolor=colour, linewidth=1.0)
    )
    tip, back, half = side, side + up * 0.08, 0.035
    ax.fill(
        [end, end - half, end + half], [tip, back, back], color=colour, linewidth=0, zorder=3
    )
    if track.edge.operation:
        white = {"facecolor": "white", "edgecolor": "none", "pad": 0.8}
        ax.text(
            (start + end) / 2, along, track.edge.operation, color=colour, ha="center",
            va="center", fontsize=SMALL, bbox=white, zorder=5,
        )  # fmt: skip


def _colour(operation: str) -> str:
    if not operation:
        return GREY
    return next(c for words, c in FAMILIES if operation.startswith(words))
