"""Pictures of what networks and searches emit."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from evonas.carbon.assumptions import TRAININGS_PER_CITATION
from evonas.carbon.footprint import BreakEven, Footprint
from evonas.carbon.literature import NETWORKS, TABLE_1
from evonas.hardware.calibration import Judged
from evonas.plots.axes import add_legend, log_ticks, width_of
from evonas.plots.labels import label_points
from evonas.plots.style import (
    COLOURS,
    GREY,
    LINES,
    SMALLEST,
    count_ticks,
    new_figure,
    save,
    short,
    styled,
    tidy,
)

MILLION = 1e6
NAMED = (  # of Figure 2
    *("DARTS", "OFA (230M)", "FBNet-A", "ProxylessNAS-G", "NASNet-A (mobile)", "AmoebaNet-C"),
    *("PNAS-5", "PC-DARTS (CIFAR-10)", "TE-NAS (ImageNet)", "CARS-I", "TF-NAS-D", "MnasNet-A3"),
    *("SPOS", "ZiCo (1005M)", "DONNA (599M)", "P-DARTS (CIFAR-10)"),
)


@styled()
def draw_calibration(judged: Sequence[Judged], *, out: Path) -> None:
    """Measured against predicted seconds of the networks that were held out.

    Args:
        judged: Fits and what they predict for held-out networks, one panel for each.
        out: File that the picture is written to.
    """
    figure = new_figure(height=3.3, share=min(1.0, 0.5 * len(judged)))
    panels = figure.subplots(1, len(judged), squeeze=False)[0]
    for ax, each in zip(panels, judged, strict=True):
        ends = [min(each.measured.min(), each.predicted.min())]
        ends.append(max(each.measured.max(), each.predicted.max()))
        ax.plot(ends, ends, color=GREY, linewidth=1)
        ax.plot(each.measured, each.predicted, "o", color=COLOURS[0], markersize=3.5)
        log_ticks(ax, "x", min(ends), max(ends))
        log_ticks(ax, "y", min(ends), max(ends))
        tidy(ax)
        what = "one input" if each.model.batch == 1 else f"a step of {each.model.batch} inputs"
        ax.set(xlabel=f"measured [s], {what}", ylabel="model [s]")
        ax.set_title(f"R2 {each.model.r2:.3f}, rank correlation {each.model.spearman:.3f}")
    save(figure, out)


@styled()
def draw_paper(folder: Path) -> list[Path]:
    """Figures 2 to 4 of Fu et al. 2021 with the numbers that are published, one file each.

    Args:
        folder: Where the pictures are written to.

    Returns:
        The files that were written.
    """
    figures = {
        "figure2": _search_costs(),
        "figure3": _lifetimes(),
        "figure4": _citations(),
    }
    paths = []
    for name, figure in figures.items():
        paths.append(folder / f"{name}.png")
        save(figure, paths[-1])
    return paths


def _search_costs() -> Figure:
    """Figure 2: what searches cost, against the accuracy and the FLOPs of what they found."""
    figure = new_figure(height=3.8)
    searched = [n for n in NETWORKS.values() if n.search_kg is not None]
    counted = [n for n in searched if n.gmacs is not None]
    panels = (
        (searched, [n.top1 for n in searched], "ImageNet top-1 accuracy [%]"),
        (counted, [1000 * (n.gmacs or 0.0) for n in counted], "multiply-accumulates [M]"),
    )
    for ax, (networks, values, label) in zip(figure.subplots(1, 2), panels, strict=True):
        costs = [n.search_kg or 0.0 for n in networks]
        points = np.column_stack([costs, values])
        is_named = np.array([bool(n.accelerator) for n in networks])
        look: dict[str, Any] = {"color": COLOURS[0], "markersize": 4, "linestyle": ""}
        ax.plot(*points[is_named].T, marker="o", label="accelerator published", **look)
        look["markerfacecolor"] = "none"
        ax.plot(*points[~is_named].T, marker="o", label="V100 assumed", **look)
        log_ticks(ax, "x", min(costs), max(costs))
        ax.set(xlabel="CO2e of the search by Eq. 1 and 2 [kg]", ylabel=label)
        ax.margins(x=0.12, y=0.12)
        tidy(ax)
        named = [i for i, n in enumerate(networks) if n.name in NAMED]
        names = [networks[i].name for i in named]
        label_points(ax, points[named], names, towards=(1, 1), crowd=points)
        add_legend(ax)
    n, what = len(searched), "networks by published hours (networks.csv)"
    figure.suptitle(f"Fu et al. 2021, Figure 2: {n} searched {what}")
    return figure


def _lifetimes() -> Figure:
    """Figure 3: search and a million trainings."""
    figure = new_figure(height=3.8, share=0.8)
    ax = figure.subplots()
    trainings = np.linspace(0, MILLION, 101)
    names = ("ResNet-50", "DARTS", "ProxylessNAS-G", "OFA (230M)", "FBNet-A", "MobileNetV2")
    for i, network in enumerate(NETWORKS[name] for name in names):
        start = (network.search_kg or 0.0) / 1000
        tonnes = start + trainings * network.training_index_kg / 1000
        ax.plot(
            trainings / MILLION,
            tonnes,
            color=COLOURS[i % len(COLOURS)],
            linestyle=LINES[i % len(LINES)],
            label=f"{network.name} ({tonnes[-1]:.1f} t)",
        )
    ax.set(xlabel="trainings on ImageNet [millions]", ylabel="Eq. 1 + Eq. 3, an index [t]")
    tidy(ax)
    add_legend(ax)
    figure.suptitle("Fu et al. 2021, Figure 3, as published: Eq. 3 is an index, not tonnes")
    return figure


def _citations() -> Figure:
    """Figure 4: by citations; only one of their numbers is known, the others are implied."""
    figure = new_figure(height=3.8, share=0.8)
    ax = figure.subplots()
    for i, row in enumerate(TABLE_1):
        n = row.citations or row.implied_citations
        given = "as given" if row.citations else "implied by what is printed"
        label = f"{row.name}: {n:,.0f} citations, {given}"
        ends = np.array([0.0, 1.15 * n])
        tonnes, line = ends * row.tonnes_per_citation, LINES[i % len(LINES)]
        ax.plot(ends, tonnes, color=COLOURS[i], linestyle=line)
        ax.plot(n, row.tonnes, "o", color=COLOURS[i], label=label)
    ax.set(
        xlabel=f"citations, {TRAININGS_PER_CITATION:g} trainings each",
        ylabel="Eq. 3, an index [t]",
    )
    count_ticks(ax, "x")
    tidy(ax)
    add_legend(ax)
    figure.suptitle("Fu et al. 2021, Figure 4: Eq. 3 as lines, Table 1 as points")
    return figure


@styled()
def draw_footprints(
    footprints: Sequence[Footprint],
    comparisons: Sequence[BreakEven],
    *,
    out: Path,
    names: Sequence[str] = (),
) -> None:
    """The three parts of lives as bars, and below when a search has paid for itself.

    Args:
        footprints: What networks emit in their lives, one bar for each.
        comparisons: When a search has paid for itself against other networks; with none the
            second panel is left out.
        out: File that the picture is written to.
        names: What the bars are called, such as the short ids of the networks; the names of
            the footprints if left out.
    """
    n_panels = 2 if comparisons else 1
    figure = new_figure(height=2.9 * n_panels)
    panels = figure.subplots(n_panels, 1, squeeze=False)[:, 0]
    _draw_parts(panels[0], footprints, names or [each.name for each in footprints])
    if comparisons:
        _draw_break_even(panels[1], comparisons)
    save(figure, out)


def _draw_parts(ax: Axes, footprints: Sequence[Footprint], names: Sequence[str]) -> None:
    places = np.arange(len(footprints))
    floor = np.zeros(len(footprints))
    for i, part in enumerate(("search", "training", "inference")):
        heights = np.array([getattr(f.lifetime, f"{part}_kg") for f in footprints])
        ax.bar(places, heights, bottom=floor, color=COLOURS[i], label=part, width=0.8)
        floor += heights
    low = [max(0.0, f.total_kg.central - f.total_kg.low) for f in footprints]
    high = [max(0.0, f.total_kg.high - f.total_kg.central) for f in footprints]
    ax.errorbar(places, floor, [low, high], fmt="none", ecolor=GREY, linewidth=1)
    step = -(-len(names) // int(width_of(ax) / (1.2 * SMALLEST))) or 1
    some = f", one in {step} named" if step > 1 else ""
    ax.set_xticks(places[::step], names[::step], rotation=90, fontsize=SMALLEST)
    ax.tick_params(axis="x", length=0)
    ax.set_xlabel(f"members of the front, by FLOPs{some}")
    ax.set_ylabel("lifetime CO2e [kg], with its band")
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: short(value)))
    tidy(ax)
    ax.grid(visible=False, axis="x")
    add_legend(ax)


def _draw_break_even(ax: Axes, comparisons: Sequence[BreakEven]) -> None:
    ours = comparisons[0].ours
    finite = [c.trainings for c in comparisons if np.isfinite(c.trainings)]
    most = 2.0 * max([*finite, 1.0])
    n = np.geomspace(min(1.0, most / 10), most, 200)
    search_kg = comparisons[0].search_kg
    with_search = search_kg + n * ours.price.training_kg
    ax.plot(n, with_search, color="black", label="found here, with the search")
    every = [with_search]
    for i, each in enumerate(comparisons):
        kg = n * each.theirs.price.training_kg
        every.append(kg)
        colour, line = COLOURS[i % len(COLOURS)], LINES[(i + 1) % len(LINES)]
        ax.plot(n, kg, color=colour, linestyle=line, label=each.theirs.name)
    log_ticks(ax, "x", n[0], n[-1])
    log_ticks(ax, "y", min(map(min, every)), max(map(max, every)))
    ax.set(xlabel="trainings", ylabel="CO2e of search and trainings [kg]")
    tidy(ax)
    add_legend(ax)
