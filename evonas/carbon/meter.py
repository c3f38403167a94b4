"""What this search itself takes: measured where the machine has meters, reckoned elsewhere."""

from __future__ import annotations

import importlib
import logging
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from evonas.carbon import model as carbon
from evonas.carbon.spend import Spend
from evonas.hardware.devices import CORE_W

logger = logging.getLogger("evonas")
POWERCAP = Path("/sys/class/powercap")


class Sensor(Protocol):
    """A counter of energy in the machine.

    Attributes:
        name: The sensor's name in words.
        part: What the sensor measures, ``accelerator`` or ``processor``.
    """

    name: str
    part: str

    def joules(self) -> float:
        """Joules since any fixed time in the past; the number never falls."""


class Nvml:
    """The energy counters of all NVIDIA GPUs, Volta or later, by ``pynvml``."""

    name, part = "NVML", "accelerator"

    def __init__(self, library: Any = None) -> None:
        self._library = library or importlib.import_module("pynvml")
        self._library.nvmlInit()
        n = self._library.nvmlDeviceGetCount()
        self._handles = [self._library.nvmlDeviceGetHandleByIndex(i) for i in range(n)]
        self.joules()

    def joules(self) -> float:
        """Joules of all GPUs since the driver was loaded."""
        count = self._library.nvmlDeviceGetTotalEnergyConsumption
        return float(sum(count(handle) for handle in self._handles)) / 1000  # mJ


class Rapl:
    """The energy counters of all processor packages, which Linux shows to those it trusts."""

    name, part = "RAPL", "processor"

    def __init__(self, place: Path = POWERCAP) -> None:
        zones = [zone for zone in sorted(place.glob("intel-rapl:*")) if _is_top(zone)]
        self._packages = [zone for zone in zones if _name_of(zone).startswith("package")]
        if not self._packages:
            raise OSError(f"no package under {place}")
        self._ranges = [_number(zone / "max_energy_range_uj") for zone in self._packages]
        self._last = [_number(zone / "energy_uj") for zone in self._packages]
        self._microjoules = 0.0

    def joules(self) -> float:
        """Joules since this was made; counters that began again at zero are accounted for."""
        now = [_number(zone / "energy_uj") for zone in self._packages]
        for last, value, span in zip(self._last, now, self._ranges, strict=True):
            self._microjoules += value - last + (span if value < last else 0.0)
        self._last = now
        return self._microjoules / 1e6


def _is_top(zone: Path) -> bool:
    return zone.name.count(":") == 1


def _name_of(zone: Path) -> str:
    """What Linux calls a zone: ``package-0``, or ``psys`` for the platform that contains it."""
    return (zone / "name").read_text(encoding="ascii").strip()


def _number(file: Path) -> float:
    return float(file.read_text(encoding="ascii"))


def find_sensors(kinds: Sequence[Callable[[], Sensor]] = (Nvml, Rapl)) -> list[Sensor]:
    """Those sensors that this machine has and lets us read."""
    found = []
    for kind in kinds:
        with suppress(Exception):  # no library, no driver, no permission
            found.append(kind())
    return found


@dataclass(frozen=True)
class Tariff:
    """What time and energy cost where a search runs.

    Attributes:
        accelerator_w: Power of the accelerator that workers keep busy, in watts, where nothing
            measures it; 0 without one.
        pue: Power usage effectiveness of the building that houses the machine.
        intensity_g_per_kwh: Grams of CO2e that one kWh of the grid emits.
        core_w: Power of a busy processor core, in watts, where nothing measures it.
        n_sharing: How many workers keep one accelerator busy at the same time.
    """

    accelerator_w: float
    pue: float
    intensity_g_per_kwh: float
    core_w: float = CORE_W
    n_sharing: int = 1

    def kwh(
        self, *, busy_seconds: float, core_seconds: float, measured: Collection[str] = ()
    ) -> float:
        """Energy by Eq. 1 of Fu et al. 2021, PUE included, of all that nothing measures.

        Args:
            busy_seconds: Seconds that measuring took, summed over all workers.
            core_seconds: Seconds of processor cores that it took.
            measured: Parts of the machine that sensors count, ``accelerator`` or ``processor``.
        """
        return carbon.search_energy_kwh(
            core_seconds,
            accelerator_seconds=busy_seconds / self.n_sharing,
            accelerator_w=0.0 if "accelerator" in measured else self.accelerator_w,
            core_w=0.0 if "processor" in measured else self.core_w,
            pue=self.pue,
        )


