"""A second opinion on what a search takes: codecarbon, beside our own account."""

from __future__ import annotations

import importlib
import logging
from dataclasses import asdict, dataclass
from typing import Any

from evonas.carbon.grids import GRIDS

TRACKERS = ("codecarbon",)
FALLBACK_COUNTRY = "USA"  # only its CO2 depends on it, and ours is printed beside


@dataclass(frozen=True)
class Opinion:
    """What a tracker says of a search.

    Attributes:
        energy_kwh: Energy that the tracker counted, PUE included.
        co2_g: Grams of CO2e that the search's energy emitted, by the tracker's own grid table.
        country: The country whose grid the tracker took, in a code of three letters.
        method: How the tracker came by the energy, in words.
    """

    energy_kwh: float
    co2_g: float
    country: str
    method: str

    def as_dict(self) -> dict[str, Any]:
        """The opinion as keys and values, JSON-able."""
        return asdict(self)


class CodeCarbon:
    """codecarbon over one session of a search; one per run, in the parent process alone.

    It works offline, writes nothing, and counts the whole machine; without RAPL it guesses 4 W
    per CPU thread and 5 W per memory module.

    Args:
        pue: Power usage effectiveness, which codecarbon multiplies in.
        grid: Name of a grid of ours; a country's is understood, else that of the USA is taken.

    Raises:
        ValueError: codecarbon is not installed.
    """

    def __init__(self, *, pue: float, grid: str) -> None:
        try:
            library = importlib.import_module("codecarbon")
        except ImportError as error:
            raise ValueError(
                "codecarbon is not installed; pip install 'evonas[codecarbon]'"
            ) from error
        logging.getLogger("codecarbon").setLevel(logging.CRITICAL)
        is_country = len(grid) == 3 and grid in GRIDS
        self._country = grid.upper() if is_country else FALLBACK_COUNTRY
        self._version = getattr(library, "__version__", "")
        self._pue = pue
        self._tracker = library.OfflineEmissionsTracker(
            country_iso_code=self._country,
            pue=pue,
            save_to_file=False,
            tracking_mode="machine",
            allow_multiple_runs=True,
            log_level="critical",
        )

    def start(self) -> None:
        """Begin to count."""
        self._tracker.start()

    def stop(self) -> Opinion:
        """End the session, and say what was counted."""
        self._tracker.stop()
        said = self._tracker.final_emissions_data
        return Opinion(
            energy_kwh=float(said.energy_consumed),
            co2_g=1000 * float(said.emissions),
            country=self._country,
            method=f"codecarbon {self._version}, {said.tracking_mode}, "
            f"{said.cpu_model or 'unknown processor'}, PUE {self._pue:g}",
        )
