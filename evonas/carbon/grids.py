"""What a kilowatt-hour emits, grid by grid; ``grids.csv`` has the numbers."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType

from evonas.hardware.bounds import check


@dataclass(frozen=True)
class Grid:
    """The electricity of one place.

    Attributes:
        name: The word by which users choose the grid: a country's code of three letters, or
            ``us-`` and a state's of two.
        label: The place that the grid feeds, in words.
        intensity_g_per_kwh: Grams of CO2e that one kWh of the grid emits.
        source: Where the intensity comes from, with its year.

    Raises:
        ValueError: The intensity is negative or not finite.
    """

    name: str
    label: str
    intensity_g_per_kwh: float
    source: str = "the user"

    def __post_init__(self) -> None:
        check(self, "[0, inf)", "intensity_g_per_kwh")


def own_grid(intensity_g_per_kwh: float) -> Grid:
    """A grid of which only the user's own number is known."""
    return Grid("own", "the user's own", intensity_g_per_kwh)


def _read() -> dict[str, Grid]:
    with resources.files("evonas.carbon").joinpath("grids.csv").open(encoding="utf-8") as lines:
        return {
            row["name"]: Grid(
                name=row["name"],
                label=row["label"],
                intensity_g_per_kwh=float(row["intensity [g/kWh]"]),
                source=f"{row['source']}, {row['year']}",
            )
            for row in csv.DictReader(lines)
        }


GRIDS: Mapping[str, Grid] = MappingProxyType(_read())
WORLD = GRIDS["world"]
FU2021_GRID = "epa_avert_2021"  # Fu et al. 2021, Eq. 2: 707 g/kWh
