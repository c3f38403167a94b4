"""A picture of a trained family: proxy against final scores, and final scores against cost."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from evonas.models.family import Member
from evonas.objectives import FLOPS, Metric
from evonas.pareto.correlation import Agreement
from evonas.pareto.dominance import front
from evonas.plots.axes import GREY, axis_label, direction, set_scale, strong

DOTS_PER_INCH = 150


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
    figure = Figure(figsize=(12, 5), layout="constrained")
    left, right = figure.subplots(1, 2)
    _draw_agreement(left, done, metric)
    values = f"Spearman {found.spearman.value:.2f}, Kendall {found.kendall.value:.2f}"
    left.set_title(f"{values} (n = {found.n})", fontsize="small", color=GREY)
    _draw_costs(right, done, metric)
    figure.savefig(out, dpi=DOTS_PER_INCH)


def _draw_agreement(ax: Axes, members: Sequence[Member], metric: Metric) -> None:
    known = [member for member in members if np.isfinite(member.proxy)]
    proxy, final = _column(known, "proxy"), _column(known, "final")
    ax.plot(proxy, final, **{**strong(0), "linestyle": ""}, gid="members")
    _name(ax, known, x=proxy)
    for side, values in (("x", proxy), ("y", final)):
        set_scale(ax, side, metric, values=[values])
    ax.margins(0.12)
    unit = f" [{metric.unit}]" if metric.unit else ""
    ax.set(
        xlabel=f"{metric.name} of the short training{unit}",
        ylabel=f"{metric.name} of the full training{unit}, {direction(metric)}",
    )


def _draw_costs(ax: Axes, members: Sequence[Member], metric: Metric) -> None:
    flops = np.array([float(member.cost.flops) for member in members])
    final = _column(members, "final")
    ax.plot(flops, final, **{**strong(0), "linestyle": ""}, gid="members")
    on = np.flatnonzero(front(np.column_stack([flops, metric.sign * final])))
    on = on[np.argsort(flops[on])]
    label = f"front after the full training ({len(on)} of {len(members)})"
    ax.plot(
        *(flops[on], final[on]),
        color=strong(0)["color"],
        linewidth=1.2,
        drawstyle="steps-post",
        label=label,
        gid="front",
    )
    _name(ax, members, x=flops)
    set_scale(ax, "x", FLOPS, values=[flops])
    set_scale(ax, "y", metric, values=[final])
    ax.margins(0.12)
    ax.set(
        xlabel=f"{axis_label(FLOPS)}, {direction(FLOPS)}",
        ylabel=f"{metric.name} of the full training, {direction(metric)}",
    )
    ax.legend(loc="lower right", fontsize="small", framealpha=0.9)


def _name(ax: Axes, members: Sequence[Member], *, x: np.ndarray) -> None:
    """Short ids beside points, from left to right above and below them by turns."""
    for turn, i in enumerate(np.argsort(x, kind="stable")):
        ax.annotate(
            members[i].id,
            (x[i], members[i].final),
            xytext=(4, -11 if turn % 2 else 5),
            textcoords="offset points",
            fontsize=7.5,
            color=GREY,
        )


def _column(members: Sequence[Member], name: str) -> np.ndarray:
    return np.array([getattr(member, name) for member in members], dtype=float)
