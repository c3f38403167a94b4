"""What making a device has emitted, for each hour that it works."""

from __future__ import annotations

from dataclasses import dataclass

from evonas.hardware.devices import Device

HOURS_PER_YEAR = 8760.0
# Of a node with eight A100 of Jean Zay, which Luccioni et al. 2022 reckon with: two EPYC 7543.
SERVER_CORES = 64
_SERVER_W = 100.0  # our assumption: processors that may draw more sit in servers


@dataclass(frozen=True)
class Manufacture:
    """Making one class of devices, and the life over which it is shared.

    Attributes:
        label: What the class is, in words.
        low_kg: CO2e of making one device in kilograms, at the end that emits less.
        central_kg: CO2e of making one device in kilograms.
        high_kg: CO2e of making one device in kilograms, at the end that emits more.
        years: How long a device is kept, in years.
        utilisation: Part of those years in which it works, in (0, 1].
        source: Where the numbers come from, with the years.
    """

    label: str
    low_kg: float
    central_kg: float
    high_kg: float
    years: float
    utilisation: float
    source: str

    @property
    def hours(self) -> float:
        """Hours of work in the life of one device."""
        return HOURS_PER_YEAR * self.years * self.utilisation

    @property
    def g_per_hour(self) -> tuple[float, float, float]:
        """Grams of CO2e for each hour of work: low, central and high."""
        kilograms = (self.low_kg, self.central_kg, self.high_kg)
        low, central, high = (1000 * kg / self.hours for kg in kilograms)
        return low, central, high


CARD = Manufacture(
    label="a card with its share of a server",
    low_kg=318.0,
    central_kg=150.0 + 2500.0 / 8,
    high_kg=150.0 + 2500.0,
    years=6.0,
    utilisation=0.85,
    source="Luccioni et al. 2022: 150 kg a card, 2,500 kg a server, here with eight cards or, "
    "high, with one; six years at 85 %; low: Chien et al. 2023, an A100 with an eighth of its "
    "server",
)
SERVER = Manufacture(
    label="a server",
    low_kg=947.0,
    central_kg=2500.0,
    high_kg=4320.0,
    years=6.0,
    utilisation=0.85,
    source="Luccioni et al. 2022, six years at 85 %; high: Dell and thinkstep 2019, a "
    "PowerEdge R740 with eight large SSDs; low: the same without them",
)
PHONE = Manufacture(
    label="a phone",
    low_kg=52.0,
    central_kg=58.0,
    high_kg=70.0,
    years=3.0,
    utilisation=0.1,
    source="Apple 2020, iPhone 12: 70 kg, of which 83 % is making it, and three years; low: "
    "Apple 2021, iPhone 13; high: all of the 70 kg; in use for a tenth of the time is assumed",
)
_PHONES = ("snapdragon-", "exynos-")


def manufacture_of(device: Device) -> Manufacture | None:
    """How the device was made; ``None`` where no source is known to us.

    None is known for single-board computers, accelerators of the edge, FPGAs, microcontrollers
    and notebooks.
    """
    if device.has_host:
        return CARD
    if device.kind == "cpu":
        return SERVER if device.tdp_w >= _SERVER_W else None
    return PHONE if device.name.startswith(_PHONES) else None
