"""Pictures of networks: a box for each layer, and lines for what feeds it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, Patch, PathPatch
from matplotlib.path import Path as Line

from evonas.networks.layers import THE_INPUT, Layer, LayerTable
from evonas.plots.style import COLOURS, DOTS_PER_INCH, GREY, save, styled

FOLLOWING = ("norm", "pointwise", "exponential")  # stand in the box of the layer before
FAMILIES = {  # what a colour means, and which kinds of operations have it
    "convolution": ("conv", "conv3x3", "conv1x1"),
    "depthwise convolution": ("depthwise",),
    "matrix product": ("matmul",),
    "pooling": ("pool",),
    "sum, activation, norm": FOLLOWING,
    "copy": ("move",),
}
PALETTE = dict(zip(FAMILIES, (*COLOURS[:5], GREY), strict=True))
SHORT = {"BatchNorm": "BN", "LayerNorm": "LN", "GroupNorm": "GN", "mean": "mean of places"}
BOX = (3.3, 0.62)  # inches
GAP = (0.75, 0.34)
MARGIN = 0.75
INK = "#444444"
FOOT = 0.55  # for the legend
TIMES = "\N{MULTIPLICATION SIGN}"
MOST_RANKS = 22  # in one column; a deeper network goes on in the next
LEEWAY = 4  # ranks that a column may be longer or shorter, to end in a better place
MOST_DOTS = 60_000  # along the longer side of a picture, which matplotlib can write


@dataclass
class Box:
    """A layer, and what follows it with nothing in between.

    Attributes:
        layers: The layers in the box, in their order.
        sources: Places of the boxes that feed it; -1 stands for the input.
        rank: How many boxes lie on the longest way from the input.
        lane: How many boxes of its rank stand before it.
        column: The column of ranks that it stands in.
    """

    layers: list[Layer]
    sources: list[int]
    rank: int = 0
    lane: int = 0
    column: int = 0
    words: list[str] = field(default_factory=list)

    @property
    def family(self) -> str:
        """The word of ``FAMILIES`` for its first layer."""
        kind = self.layers[0].family if self.layers else "move"
        return next(word for word, kinds in FAMILIES.items() if kind in kinds)

    def text(self) -> str:
        """What the box says: its layers, and what it gives."""
        if self.words:
            return "\n".join(self.words)
        first, last = self.layers[0], self.layers[-1]
        names = [f"{_short(first.kind)} {_brief(first.detail)}".rstrip()]
        names += [_short(layer.kind) for layer in self.layers[1:]]
        params = sum(layer.params for layer in self.layers)
        gives = TIMES.join(map(str, last.shape))
        weights = f"{_amount(params)} weights" if params else ""
        said = [part for part in (gives, weights) if part]
        return f"{' · '.join(names)}\n{', '.join(said)}"


@styled()
def draw_network(network: LayerTable, *, out: Path, title: str = "") -> None:
    """Draw the layers from the input down, with every branch and every way around.

    Norms, activations and sums stand in the box of the layer that feeds them, where nothing
    else does. Deep networks go on in a second column.

    Args:
        network: The layers of the network.
        out: File that the picture is written to.
        title: What stands above.
    """
    boxes = arranged(boxes_of(network))
    n_columns = max(box.column for box in boxes) + 1
    lanes = [max(b.lane for b in boxes if b.column == c) + 1 for c in range(n_columns)]
    heads = [min(b.rank for b in boxes if b.column == c) for c in range(n_columns)]
    widths = [n * (BOX[0] + GAP[0]) + MARGIN for n in lanes]
    deepest = max(box.rank - heads[box.column] for box in boxes) + 1
    size = (sum(widths) + MARGIN, deepest * (BOX[1] + GAP[1]) + MARGIN + FOOT)
    places = {
        i: (
            sum(widths[: box.column]) + MARGIN + box.lane * (BOX[0] + GAP[0]),
            size[1] - MARGIN - (box.rank - heads[box.column]) * (BOX[1] + GAP[1]) - BOX[1],
        )
        for i, box in enumerate(boxes)
    }
    figure = Figure(figsize=size)
    ax = figure.add_axes((0, 0, 1, 1))
    ax.set(xlim=(0, size[0]), ylim=(0, size[1]))
    ax.axis("off")
    ax.text(MARGIN, size[1] - 0.3, title, fontsize=11, va="center", weight="bold")
    _draw(ax, boxes, places)
    _legend(ax, boxes)
    save(figure, out, dpi=min(DOTS_PER_INCH, MOST_DOTS / max(size)))


def boxes_of(network: LayerTable) -> list[Box]:
    """The input, and then the layers, those that only follow another one in its box.

    Args:
        network: The layers of the network.
    """
    layers = network.layers
    n_readers = {i: sum(i in layer.sources for layer in layers) for i in range(len(layers))}
    boxes = [Box([], [], words=[f"input {', '.join(str(i) for i in network.inputs)}"])]
    home = {THE_INPUT: 0}
    for i, layer in enumerate(layers):
        alone = layer.sources[0] if len(layer.sources) == 1 else THE_INPUT
        if alone != THE_INPUT and n_readers[alone] == 1 and layer.family in FOLLOWING:
            home[i] = home[alone]
            boxes[home[i]].layers.append(layer)
            continue
        home[i] = len(boxes)
        sources = sorted({home[source] for source in layer.sources})
        boxes.append(Box([layer], sources))
    return boxes


def arranged(boxes: Sequence[Box]) -> list[Box]:
    """The boxes with a rank below all that feeds them, a lane, and a column.

    Args:
        boxes: The boxes, each after those that feed it.
    """
    placed: list[Box] = []
    for box in boxes:
        rank = max((placed[source].rank + 1 for source in box.sources), default=0)
        main = max(box.sources, key=lambda i: placed[i].rank, default=0)
        wanted = placed[main].lane if placed else 0
        if len(box.sources) > 1:  # branches come together on the left
            wanted = min(placed[source].lane for source in box.sources)
        taken = {other.lane for other in placed if other.rank == rank}
        lane = next(n for n in _outwards(wanted) if n not in taken)
        placed.append(replace(box, rank=rank, lane=lane))
    starts = _starts(placed)
    return [
        replace(box, column=sum(start <= box.rank for start in starts) - 1) for box in placed
    ]


def _outwards(wanted: int) -> list[int]:
    """Lanes, the wanted one first and then the nearest to it."""
    return sorted(range(wanted + 1000), key=lambda n: (abs(n - wanted), -n))


def _starts(boxes: Sequence[Box]) -> list[int]:
    """The first ranks of columns of like height, where few lines pass to the next one."""
    deepest = max(box.rank for box in boxes)
    n_passing = [
        sum(boxes[s].rank < rank <= box.rank for box in boxes for s in box.sources)
        for rank in range(deepest + 1)
    ]
    starts = [0]
    for left in range(-(-(deepest + 1) // MOST_RANKS), 1, -1):
        even = starts[-1] + -(-(deepest + 1 - starts[-1]) // left)
        offered = range(max(starts[-1] + 1, even - LEEWAY), min(deepest, even + LEEWAY) + 1)
        starts.append(min(offered, key=lambda rank: (n_passing[rank], abs(rank - even))))
    return starts


def _draw(ax: Axes, boxes: Sequence[Box], places: dict[int, tuple[float, float]]) -> None:
    taken = {(box.column, box.rank, box.lane) for box in boxes}
    for i, box in enumerate(boxes):
        x, y = places[i]
        colour = to_rgb(PALETTE[box.family]) if box.layers else (1.0, 1.0, 1.0)
        ax.add_patch(
            FancyBboxPatch(
                (x, y),
                *BOX,
                boxstyle="round,pad=0,rounding_size=0.09",
                facecolor=tuple(1 - 0.22 * (1 - c) for c in colour) if box.layers else "white",
                edgecolor=colour if box.layers else GREY,
                linewidth=1.3,
                zorder=2,
            )
        )
        ax.text(
            *(x + BOX[0] / 2, y + BOX[1] / 2, box.text()),
            ha="center",
            va="center",
            fontsize=8.5,
            zorder=3,
        )
        for source in box.sources:
            other = boxes[source]
            between = {(box.column, rank, box.lane) for rank in range(other.rank + 1, box.rank)}
            is_beside = box.column == other.column and box.lane == other.lane
            goes_around = is_beside and bool(between & taken)
            if box.column != other.column:
                left = min(places[j][0] for j, b in enumerate(boxes) if b.column == box.column)
                _line_across(ax, places[source], places[i], left=left)
            else:
                _line(ax, places[source], places[i], goes_around=goes_around)


def _line(
    ax: Axes, start: tuple[float, float], end: tuple[float, float], *, goes_around: bool
) -> None:
    """From the foot of one box to the head of another, or around those in between."""
    if goes_around:
        (x, y0), (_, y1) = start, end
        y0, y1 = y0 + 0.4 * BOX[1], y1 + 0.6 * BOX[1]
        bulge = x - min(0.9 * MARGIN, 0.25 + 0.06 * (y0 - y1))
        points = [(x, y0), (bulge, y0), (bulge, y1), (x, y1)]
    else:
        x0, y0 = start[0] + BOX[0] / 2, start[1]
        x1, y1 = end[0] + BOX[0] / 2, end[1] + BOX[1]
        turn = min(y0, y1 + GAP[1])  # straight down, and over where the other box begins
        ax.plot((x0, x0), (y0, turn), color=INK, linewidth=1.1, zorder=1)
        middle = (turn + y1) / 2
        points = [(x0, turn), (x0, middle), (x1, middle), (x1, y1)]
    codes = [Line.MOVETO, Line.CURVE4, Line.CURVE4, Line.CURVE4]
    ax.add_patch(
        PathPatch(Line(points, codes), fill=False, edgecolor=INK, linewidth=1.1, zorder=1)
    )
    _head(ax, points[-1], (1, 0) if goes_around else (0, -1))


def _line_across(
    ax: Axes, start: tuple[float, float], end: tuple[float, float], *, left: float
) -> None:
    """From the foot of one box to the head of another in the next column, between the two."""
    x0, y0 = start[0] + BOX[0] / 2, start[1]
    x1, y1 = end[0] + BOX[0] / 2, end[1] + BOX[1]
    low, high, side = y0 - 0.5 * GAP[1], y1 + 0.5 * GAP[1], left - 0.8 * MARGIN
    x, y = (x0, x0, side, side, x1, x1), (y0, low, low, high, high, y1)
    ax.plot(x, y, color=INK, linewidth=1.1, zorder=1)
    _head(ax, (x1, y1), (0, -1))


def _head(ax: Axes, tip: tuple[float, float], direction: tuple[int, int]) -> None:
    """The head of an arrow."""
    (x, y), (dx, dy), length, half = tip, direction, 0.11, 0.045
    back = x - length * dx, y - length * dy
    corners = [
        (x, y),
        (back[0] + half * dy, back[1] + half * dx),
        (back[0] - half * dy, back[1] - half * dx),
    ]
    ax.fill(*zip(*corners, strict=True), color=INK, linewidth=0, zorder=3)


def _legend(ax: Axes, boxes: Sequence[Box]) -> None:
    shown = dict.fromkeys(box.family for box in boxes if box.layers)
    handles = [
        Patch(facecolor=(*to_rgb(PALETTE[word]), 0.22), edgecolor=PALETTE[word], label=word)
        for word in FAMILIES
        if word in shown
    ]
    ax.legend(
        handles=handles,
        loc="lower left",
        ncols=3,
        frameon=False,
        fontsize=7.5,
        borderaxespad=0.4,
        columnspacing=1.0,
    )


def _short(kind: str) -> str:
    """The name of a module or operator, without what the picture shows anyway."""
    plain = re.sub(r"(?<=[a-z])[123]d$", "", kind)
    return SHORT.get(plain, plain)


def _brief(detail: str) -> str:
    plain = detail.replace("depthwise", "").strip(", ")
    return re.sub(r", stride (\d+)x\1\b", r" /\1", plain).replace("x", TIMES)


def _amount(n: int) -> str:
    for size, unit in ((1e6, "M"), (1e3, "k")):
        if n >= size:
            return f"{n / size:.3g}{unit}"
    return str(n)
