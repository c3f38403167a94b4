"""Water that electricity takes, where it is used and where it is made."""

from __future__ import annotations

from evonas.carbon.model import Band

# Litres per kWh of the computers; Shehabi et al. 2024, LBNL: the mean of data centres in the
# USA in 2023. High: Shehabi et al. 2016, LBNL; low: cooled by air alone.
ON_SITE = Band(0.0, 0.36, 1.8)
# Litres per kWh from the meter; Shehabi et al. 2024, LBNL: what feeds data centres in the USA.
# Low: Li et al. 2023, the mean of the USA; high: Shehabi et al. 2016, LBNL.
OF_GRID = Band(3.14, 4.52, 7.6)
SOURCE = "Shehabi et al. 2024 and 2016, LBNL; Li et al. 2023; all of the USA"


def litres(kwh: float, *, pue: float) -> tuple[Band, Band]:
    """Water that some energy takes, in litres: in the building, and in making the electricity.

    Args:
        kwh: Energy in kilowatt-hours, PUE included.
        pue: Power usage effectiveness of the building, at least 1.
    """
    return _times(ON_SITE, kwh / pue), _times(OF_GRID, kwh)


def _times(each: Band, amount: float) -> Band:
    return Band(each.low * amount, each.central * amount, each.high * amount)
