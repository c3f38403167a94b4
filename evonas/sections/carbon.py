"""The words of a config that say what the carbon model assumes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from evonas.carbon.assumptions import Assumptions
from evonas.carbon.files import CARBON_FLAGS, overruled, read_assumptions
from evonas.carbon.tracker import TRACKERS
from evonas.hardware.targets import Target
from evonas.sections.words import settle, word


@dataclass(frozen=True, kw_only=True)
class CarbonSection:
    """What the lives of networks, and the search itself, are assumed to emit.

    Attributes:
        carbon: What is assumed: on the command line a TOML or JSON file, in ``Config`` its
            content; the next ones take precedence.
        target: Device on which the network will live, such as ``a100``, or the way that it runs
            there as well, such as ``a100:bf16:b32``; ``this-machine`` guesses. CO2e is priced
            on the first, with its format and batch; of several, the metrics of each are
            counted.
        grid: Name of the electricity that feeds the device and this search, such as ``fra``
            or ``us-ca``.
        intensity_g_per_kwh: Grams of CO2e of a kilowatt-hour, in place of a grid.
        pue: Power usage effectiveness of the data centre.
        trainings: How often the network will be trained in its life.
        citations: Papers that cite the network, with 50 trainings each, in place of trainings.
        inferences: How many inputs the network will classify in its life.
        precision: Number format of training and inference, such as ``fp32``, ``tf32``, ``bf16``
            or ``int8``, of those that the device has.
        inference_batch: Inputs that the network will classify at a time.
        training_batch: Inputs of a training step, on each accelerator.
        accelerators: Devices that will train the network together.
        tracker: ``codecarbon``, for a second opinion on the energy of the search.

    Raises:
        ValueError: A word is unknown, a value out of range, or two contradict each other.
    """

    carbon: Mapping[str, Any] = word(dict, shown="none")
    target: Sequence[str] | None = word(None, shown="v100")
    grid: str | None = word(None, shown="world")
    intensity_g_per_kwh: float | None = word(None, shown="the grid's")
    pue: float | None = word(None, shown=f"{Assumptions.pue:g}")
    trainings: float | None = word(None, shown=f"{Assumptions.trainings:g}")
    citations: float | None = word(None, shown="none")
    inferences: float | None = word(None, shown=f"{Assumptions.inferences:,}")
    precision: str | None = word(None, shown="the device's own")
    inference_batch: int | None = word(None, shown=str(Assumptions.inference_batch), least=1)
    training_batch: int | None = word(None, shown=str(Assumptions.training_batch), least=1)
    accelerators: int | None = word(None, shown=str(Assumptions.accelerators), least=1)
    tracker: str | None = word(None, shown="none", offered=TRACKERS)

    def __post_init__(self) -> None:
        settle(self)
        self.assumptions, self.targets  # noqa: B018  they must parse

    @cached_property
    def assumptions(self) -> Assumptions:
        """What the carbon model assumes."""
        given = {name: getattr(self, name) for name in CARBON_FLAGS}
        if self.target is not None:
            given |= self._of_first(self.target[0])
        return read_assumptions(overruled(self.carbon, given))

    def _of_first(self, text: str) -> dict[str, Any]:
        """What the first target says of the carbon model, where no word of its own does.

        A network is not trained in integers, so a target in them says nothing of training.
        """
        target = Target.parse(text)
        told: dict[str, Any] = {"target": text.partition(":")[0]}
        is_own = target.precision == target.device.precision
        if self.precision is None and not is_own and target.precision != "int8":
            told["precision"] = target.precision
        if self.inference_batch is None and target.batch > 1:
            told["inference_batch"] = target.batch
        return told

    @cached_property
    def targets(self) -> tuple[Target, ...]:
        """Where networks will live; by default on the device of the carbon model alone."""
        if self.target is None:
            told = self.assumptions
            return (Target(told.device, told.precision, told.inference_batch, told.runtime),)
        return tuple(dict.fromkeys(map(Target.parse, self.target)))
