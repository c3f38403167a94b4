"""A picture of which genes drive a metric, and of its mean at each of their choices."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from evonas.explanation.drivers import Drivers, Estimate, GeneEffect
from evonas.plots.style import COLOURS, GREY, STEPS, number_ticks, save, styled, tidy

N_PANELS = 4  # genes whose choices are shown
DOTS_PER_INCH = 150
MOST_LETTERS = 16  # of all choices, side by side
LONGEST_CHOICE = 11  # characters; longer ones are cut


def draw_drivers(
    drivers: Sequence[Drivers], *, out: Path, title: str = "", top: int = 8
) -> None:
    """Draw a row for each metric: bars of shares, and means at choices of the first genes.

    A solid bar is what a gene does alone, the pale one behind it what it does in all; lines
    upon them, and about the means, are 90 % intervals. A row of a model that is not to be
    believed is grey.

    Args:
        drivers: The genes of one metric or several.
        out: File that the picture is written to.
        title: What stands above.
        top: How many genes have bars.
    """
    n_bars = max(min(top, len(each.genes)) for each in drivers)
    height = max(2.6, 0.9 + 0.27 * n_bars)
    with styled():
        figure = Figure(figsize=(13.5, height * len(drivers)), layout="constrained")
        rows = figure.subplots(
            len(drivers), N_PANELS + 1, squeeze=False, width_ratios=[1.7, *[1.0] * N_PANELS]
        )
        for i, (each, (bars, *panels)) in enumerate(zip(drivers, rows, strict=True)):
            colour = COLOURS[i % len(COLOURS)] if each.is_reliable else GREY
            _draw_bars(bars, each, colour=colour, top=top)
            _draw_panels(panels, each, colour=colour)
        if title:
            figure.suptitle(title, fontsize="medium")
        save(figure, out, dpi=DOTS_PER_INCH)


def _draw_bars(ax: Axes, drivers: Drivers, *, colour: str, top: int) -> None:
    shown = drivers.genes[:top]
    places = np.arange(len(shown))
    for estimates, alpha, height, label in (
        ([gene.total for gene in shown], 0.3, 0.8, "in all"),
        ([gene.alone for gene in shown], 1.0, 0.45, "alone"),
    ):
        values = [max(0.0, each.value) for each in estimates]
        ax.barh(places, values, height, color=colour, alpha=alpha, label=label, gid=label)
        if drivers.how != "exact":
            ax.errorbar(values, places, xerr=_halves(estimates), **_whiskers())
    ax.set_yticks(places, [gene.gene for gene in shown], fontsize="small")
    ax.invert_yaxis()
    ax.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    ax.xaxis.set_major_locator(MaxNLocator(5, steps=STEPS))
    ax.set_xlim(0, min(1.0, ax.get_xlim()[1]))
    ax.set_xlabel("share of the variance", fontsize="small")
    doubt = "" if drivers.is_reliable else ", NOT RELIABLE"
    ax.set_title(f"{drivers.metric.label}: {drivers.how}{doubt}", fontsize="small")
    ax.legend(frameon=False, fontsize="small", loc="lower right")
    tidy(ax)


def _draw_panels(panels: Sequence[Axes], drivers: Drivers, *, colour: str) -> None:
    shown = [gene for gene in drivers.genes[: len(panels)] if gene.total.value > 0]
    for ax, gene in zip(panels, shown, strict=False):
        if ax is not panels[0]:
            ax.sharey(panels[0])
        _draw_means(ax, gene, drivers, colour=colour)
        ax.tick_params(labelleft=ax is panels[0])
    for ax in panels[len(shown) :]:
        ax.axis("off")
    if shown:
        panels[0].set_ylabel(f"mean {drivers.metric.column}", fontsize="small")


def _draw_means(ax: Axes, gene: GeneEffect, drivers: Drivers, *, colour: str) -> None:
    places = np.arange(len(gene.choices))
    means = [mean.value for mean in gene.means]
    ax.axhline(drivers.mean, color=GREY, linewidth=0.8, linestyle=":")
    line = "o-" if gene.is_ordered else "o"
    ax.plot(places, means, line, color=colour, markersize=5, linewidth=1.0, gid="means")
    if drivers.how != "exact":
        ax.errorbar(places, means, yerr=_halves(gene.means), **_whiskers())
    texts = [_cut(str(choice)) for choice in gene.choices]
    is_long = sum(map(len, texts)) > MOST_LETTERS
    look: dict[str, Any] = {"rotation": 35, "ha": "right"} if is_long else {}
    ax.set_xticks(places, texts, fontsize="small", **look)
    ax.margins(x=0.15)
    number_ticks(ax, "y", n_most=5)
    ax.set_title(gene.gene, fontsize="small")
    tidy(ax)


def _halves(estimates: Sequence[Estimate]) -> list[float]:
    return [each.high - each.value for each in estimates]


def _whiskers() -> dict[str, Any]:
    return {"fmt": "none", "ecolor": "#333333", "elinewidth": 0.9, "capsize": 2.0}


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_CHOICE else f"{text[: LONGEST_CHOICE - 1]}…"
