"""Pictures of what searches brought for their energy, and what a further kWh brought."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from evonas.plots.axes import axis_label, log_ticks
from evonas.plots.style import COLOURS, LINES, STEPS, Size, new_figure, tidy
from evonas.runs.price_tag import PriceTag
from evonas.runs.returns import Returns
from evonas.runs.run import Run

SATURATED = 0.99  # of the last hypervolume


def draw_return(runs: Sequence[Run], *, size: Size = "page") -> Figure:
    """Hypervolume and the best value against energy, and below what one kWh more brought.

    A dot stands where a run had 99 % of its last hypervolume. Below, each point is of the
    fifth of the energy that ends there; where that brought nothing, there is a gap.

    Args:
        runs: Runs that were read from their directories.
        size: Whether the picture is as wide as a ``column`` of two, or as the ``page``.

    Raises:
        ValueError: A run has no hypervolume, or does not tell what its energy is.
    """
    found = [Returns.of(PriceTag.of(run)) for run in runs]
    figure = new_figure(size=size, height=4.2 if size == "page" else 3.4)
    panels = figure.subplots(2, 2, sharex=True)
    for i, each in enumerate(found):
        look: dict[str, Any] = {
            "color": COLOURS[i % len(COLOURS)],
            "linestyle": LINES[i % len(LINES)],
        }
        best = -each.objective.sign * each.best
        name = each.name if len(found) > 1 else ""
        for ax, values in zip(panels[0], (each.hypervolume, each.best), strict=True):
            ax.step(each.kwh, values, where="post", label=name, **look)
        for ax, values in zip(panels[1], (each.hypervolume, best), strict=True):
            _draw_marginal(ax, each.kwh, each.per_kwh(values), look)
        saturation = each.saturation_kwh(SATURATED)
        volume = each.hypervolume[np.searchsorted(each.kwh, saturation)]
        panels[0, 0].plot(saturation, volume, "o", color=look["color"], markersize=5)
    _label(panels, found, size=size)
    if len(found) > 1:
        lines = panels[0, 0].get_legend_handles_labels()
        n_columns = 4 if size == "page" else 2
        figure.legend(*lines, loc="outside upper center", ncols=min(n_columns, len(found)))
    return figure


def _draw_marginal(ax: Axes, kwh: np.ndarray, rates: np.ndarray, look: dict[str, Any]) -> None:
    gains = np.where(rates > 0, rates, np.nan)
    ax.plot(kwh, gains, marker=".", markersize=3, **look)


def _label(panels: np.ndarray, found: Sequence[Returns], *, size: Size) -> None:
    objective = found[0].objective
    ends = [each.kwh[each.kwh > 0] for each in found]
    log_ticks(panels[1, 0], "x", min(k[0] for k in ends), max(k[-1] for k in ends))
    unit = objective.unit or "1"
    panels[0, 0].set_ylabel("hypervolume")
    label = axis_label(objective) if size == "page" else f"{objective.name} [{unit}]"
    panels[0, 1].set_ylabel(f"best {label}")
    panels[1, 0].set_ylabel("hypervolume by one\nkWh more [1/kWh]")
    panels[1, 1].set_ylabel(f"{objective.name} by one\nkWh more [{unit}/kWh]")
    for ax in panels[0]:
        ax.yaxis.set_major_locator(MaxNLocator(5, steps=STEPS))
    for ax in panels[1]:
        rates = np.concatenate([line.get_ydata() for line in ax.lines])
        if np.isfinite(rates).any():
            log_ticks(ax, "y", np.nanmin(rates), np.nanmax(rates))
        ax.set_xlabel("energy by Eq. 1 [kWh]" if size == "page" else "energy [kWh]")
    for ax in panels.flat:
        tidy(ax)
