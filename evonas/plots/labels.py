"""Labels of points, which cover neither each other nor the points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backend_bases import RendererBase
from matplotlib.text import Annotation, Text

from evonas.plots.placement import GAP, MARK, Surroundings, place, spread
from evonas.plots.style import SMALLEST, styled

WAY = 18.0  # points from the end of a line to its name
MEMBER = "member"  # the gid of a label
INK = "#333333"
FONT_SIZES = (SMALLEST, 5.0, 4.2, 3.5)  # points; the first at which every label has a place
MOST_OTHERS = 400  # points of the crowd that labels avoid where they can


def label_points(
    ax: Axes,
    points: np.ndarray,
    names: Sequence[str],
    *,
    towards: tuple[float, float],
    colours: Sequence[str] = (),
    crowd: np.ndarray | None = None,
    strokes: np.ndarray | None = None,
) -> None:
    """Name points; each name finds a free place whenever the picture is drawn.

    Args:
        ax: The axes that the points were drawn on; the names stay inside.
        points: Coordinates in the units of the axes, ``(n, 2)``.
        names: What the points are called.
        towards: The direction in which names are looked for first, to the right and upwards.
        colours: The colour of each name; dark grey if left out.
        crowd: Further points that names should not cover where they can help it, ``(m, 2)``.
        strokes: Ends of upright or level lines, as little to be covered, ``(k, 2, 2)``.
    """
    look: dict[str, Any] = {"xycoords": "data", "ha": "center", "va": "center"}
    texts = _annotations(ax, points, names, colours=colours, **look)
    for text in texts:
        text.set_in_layout(False)
    others = np.zeros((0, 2)) if crowd is None else crowd
    step = -(-len(others) // MOST_OTHERS) or 1
    lines = np.zeros((0, 2, 2)) if strokes is None else strokes
    ax.add_artist(_Places(points, texts, towards=towards, crowd=others[::step], strokes=lines))


def label_ends(
    ax: Axes, heights: np.ndarray, names: Sequence[str], *, colours: Sequence[str] = ()
) -> None:
    """Name lines at the right of the axes, each beside its end or as near as there is room.

    Args:
        ax: The axes that the lines were drawn on.
        heights: Where each line ends, in the units of the axes, ``(n,)``.
        names: What the lines are called.
        colours: The colour of each name; dark grey if left out.
    """
    ends = np.column_stack([np.ones(len(heights)), heights])
    look: dict[str, Any] = {"xycoords": ax.get_yaxis_transform(), "ha": "left", "va": "center"}
    texts = _annotations(ax, ends, names, colours=colours, side=0.0, **look)
    for text in texts:
        text.set_annotation_clip(False)
        text.set_position((WAY, 0))
    ax.add_artist(_Column(ends, texts))


def _annotations(
    ax: Axes,
    points: np.ndarray,
    names: Sequence[str],
    *,
    colours: Sequence[str],
    side: float = 0.5,
    **look: Any,
) -> list[Annotation]:
    """Names with leaders, which begin at a share of their widths."""
    with styled():
        return [
            ax.annotate(
                name,
                (x, y),
                (0, 0),
                textcoords="offset points",
                fontsize=SMALLEST,
                color=colour,
                zorder=6,
                gid=MEMBER,
                arrowprops={
                    "arrowstyle": "-",
                    "relpos": (side, 0.5),
                    "linewidth": 0.35,
                    "color": colour,
                    "alpha": 0.7,
                    "shrinkA": 0.5,
                    "shrinkB": MARK,
                },
                **look,
            )
            for name, (x, y), colour in zip(
                names, points.tolist(), colours or [INK] * len(names), strict=True
            )
        ]


class _Arranging(Artist):
    """Gives labels their places when it is drawn, which is just before they are."""

    def __init__(self, points: np.ndarray, texts: Sequence[Annotation]) -> None:
        super().__init__()
        self.set_in_layout(False)
        self.set_zorder(5)
        self.points, self.texts = points, texts

    def _sizes(self, renderer: RendererBase, font_size: float) -> np.ndarray:
        """Widths and heights of the labels at a size of the font, ``(n, 2)``, in dots."""
        for text in self.texts:
            text.set_fontsize(font_size)
        boxes = [Text.get_window_extent(text, renderer) for text in self.texts]
        return np.array([(box.width, box.height) for box in boxes]).reshape(-1, 2)


class _Places(_Arranging):
    """Labels around their points."""

    def __init__(
        self,
        points: np.ndarray,
        texts: Sequence[Annotation],
        *,
        towards: tuple[float, float],
        crowd: np.ndarray,
        strokes: np.ndarray,
    ) -> None:
        super().__init__(points, texts)
        self.towards, self.crowd, self.strokes = towards, crowd, strokes

    def draw(self, renderer: RendererBase) -> None:
        if self.axes is None or not self.texts:
            return
        dot = float(np.asarray(renderer.points_to_pixels(1.0)))
        to_dots = self.axes.transData.transform
        around = Surroundings(
            anchors=to_dots(self.points),
            size=np.zeros(2),
            frame=np.asarray(self.axes.bbox.extents),
            crowd=to_dots(self.crowd).reshape(-1, 2),
            strokes=to_dots(self.strokes.reshape(-1, 2)).reshape(-1, 2, 2),
            towards=self.towards,
            dot=dot,
        )
        for font_size in FONT_SIZES:
            size = self._sizes(renderer, font_size).max(0)
            middles = place(replace(around, size=size))
            if np.isfinite(middles).all():
                break
        for text, middle, anchor in zip(self.texts, middles, around.anchors, strict=True):
            has_place = bool(np.isfinite(middle).all())
            text.set_visible(has_place)
            if has_place:
                text.set_position(((middle - anchor) / dot).tolist())
                way = np.maximum(np.abs(middle - anchor) - size / 2, 0)
                if text.arrow_patch is not None:  # a name close by needs no leader
                    text.arrow_patch.set_visible(bool(np.hypot(*way) > 2 * GAP * dot))


class _Column(_Arranging):
    """Labels one below the other."""

    def draw(self, renderer: RendererBase) -> None:
        if self.axes is None or not self.texts:
            return
        dot = float(np.asarray(renderer.points_to_pixels(1.0)))
        ends = self.axes.get_yaxis_transform().transform(self.points)
        low, high = self.axes.bbox.y0, self.axes.bbox.y1
        for font_size in FONT_SIZES:
            gap = float(self._sizes(renderer, font_size)[:, 1].max())
            if gap * (len(ends) - 1) <= high - low:
                break
        room = max(1, int((high - low) / gap) + 1)
        step = -(-len(ends) // room)
        named = np.argsort(ends[:, 1], kind="stable")[::step]
        heights = dict(
            zip(named, spread(ends[named, 1], gap=gap, low=low, high=high), strict=True)
        )
        for i, text in enumerate(self.texts):
            text.set_visible(i in heights)
            text.set_position((WAY, (heights.get(i, 0.0) - ends[i, 1]) / dot))
