"""A small picture of a front, for where a run is named."""

from __future__ import annotations

import io

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator

from evonas.objectives import Objective
from evonas.plots.axes import axis_label, is_logarithmic, set_scale
from evonas.plots.convergence import plot_best
from evonas.plots.points import Cloud, cloud_of
from evonas.plots.style import faint, strong
from evonas.runs.run import Run

MOST_PANELS = 3
PANEL = (2.6, 2.1)  # inches
INK = "#8A8A8A"  # can be read on white and on black, for the ground is that of the page
DOTS_PER_INCH = 144
PIXELS_PER_INCH = 90.0  # on the page, for a sharp picture on a fine screen


def thumbnail(run: Run) -> tuple[bytes, int] | None:
    """The front of a run among all that was measured, as a PNG without a ground.

    The first objective goes upwards, against each of the next three at most. With one objective
    it is the best so far against evaluations.

    Args:
        run: The run.

    Returns:
        The file and its width on a page in pixels; ``None`` where there is no front to draw.
    """
    if not run.front:
        return None
    first, *others = run.objectives
    shown = others[:MOST_PANELS]
    n_panels = max(1, len(shown))
    figure = Figure(figsize=(PANEL[0] * n_panels + 0.4, PANEL[1]), layout="constrained")
    panels = figure.subplots(1, n_panels, sharey=True, squeeze=False)[0]
    if shown:
        cloud = cloud_of(run, run.objectives)
        for i, ax in enumerate(panels, 1):
            is_whole = len(run.objectives) == 2
            _draw(ax, cloud.columns(i, 0), shown[i - 1], first, has_stairs=is_whole)
        panels[0].set_ylabel(axis_label(first), fontsize="small")
    else:
        plot_best(run, first, ax=panels[0])
        panels[0].get_legend().remove()
    for ax in panels:
        _grey(ax)
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=DOTS_PER_INCH, transparent=True)
    return file.getvalue(), round(figure.get_figwidth() * PIXELS_PER_INCH)


def _draw(
    ax: Axes, cloud: Cloud, rightward: Objective, upward: Objective, *, has_stairs: bool
) -> None:
    ax.plot(*cloud.measured.T, **faint(0) | {"color": INK, "alpha": 0.6}, gid="measured")
    stairs = "steps-post" if rightward.sign > 0 else "steps-pre"
    look = {**strong(0), "markersize": 4.5}
    look |= {"drawstyle": stairs} if has_stairs else {"linestyle": ""}
    ax.plot(*cloud.front.T, **look, gid="front")
    for side, objective, column in (("x", rightward, 0), ("y", upward, 1)):
        values = [cloud.measured[:, column]]
        set_scale(ax, side, objective, values=values)
        if is_logarithmic(objective, values):
            axis = ax.xaxis if side == "x" else ax.yaxis
            axis.set_major_locator(LogLocator(subs=(1, 3)))  # there is no room for more
    ax.set_xlabel(axis_label(rightward), fontsize="small")


def _grey(ax: Axes) -> None:
    for axis in (ax.xaxis, ax.yaxis):
        axis.label.set(color=INK, fontsize="small")
    ax.tick_params(colors=INK, labelsize="small")
    for spine in ax.spines.values():
        spine.set_color(INK)
