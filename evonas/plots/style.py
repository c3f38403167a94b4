"""How all pictures look: fonts, sizes, colours and marks, and how they are written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

# Okabe & Ito 2008, told apart by everyone; without their yellow, which is faint on white.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")  # one more: a colour returns in a new shape
LINES = ("-", "--", "-.", ":")
GREY = "#777777"
SCALE = "viridis"  # of a third objective; even steps for every eye, and in grey
STEPS = [1, 2, 2.5, 5, 10]  # of ticks on a linear axis

Size = Literal["column", "page"]
Band = Literal["quartiles", "range"]  # of several seeds
WIDTHS: Mapping[str, float] = {"column": 3.5, "page": 7.16}  # inches, of IEEE's two columns
SUFFIXES = (".png", ".svg", ".pdf")
DOTS_PER_INCH = 300
EM = 0.6  # of the size of a font, that a letter is wide at most on average
LABEL = 8.0  # points, of what stands at an axis
SMALL, SMALLEST = 7.0, 6.0  # points, of legends and of what stands in a picture

STYLE: dict[Any, Any] = {
    "font.family": "DejaVu Sans",  # comes with matplotlib: equal everywhere
    "font.size": LABEL,
    "axes.titlesize": SMALL,
    "axes.labelsize": LABEL,
    "axes.linewidth": 0.7,
    "figure.titlesize": LABEL,
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
    "xtick.major.width": 0.7,
    "ytick.major.width": 0.7,
    "legend.fontsize": SMALL,
    "legend.frameon": False,
    "lines.linewidth": 1.2,
    "text.parse_math": False,  # a dollar in the name of a run is a dollar
    "pdf.fonttype": 42,  # TrueType, which publishers demand; 3 is matplotlib's default
    "ps.fonttype": 42,
    "svg.fonttype": "none",  # text that can be searched and edited
    "svg.hashsalt": "evonas",  # equal pictures are equal files
}


@contextmanager
def styled() -> Iterator[None]:
    """A context in which all that is drawn has the one style; it decorates a function too."""
    with mpl.rc_context(STYLE):
        yield


def new_figure(*, size: Size = "page", height: float, share: float = 1.0) -> Figure:
    """A figure that is as wide as a column or a page, to be printed without scaling.

    Args:
        size: Whether the figure is as wide as one column of two, or as the page.
        height: The figure's height, in inches.
        share: The share of the width that it takes, (0, 1].
    """
    return Figure(figsize=(share * WIDTHS[size], height), layout="constrained")


def save(figure: Figure, out: Path, *, dpi: float = DOTS_PER_INCH) -> Path:
    """Write a picture: text in it stays text, and equal pictures are equal files.

    Args:
        figure: The picture.
        out: File that is written to; its suffix says of which kind.
        dpi: Dots per inch of a picture that is made of dots.

    Returns:
        The file that was written, ``out``.

    Raises:
        OSError: The file cannot be written.
    """
    undated = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}}
    with styled():
        figure.savefig(out, dpi=dpi, metadata=undated.get(Path(out).suffix.lower(), {}))
    return out


def strong(i: int) -> dict[str, Any]:
    """How the front of the i-th run looks, from 0."""
    return {
        "color": COLOURS[i % len(COLOURS)],
        "marker": MARKERS[i % len(MARKERS)],
        "markersize": 4.5,
        "markeredgecolor": "white",
        "markeredgewidth": 0.5,
        "linewidth": 1.2,
        "linestyle": LINES[i % len(LINES)],
        "zorder": 3,
    }


def faint(i: int) -> dict[str, Any]:
    """How everything else of the i-th run looks, from 0."""
    return {
        "color": COLOURS[i % len(COLOURS)],
        "marker": MARKERS[i % len(MARKERS)],
        "markersize": 3,
        "markeredgewidth": 0,
        "linestyle": "",
        "alpha": 0.25,
        "zorder": 1,
    }


def band_look(i: int) -> dict[str, Any]:
    """How a band around the line of the i-th group of runs looks, from 0."""
    return {"color": COLOURS[i % len(COLOURS)], "alpha": 0.18, "linewidth": 0, "zorder": 1}


def tidy(ax: Axes) -> None:
    """A faint grid, and no frame."""
    ax.grid(alpha=0.25, linewidth=0.5)
    ax.set_axisbelow(True)
    ax.spines[["top", "right"]].set_visible(False)


def count_ticks(ax: Axes, side: Literal["x", "y"], *, n_most: int = 6) -> None:
    """Whole numbers at the ticks of one side, for a quantity that is counted.

    Args:
        ax: The axes.
        side: The side, ``x`` or ``y``.
        n_most: How many steps there are at most.
    """
    _tick(ax, side, MaxNLocator(n_most, steps=STEPS, integer=True, min_n_ticks=1))


def number_ticks(ax: Axes, side: Literal["x", "y"], *, n_most: int = 6) -> None:
    """Short numbers at the ticks of one side, linear.

    Args:
        ax: The axes.
        side: The side, ``x`` or ``y``.
        n_most: How many steps there are at most.
    """
    _tick(ax, side, MaxNLocator(n_most, steps=STEPS))


def _tick(ax: Axes, side: Literal["x", "y"], locator: MaxNLocator) -> None:
    axis = ax.xaxis if side == "x" else ax.yaxis
    axis.set_major_locator(locator)
    axis.set_major_formatter(FuncFormatter(lambda value, _: short(value)))


def short(value: float) -> str:
    """A number as a tick says it: 116.2M."""
    for factor, letter in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= factor:
            return f"{value / factor:.6g}{letter}"
    return f"{value:.6g}"