class Meter:
    """Reads what a search takes, from its making on.

    Sensors count everything that the machine does meanwhile. What they do not see is Eq. 1 of
    Fu et al. 2021 on the seconds of busy cores and accelerators. Sensors begin anew in a run
    that is resumed; ``earlier_kwh`` is what they counted before.

    Args:
        tariff: Power, PUE and grid where the search runs.
        sensors: The sensors to read; those of the machine if left out.
        earlier_kwh: Energy that sensors counted in earlier sessions of the run, PUE included.
    """

    def __init__(
        self,
        tariff: Tariff,
        *,
        sensors: Sequence[Sensor] | None = None,
        earlier_kwh: float = 0.0,
    ) -> None:
        self.tariff = tariff
        self._sensors = list(find_sensors() if sensors is None else sensors)
        if not tariff.accelerator_w:  # other people's work
            self._sensors = [s for s in self._sensors if s.part != "accelerator"]
        self._first = [sensor.joules() for sensor in self._sensors]
        self._last = list(self._first)
        self._has_warned = False
        self._earlier_kwh = earlier_kwh
        self._started = time.monotonic()

    @property
    def method(self) -> str:
        """How the energy comes about, in words."""
        measured = {sensor.part: sensor.name for sensor in self._sensors}
        tariff = self.tariff
        parts = [measured.get("processor") or f"Eq. 1 at {tariff.core_w:g} W per busy core"]
        if tariff.accelerator_w:
            reckoned = f"Eq. 1 at {tariff.accelerator_w:g} W per busy accelerator"
            parts.append(measured.get("accelerator") or reckoned)
        return f"{' and '.join(parts)}, PUE {tariff.pue:g}"

    @property
    def wall_seconds(self) -> float:
        """Seconds since the meter was made."""
        return time.monotonic() - self._started

    def measured_kwh(self) -> float:
        """Energy that sensors counted in all sessions so far, PUE included; 0 without any."""
        self.poll()
        joules = sum(last - first for last, first in zip(self._last, self._first, strict=True))
        return self._earlier_kwh + self.tariff.pue * joules / carbon.JOULES_PER_KWH

    def poll(self) -> None:
        """Read the sensors: often, for some counters begin again after less than an hour.

        One that can no longer be read stays at its last reading, and a warning says so.
        """
        for i, sensor in enumerate(self._sensors):
            try:
                self._last[i] = sensor.joules()
            except Exception as error:  # of a driver; no reason to lose a search
                if not self._has_warned:
                    logger.warning("%s cannot be read any more: %s", sensor.name, error)
                self._has_warned = True

    def spend(self, *, busy_seconds: float, cpu_seconds: float, fpo: float) -> Spend:
        """What was spent so far.

        Args:
            busy_seconds: Seconds that measuring took, summed over all measurements.
            cpu_seconds: Seconds of processor cores that all measurements took.
            fpo: Floating-point operations of all trainings.
        """
        reckoned_kwh = self.tariff.kwh(
            busy_seconds=busy_seconds,
            core_seconds=cpu_seconds,
            measured={sensor.part for sensor in self._sensors},
        )
        energy_kwh = reckoned_kwh + self.measured_kwh()
        return Spend(
            wall_seconds=self.wall_seconds,
            busy_seconds=busy_seconds,
            cpu_seconds=cpu_seconds,
            fpo=fpo,
            energy_kwh=energy_kwh,
            co2_g=energy_kwh * self.tariff.intensity_g_per_kwh,
            method=self.method,
        )
