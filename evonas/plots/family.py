"""A picture of a trained family: proxy against final scores, and final scores against cost."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes

from evonas.models.family import Member
from evonas.objectives import FLOPS, Metric
from evonas.pareto.correlation import Agreement
from evonas.pareto.dominance import front
from evonas.plots.axes import add_legend, direction, say, say_axis, set_scale
from evonas.plots.labels import label_points
from evonas.plots.style import GREY, new_figure, save, strong, styled

POINTS = {**strong(0), "linestyle": ""}


@styled()
def draw_family(
    members: Sequence[Member], found: Agreement, *, metric: Metric, out: Path
) -> None:
    """Two panels, in which every member bears its short id.

    To the left the final score against that of the proxy, to the right the final score against
    FLOPs, with the front that is left after the full training drawn through.

    Args:
        members: The members; those that are not trained are left out.
        found: How alike proxy and final score order them.
        metric: The score that the proxy is compared by.
        out: File that the picture is written to.
    """
    done = [member for member in members if member.is_finished]
    figure = new_figure(height=3.1)
    left, right = figure.subplots(1, 2)
    _draw_agreement(left, done, metric)
    values = f"Spearman {found.spearman.value:.2f}, Kendall {found.kendall.value:.2f}"
    title = "no order to compare" if np.isnan(found.kendall.value) else values
    left.set_title(f"{title} (n = {found.n})", color=GREY)
    _draw_costs(right, done, metric)
    save(figure, out)


def _draw_agreement(ax: Axes, members: Sequence[Member], metric: Metric) -> None:
    known = [member for member in members if np.isfinite(member.proxy)]
    proxy, final = _column(known, "proxy"), _column(known, "final")
    ax.plot(proxy, final, **POINTS, gid="members")
    for side, values in (("x", proxy), ("y", final)):
        set_scale(ax, side, metric, values=[values])
    unit = f" [{metric.unit}]" if metric.unit else ""
    say(ax, "x", f"{metric.name} of the short training{unit}")
    say(ax, "y", f"{metric.name} of the full training{unit}, {direction(metric)}")
    _name(ax, known, x=proxy, towards=(-1.0, 1.0))


def _draw_costs(ax: Axes, members: Sequence[Member], metric: Metric) -> None:
    flops = np.array([float(member.cost.flops) for member in members])
    final = _column(members, "final")
    ax.plot(flops, final, **POINTS, gid="members")
    on = np.flatnonzero(front(np.column_stack([flops, metric.sign * final])))
    on = on[np.argsort(flops[on])]
    look = {**strong(0), "marker": "", "drawstyle": "steps-post"}
    label = f"front after the full training ({len(on)} of {len(members)})"
    ax.plot(flops[on], final[on], **look, label=label, gid="front")
    set_scale(ax, "x", FLOPS, values=[flops])
    set_scale(ax, "y", metric, values=[final])
    say_axis(ax, "x", FLOPS)
    unit = f" [{metric.unit}]" if metric.unit else ""
    say(ax, "y", f"{metric.name} of the full training{unit}, {direction(metric)}")
    stairs = _stairs(np.column_stack([flops[on], final[on]]))
    _name(ax, members, x=flops, towards=(-1.0, -metric.sign), strokes=stairs)
    add_legend(ax)


def _stairs(front_points: np.ndarray) -> np.ndarray:
    """Ends of the pieces of the line through a front, from point to point, ``(k, 2, 2)``."""
    here, there = front_points[:-1], front_points[1:]
    corners = np.column_stack([there[:, 0], here[:, 1]])
    level, upright = np.stack([here, corners], axis=1), np.stack([corners, there], axis=1)
    return np.concatenate([level, upright])


def _name(
    ax: Axes,
    members: Sequence[Member],
    *,
    x: np.ndarray,
    towards: tuple[float, float],
    strokes: np.ndarray | None = None,
) -> None:
    """Short ids beside the points, with room around these."""
    ax.margins(0.12)
    points = np.column_stack([x, _column(members, "final")])
    names = [member.id for member in members]
    label_points(ax, points, names, towards=towards, strokes=strokes)


def _column(members: Sequence[Member], name: str) -> np.ndarray:
    return np.array([getattr(member, name) for member in members], dtype=float)
