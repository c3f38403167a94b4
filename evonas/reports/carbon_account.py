"""What a search has emitted, with all that its kilowatt-hours leave out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from itertools import pairwise
from typing import Any

from evonas.carbon.assumptions import PUE, Assumptions
from evonas.carbon.embodied import CARD, SERVER, SERVER_CORES, Manufacture
from evonas.carbon.equivalents import equivalent_lines
from evonas.carbon.model import Band
from evonas.carbon.traces import Trace, starts
from evonas.carbon.water import SOURCE, litres
from evonas.runs.run import Run


def search_account(
    run: Run,
    assumptions: Assumptions,
    *,
    market_g_per_kwh: float | None = None,
    trace: Trace | None = None,
) -> list[str]:
    """Lines on what the search emitted; nothing where the run tells no account.

    Args:
        run: The run, which tells time and energy of its search.
        assumptions: What the carbon model assumes, of which the grid counts here.
        market_g_per_kwh: Grams of CO2e of a kWh by the contracts for it; ``None`` where nobody
            says.
        trace: The grid hour by hour, from which the best hour to begin is told.

    Raises:
        ValueError: The search took longer than the trace.
    """
    if run.spend is None or not run.energy_kwh > 0:
        return []
    kwh, grid = run.energy_kwh, assumptions.grid
    tariff = run.resolved.get("search_energy", {})
    co2_g = kwh * grid.intensity_g_per_kwh
    lines = [
        f"The search itself: {_digits(kwh)} kWh, {_digits(co2_g)} g CO2e, location-based: grid "
        f"{grid.name}, {grid.intensity_g_per_kwh:g} g/kWh"
    ]
    if market_g_per_kwh is not None:
        lines.append(
            f"  market-based: {_digits(kwh * market_g_per_kwh)} g CO2e, {market_g_per_kwh:g} "
            "g/kWh as stated; the grid emitted the other all the same"
        )
    lines += [f"  making the computers, on top: {line}" for line in _made(run, tariff)]
    on_site, of_grid = litres(kwh, pue=float(tariff.get("pue", PUE)))
    lines.append(f"  water: {on_site} L on site, {of_grid} L for the electricity ({SOURCE})")
    lines += [f"  {line}" for line in equivalent_lines(co2_g)]
    return [*lines, *(_hours(run, trace) if trace else [])]


def _made(run: Run, tariff: Mapping[str, Any]) -> list[str]:
    """Manufacture that the search's hours bear: of accelerators, or of cores of a server."""
    if run.spend is None:
        return []
    if float(tariff.get("accelerator_w", 0)) > 0:
        hours = run.spend.busy_seconds / 3600 / max(1, int(tariff.get("n_sharing", 1)))
        return [_shared(CARD, hours)]
    hours = run.spend.cpu_seconds / 3600 / SERVER_CORES
    return [_shared(SERVER, hours, note=f" of {SERVER_CORES} cores")]


def _shared(made: Manufacture, hours: float, *, note: str = "") -> str:
    grams = Band(*(each * hours for each in made.g_per_hour))
    return f"{grams} g CO2e, {_digits(hours)} hours of {made.label}{note} ({made.source})"


def _hours(run: Run, trace: Trace) -> list[str]:
    """When the same search would have emitted least, and most."""
    found = starts(trace, phases(run))
    (best, least), (worst, most) = found.best, found.worst
    return [
        f"By {trace.name}, from {len(found.times):,} hours to begin at, it would have emitted:",
        f"  begun at the best    {_digits(least)} g CO2e ({_when(best)})",
        f"  in the mean          {_digits(found.mean)} g CO2e",
        f"  begun at the worst   {_digits(most)} g CO2e ({_when(worst)})",
    ]


def phases(run: Run) -> list[tuple[float, float]]:
    """Hours and kilowatt-hours of a search: of each generation, or of the whole.

    The time of a run that was resumed begins again, so such a search is one phase.

    Args:
        run: The run, which tells what its search has spent.
    """
    if run.spend is None:
        return []
    whole = (run.spend.wall_seconds / 3600, run.energy_kwh)
    points = [(0.0, 0.0)]
    for row in run.generations:
        wall, kwh = row.get("wall [s]"), row.get("energy [kWh]")
        if not isinstance(wall, float) or not isinstance(kwh, float):
            return [whole]
        points.append((wall / 3600, kwh))
    points.append(whole)
    found = [(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(points)]
    return found if all(hours >= 0 and kwh >= 0 for hours, kwh in found) else [whole]


def _when(time: datetime) -> str:
    return time.strftime("%a %Y-%m-%d %H:%M")


def _digits(value: float) -> str:
    return f"{value:,.0f}" if 1000 <= value < 1e7 else f"{value:.3g}"
