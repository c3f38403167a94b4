"""What stands at the sides of a pair of axes: scales, ticks, words and legends."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LogNorm, Normalize
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

from evonas.objectives import Objective
from evonas.plots.style import EM, LABEL, SCALE, SMALL, STEPS, new_figure, short, tidy
from evonas.runs.run import Run

LOG_SPAN = 20.0  # a cost whose values differ by a larger factor has a logarithmic axis
MOST_STEPS = 6
WIDE, HIGH = 30.0, 16.0  # points, that a tick's number takes to the side and upwards
SIDES = {"width": 50.0, "height": 38.0}  # points, of what stands beside the axes, about
HANDLE = 32.0  # points, of a legend's line or mark and the space around it


def new_axes() -> Axes:
    """Axes on a figure of their own."""
    return new_figure(height=4.2).add_subplot()


def set_scale(
    ax: Axes, side: str, objective: Objective, *, values: Sequence[np.ndarray]
) -> None:
    """Readable ticks on one side, ``x`` or ``y``; logarithmic where a cost spans a lot."""
    low, high = _range(values)
    axis = ax.xaxis if side == "x" else ax.yaxis
    if is_logarithmic(objective, values):
        log_ticks(ax, side, low, high)
    else:
        axis.set_major_locator(_Possible(objective, n_most=_n_steps(ax, side)))
        axis.set_major_formatter(FuncFormatter(lambda value, _: short(value)))
    tidy(ax)


def log_ticks(ax: Axes, side: str, low: float, high: float) -> None:
    """A logarithmic scale on one side, ``x`` or ``y``, with about five ticks.

    Args:
        ax: The axes.
        side: The side.
        low: The lowest value that is drawn; what is not positive has no place.
        high: The highest value that is drawn.
    """
    ax.set(**{f"{side}scale": "log"})
    axis = ax.xaxis if side == "x" else ax.yaxis
    n_decades = float(np.log10(high / low)) if 0 < low < high else 1.0
    subs = subdivisions(n_decades, n_most=_n_steps(ax, side))
    axis.set_major_locator(LogLocator(subs=subs))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(FuncFormatter(lambda value, _: short(value)))


class _Possible(MaxNLocator):
    """Ticks at values that an objective can have, and so none beyond 100 %."""

    def __init__(self, objective: Objective, *, n_most: int) -> None:
        super().__init__(n_most, steps=STEPS)
        self.objective = objective

    def tick_values(self, vmin: float, vmax: float) -> Sequence[float]:
        ticks = super().tick_values(vmin, vmax)
        best, sign = self.objective.best, self.objective.sign
        return [tick for tick in ticks if best is None or (tick - best) * sign >= 0]


def is_logarithmic(objective: Objective, values: Sequence[np.ndarray]) -> bool:
    """Whether these values of an objective want a logarithmic axis."""
    low, high = _range(values)
    return objective.sign > 0 and 0 < low * LOG_SPAN < high


def axis_label(objective: Objective) -> str:
    """What an axis says: the label, and the unit in brackets."""
    return f"{objective.label} [{objective.unit}]" if objective.unit else objective.label


def say_axis(ax: Axes, side: str, objective: Objective) -> None:
    """Label, unit and direction on one side, ``x`` or ``y``, in two lines where it is long."""
    say(ax, side, f"{axis_label(objective)}, {direction(objective)}")


def say(ax: Axes, side: str, words: str) -> None:
    """Words on one side, ``x`` or ``y``, with a break at the last comma where they are long."""
    room = width_of(ax) if side == "x" else height_of(ax)
    if EM * LABEL * len(words) > room:
        words = ",\n".join(words.rsplit(", ", 1))
    ax.set(**{f"{side}label": words})


def direction(objective: Objective) -> str:
    """Which way is better, in words."""
    return "lower is better" if objective.sign > 0 else "higher is better"


def colour_scale(objective: Objective, values: np.ndarray) -> ScalarMappable:
    """Colours for values of an objective; logarithmic where an axis of them would be.

    Args:
        objective: The objective that the values are of.
        values: All values that are to be coloured, ``(n,)``.
    """
    norm = (LogNorm if is_logarithmic(objective, [values]) else Normalize)()
    scale = ScalarMappable(norm, SCALE)
    if len(values):
        scale.set_clim(float(values.min()), float(values.max()))
    scale.set_array(values)
    return scale


def add_colour_bar(ax: Axes, scale: ScalarMappable, objective: Objective) -> None:
    """What the colours mean, beside the axes."""
    bar = ax.figure.colorbar(scale, ax=ax, pad=0.02, aspect=30)
    bar.set_label(f"{axis_label(objective)}, {direction(objective)}")
    bar.outline.set_visible(False)
    low, high = scale.get_clim()
    if isinstance(scale.norm, LogNorm) and low and high:
        bar.locator = LogLocator(subs=subdivisions(float(np.log10(high / low))))
    else:
        bar.locator = MaxNLocator(6, steps=STEPS)
    bar.formatter = FuncFormatter(lambda value, _: short(value))
    bar.minorlocator = NullLocator()
    bar.update_ticks()


def add_legend(ax: Axes, *, is_below: bool = False) -> float:
    """A legend outside of the axes, where it covers nothing, in columns as far as they fit.

    Args:
        ax: The axes, on which all is drawn.
        is_below: Whether the legend stands below the axes, and not above.

    Returns:
        How high it is, in points.
    """
    handles, labels = ax.get_legend_handles_labels()
    if not handles:
        return 0.0
    longest = max(len(line) for label in labels for line in label.splitlines())
    n_columns = max(1, int(width_of(ax) // (HANDLE + EM * SMALL * longest)))
    n_rows = -(-len(labels) // n_columns)
    ax.legend(
        handles,
        labels,
        loc="upper left" if is_below else "lower left",
        bbox_to_anchor=(0.0, 0.0 if is_below else 1.0),
        ncols=min(n_columns, len(labels)),
        borderaxespad=0.2,
        borderpad=0.2,
        labelspacing=0.35,
        columnspacing=1.2,
        handlelength=2.6,
    )
    return SMALL * (1.05 * n_rows + 0.35 * (n_rows - 1) + 0.8)


def width_of(ax: Axes) -> float:
    """About how many points the axes are wide, before anything is laid out."""
    return _length(ax, "width")


def height_of(ax: Axes) -> float:
    """About how many points the axes are high, before anything is laid out."""
    return _length(ax, "height")


def _length(ax: Axes, which: Literal["width", "height"]) -> float:
    figure, spec = ax.get_figure(root=True), ax.get_subplotspec()
    inches = getattr(figure, f"get_fig{which}")() if figure else 0.0
    if spec is None:
        return float(72 * inches * getattr(ax.get_position(), which))
    is_width = which == "width"
    grid, span = spec.get_gridspec(), spec.colspan if is_width else spec.rowspan
    ratios = np.asarray(
        grid.get_width_ratios() if is_width else grid.get_height_ratios(), float
    )
    share = ratios[span.start : span.stop].sum() / ratios.sum()
    return float(72 * inches * share - SIDES[which])


def reference_words(ax: Axes, run: Run) -> str:
    """The reference point in words, on as many lines as it takes over the axes; or nothing."""
    values = [
        f"{o.name} {short(float(f'{run.goals.reference[o.name]:.4g}'))} {o.unit}".strip()
        for o in run.objectives
        if o.name in run.goals.reference
    ]
    if not values:
        return ""
    unbroken = [value.replace(" ", "\N{NO-BREAK SPACE}") for value in values]
    n_letters = max(24, int(width_of(ax) / (EM * SMALL)))
    return textwrap.fill(f"reference point: {', '.join(unbroken)}", n_letters)


def _range(values: Sequence[np.ndarray]) -> tuple[float, float]:
    """Lowest and highest of all finite values; 0 and 0 if there is none."""
    finite = np.concatenate([column[np.isfinite(column)] for column in values])
    return (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 0.0)


def subdivisions(n_decades: float, *, n_most: int = MOST_STEPS) -> tuple[int, ...]:
    """Which multiples of a power of ten have a tick, for not many more than the most."""
    offered: tuple[tuple[int, ...], ...] = ((1, 2, 5), (1, 3))
    return next((subs for subs in offered if len(subs) * n_decades < n_most), (1,))


def _n_steps(ax: Axes, side: str) -> int:
    """How many ticks there is room for on one side."""
    room = width_of(ax) / WIDE if side == "x" else height_of(ax) / HIGH
    return int(min(MOST_STEPS, max(2, room)))


def headline(run: Run) -> str:
    """What stands above the picture of a run: how many architectures, and how many failed.

    Args:
        run: The run.
    """
    n = len(run.records)
    words = f"{run.name}: {n} architecture{'s' if n > 1 else ''}"
    n_failures = len(run.failures)
    return f"{words}, {n_failures} of them failed" if n_failures else words
