"""Pictures of published networks: accuracy against parameters and floating-point operations."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes

from evonas.networks.published import RESNETS, Published, best_for_their_flops
from evonas.plots.axes import add_legend, log_ticks
from evonas.plots.labels import label_points
from evonas.plots.style import COLOURS, GREY, new_figure, save, styled, tidy

NAMED = ("alexnet", "vgg16", "resnet50", "vit_l_16", "mobilenet_v2")  # beside the best


@styled()
def draw_zoo(
    networks: Sequence[Published], newer: Sequence[Published] = (), *, out: Path
) -> None:
    """Figure 4 of Schwartz et al. 2020, of a whole zoo, and of the ResNet family alone.

    Args:
        networks: The networks, all of one recipe's weights.
        newer: Those of them that have weights of a newer recipe.
        out: File that the picture is written to.
    """
    figure = new_figure(height=6.2)
    panels = figure.subplots(2, 2, sharey="row")
    best = best_for_their_flops(networks)
    of_family, newer_of_family = (
        [each for each in some if each.name in RESNETS] for some in (networks, newer)
    )
    named = [each for each in networks if each.name in NAMED]
    for (above, below), cost, label in zip(
        panels.T, ("params", "flops"), ("parameters", "FPO of one image"), strict=True
    ):
        _scatter(above, newer, cost, mark="o", fill="none", label="newer recipe")
        _scatter(above, networks, cost, mark="o", label="first recipe")
        if cost == "flops":
            points = _points(best, cost)
            above.step(*points.T, where="post", color=COLOURS[0], label="best for its FPO")
        ends = [best[0], best[-1]]
        _label(above, [*(best if cost == "flops" else ends), *named], cost, crowd=networks)
        _scatter(below, newer_of_family, cost, mark="s", fill="none", label="newer recipe")
        points = _points(of_family, cost)
        below.plot(*points.T, "s-", color=COLOURS[1], markersize=4, label="first recipe")
        _label(below, of_family, cost, crowd=newer_of_family)
        for ax, drawn in ((above, [*networks, *newer]), (below, of_family)):
            values = [getattr(each, cost) for each in drawn]
            log_ticks(ax, "x", min(values), max(values))
            ax.set_xlabel(label)
            ax.margins(x=0.12, y=0.1)
            tidy(ax)
    for ax in panels[:, 0]:
        ax.set_ylabel("ImageNet top-1 accuracy [%]")
    for ax in panels[:, 1]:
        add_legend(ax)
    save(figure, out)


def _points(networks: Sequence[Published], cost: str) -> np.ndarray:
    """Cost and accuracy, ``(n, 2)``."""
    found = [[getattr(each, cost), each.top1] for each in networks]
    return np.array(found, dtype=float).reshape(-1, 2)


def _scatter(
    ax: Axes,
    networks: Sequence[Published],
    cost: str,
    *,
    mark: str,
    label: str,
    fill: str = GREY,
) -> None:
    ax.plot(
        *_points(networks, cost).T,
        mark,
        color=GREY,
        markerfacecolor=fill,
        markersize=3.5,
        markeredgewidth=0.7,
        label=label,
    )


def _label(
    ax: Axes, networks: Sequence[Published], cost: str, *, crowd: Sequence[Published]
) -> None:
    names = [each.name for each in networks]
    others = _points(crowd, cost)
    label_points(ax, _points(networks, cost), names, towards=(-1, 1), crowd=others)
