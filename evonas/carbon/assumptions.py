"""Everything that pricing a network assumes, with where each number comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from evonas.carbon.grids import GRIDS, WORLD, Grid
from evonas.hardware.bounds import check
from evonas.hardware.devices import DEVICES, I7_10750H_W, V100, Device
from evonas.hardware.roofline import Calibration, TimeSource
from evonas.hardware.targets import Target
from evonas.hardware.time_constants import End
from evonas.hardware.work import Runtime

PUE = 1.59  # Uptime Institute, survey of 2020, as Fu et al. use it
TRAININGS_PER_CITATION = 50.0  # Fu et al. 2021, section 2.1
Model = Literal["physical", "fu2021"]
_SOURCES = {
    "host_w": "TDP of an Intel i7-10750H, the host in Fu et al. 2021",
    "pue": "Uptime Institute 2020, as in Fu et al. 2021",
    "trainings": "those of one citing paper in Fu et al. 2021",
    "epochs": "Fu et al. 2021",
    "utilisation": "evonas.hardware.time_constants, by family of operations",
    "inferences": "our assumption",
    "training_batch": "our assumption",
}
# How far a number that nobody has stated may lie from its central value: our assumptions.
RANGES: Mapping[str, tuple[float, float]] = {
    # The first of each pair emits less; a share of a server, to a workstation of its own.
    "host_w": (20.0, 120.0),
    "pue": (1.1, 2.0),  # large operators, to a machine room
}
IDLE_SHARE_RANGE = (0.1, 0.4)  # of a device that is listed
GRID_RANGE = (0.75, 1.25)  # of a yearly mean: hour of day, season, and the year of the data


@dataclass(frozen=True)
class Assumptions:
    """Everything about a network's life that its architecture does not say.

    Attributes:
        model: How carbon is reckoned: ``physical``, or ``fu2021`` for the published equations,
            which are an index and read the hours, the grid, the trainings and the released
            alone. Theirs is the grid ``epa_avert_2021``.
        device: The device that the network is trained and used on.
        grid: The electricity grid that feeds the device.
        calibration: Time models of a device, from which times come, and not from the roofline;
            ``None`` for the roofline.
        training_hours: Hours that one training takes, whatever the network; ``None`` where they
            depend on it.
        utilisation: Part of the peak rate that dense arithmetic reaches, in (0, 1]; ``None``
            for what its family reaches, as ``evonas.hardware.time_constants`` tells it.
        host_w: Power that the host draws while the device works, in watts, where the device has
            one.
        pue: Power usage effectiveness of the building that houses the device, at least 1.
        trainings: How often the network is trained from scratch, by everyone together.
        inferences: How many inputs the network classifies, by everyone together.
        epochs: Passes over the training images in one training.
        training_images: Images in one epoch of a training; those of the problem's whole data
            set if left out.
        validation_images: Images that a training passes once after every epoch; those of the
            problem's whole data set if left out.
        training_batch: How many inputs a training step takes on each accelerator.
        precision: Number format of training and inference; empty for the device's own.
        inference_batch: How many inputs are classified at a time.
        runtime: What launches the kernels of an inference; training is eager.
        accelerators: How many of the device train the network together, beside one host.
        end: The end of the time model's constants that takes less, the middle, or the end that
            takes more; ``at`` sets it.
        embodied_g_per_hour: CO2e of making the device that each hour of its work bears, in
            grams; 0 leaves it out, as it is by default.
        released: How many networks share the cost of the search that found them.
        bounds: The low and high ends of numbers that a user stated with both, as (name, low,
            high); the first of the two emits less.

    Raises:
        ValueError: A number is not finite or out of its range.
    """

    model: Model = "physical"
    device: Device = V100
    grid: Grid = WORLD
    calibration: Calibration | None = None
    training_hours: float | None = None
    utilisation: float | None = None
    host_w: float = I7_10750H_W
    pue: float = PUE
    trainings: float = TRAININGS_PER_CITATION
    inferences: float = 1_000_000
    epochs: float = 250
    training_images: int | None = None
    validation_images: int | None = None
    training_batch: int = 128
    released: int = 1
    embodied_g_per_hour: float = 0.0
    precision: str = ""
    inference_batch: int = 1
    runtime: Runtime = "eager"
    accelerators: int = 1
    end: End = "central"
    bounds: tuple[tuple[str, float, float], ...] = ()

    def __post_init__(self) -> None:
        if self.utilisation is not None:
            check(self, "(0, 1]", "utilisation")
        check(self, "[0, inf)", "host_w", "trainings", "inferences", "embodied_g_per_hour")
        check(self, "[1, inf)", "pue", "epochs", "training_batch", "released")
        check(self, "[1, inf)", "inference_batch", "accelerators")
        for name in ("training_hours", "training_images", "validation_images"):
            if getattr(self, name) is not None:
                check(self, "[0, inf)", name)
        if self.model not in ("physical", "fu2021"):
            raise ValueError(f"unknown model {self.model!r}; choose from physical, fu2021")
        n = int(self.inference_batch)
        Target(self.device, self.precision, n, self.runtime)  # refuses what cannot be
        for name, low, high in self.bounds:
            self._with(name, low)
            self._with(name, high)

    @property
    def intensity_g_per_kwh(self) -> float:
        """CO2e of one kWh of the grid."""
        return self.grid.intensity_g_per_kwh

    @property
    def time_source(self) -> TimeSource:
        """Where the time of a training comes from."""
        if self.training_hours is not None or self.model == "fu2021":
            return "fixed"
        fitted = self.calibration
        return "roofline" if fitted is None or fitted.training is None else "calibrated"

    @property
    def number_format(self) -> str:
        """Number format of the arithmetic, whether stated or the device's own."""
        return self.precision or self.device.precision

    def at(self, end: Literal["low", "high"]) -> Assumptions:
        """The same assumptions, with all that is uncertain at the end that emits less, or more.

        What a user stated is certain, unless it was stated with bounds. These are not the
        limits of a confidence interval: all errors point the same way.
        """
        moved = self if self.model == "fu2021" else replace(self, end=end)
        for name, (low, high) in self._uncertain().items():
            moved = moved._with(name, low if end == "low" else high)
        if self.calibration is None:
            return moved
        return replace(moved, calibration=self.calibration.at(end))

    def as_dict(self) -> dict[str, Any]:
        """All assumptions for a report or JSON: values, bounds, and where each comes from."""
        plain = {
            name: asdict(value) if isinstance(value, (Device, Grid, Calibration)) else value
            for name, value in vars(self).items()
            if value is not None and name not in ("bounds", "end")
        }
        return {
            "time_source": self.time_source,
            **plain,
            "sources": {
                name: source
                if getattr(self, name) == getattr(Assumptions, name)
                else "the user"
                for name, source in _SOURCES.items()
            },
            "bounds": {name: list(ends) for name, ends in self._uncertain().items()},
        }

    def _uncertain(self) -> dict[str, tuple[float, float]]:
        """Low and high of all that is not certain."""
        if self.model == "fu2021":  # an index has no error, but for what its user states
            return {name: (low, high) for name, low, high in self.bounds}
        ranges = {
            name: ends
            for name, ends in RANGES.items()
            if getattr(self, name) == getattr(Assumptions, name)
        }
        if DEVICES.get(self.device.name) == self.device:
            ranges["idle_share"] = IDLE_SHARE_RANGE
        if GRIDS.get(self.grid.name) == self.grid:
            low, high = (share * self.grid.intensity_g_per_kwh for share in GRID_RANGE)
            ranges["intensity_g_per_kwh"] = (low, high)
        return {**ranges, **{name: (low, high) for name, low, high in self.bounds}}

    def _with(self, name: str, value: float) -> Assumptions:
        changes: dict[str, Any] = {name: value}
        if name == "intensity_g_per_kwh":
            changes = {"grid": replace(self.grid, intensity_g_per_kwh=value)}
        elif name == "idle_share":
            changes = {"device": replace(self.device, idle_share=value)}
        return replace(self, bounds=(), **changes)
