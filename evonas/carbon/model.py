"""Price the life of an architecture in kilograms of CO2e, from joules, seconds and FLOP.

Eq. 1 of Fu et al. 2021 (see ``evonas.carbon.fu2021``) is the static limit of this model. With
the same hours for all networks, CO2 is FLOPs times a constant, and a search learns nothing from
it that FLOPs did not say. What does say more is each network's own time, so the model asks for
a network's operations and not for their total.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from evonas.carbon import fu2021
from evonas.carbon.assumptions import PUE, Assumptions
from evonas.hardware.devices import CORE_W
from evonas.hardware.roofline import Operation
from evonas.hardware.time_constants import constant
from evonas.hardware.work import (
    Runtime,
    Setting,
    Work,
    forward_work,
    joules,
    training_work,
)

JOULES_PER_KWH = 3.6e6


@dataclass(frozen=True)
class Lifetime:
    """CO2e of all trainings, of all inferences, and this network's share of the search."""

    training_kg: float
    inference_kg: float
    search_kg: float

    @property
    def total_kg(self) -> float:
        """CO2e of the three parts together."""
        return self.training_kg + self.inference_kg + self.search_kg


@dataclass(frozen=True)
class Price:
    """What a network costs, piece by piece; multiplied and summed it is a ``Lifetime``.

    Attributes:
        training_kwh: Energy of one training, PUE included; with the model ``fu2021`` an index.
        training_seconds: Time of one training of the network.
        inference_kwh: Energy of one inference, PUE included; 0 with the model ``fu2021``.
        inference_seconds: Time of one inference: that of a batch, divided by its inputs; 0 with
            the model ``fu2021``.
        kg_per_kwh: Kilograms of CO2e that one kWh of the grid emits.
        made_kg_per_hour: Kilograms of CO2e of making the device, for each hour of its work.
        n_devices: How many such devices train the network together.
    """

    training_kwh: float
    training_seconds: float
    inference_kwh: float
    inference_seconds: float
    kg_per_kwh: float
    made_kg_per_hour: float = 0.0
    n_devices: int = 1

    @property
    def training_kg(self) -> float:
        """CO2e of one training."""
        hours = self.n_devices * self.training_seconds / 3600
        made_kg = hours * self.made_kg_per_hour
        return self.training_kwh * self.kg_per_kwh + made_kg

    @property
    def inference_kg(self) -> float:
        """CO2e of one inference, of one input."""
        made_kg = self.inference_seconds / 3600 * self.made_kg_per_hour
        return self.inference_kwh * self.kg_per_kwh + made_kg


def energy_kwh(
    *, seconds: float, busy_seconds: float, assumptions: Assumptions, n_bytes: float = 0.0
) -> float:
    """Energy of some work that occupies a device and its host for some time.

    With b the idle share: PUE (TDP (b t + (1 - b) t_busy) + P_host t); a processor's memory
    takes e B on top, e being the device's joules per byte. At b = 1 and e = 0 this is Eq. 1 of
    Fu et al. 2021. At b = 0 without a host it is what Eq. 3 means, at the rate that arithmetic
    reaches: a device that is busy draws all of its power, however far from its peak it is.

    Args:
        seconds: Time for which the device and its host are occupied.
        busy_seconds: The part of it in which the device computes or moves bytes.
        assumptions: What the device, its host and the building draw.
        n_bytes: Bytes that the device's memory moves.
    """
    return _kwh(Work(seconds, busy_seconds, n_bytes), assumptions)


def price(
    operations: Sequence[Operation],
    *,
    n_train: int,
    n_validation: int,
    assumptions: Assumptions,
) -> Price:
    """What one training and one inference of a network cost.

    Each epoch shows it ``n_train`` inputs and then ``n_validation``, unless the assumptions
    name numbers of their own. A step of training is a forward pass, a backward pass of 2 to 2.5
    as much time, and the update of the weights; a calibration has measured it.

    With the model ``fu2021`` one training is Eq. 3 of Fu et al. 2021 on multiply-accumulates,
    which they call FLOPS, and 250 hours; it knows no inference.
    """
    kg_per_kwh = assumptions.intensity_g_per_kwh / 1000
    if assumptions.model == "fu2021":
        hours = assumptions.training_hours or fu2021.NAS_GPU_HOURS
        gmacs = math.fsum(operation.flops for operation in operations) / 2e9
        kwh = fu2021.training_energy_wh(gmacs, gpu_hours=hours) / 1000
        return Price(kwh, 3600 * hours, 0.0, 0.0, kg_per_kwh)
    if assumptions.training_images is not None:
        n_train = assumptions.training_images
    if assumptions.validation_images is not None:
        n_validation = assumptions.validation_images
    batch, epochs = assumptions.training_batch, assumptions.epochs
    learning = _learning(operations, assumptions)
    judging = _judging(operations, assumptions, batch=batch)
    training = learning.times(n_train * epochs).plus(judging.times(n_validation * epochs))
    together, wall_seconds = _shared(training, assumptions)
    inference = _judging(
        operations, assumptions, batch=assumptions.inference_batch, runtime=assumptions.runtime
    )
    return Price(
        training_kwh=_kwh(together, assumptions, host_seconds=wall_seconds),
        training_seconds=wall_seconds,
        inference_kwh=_kwh(inference, assumptions),
        inference_seconds=inference.seconds,
        kg_per_kwh=kg_per_kwh,
        made_kg_per_hour=assumptions.embodied_g_per_hour / 1000,
        n_devices=assumptions.accelerators,
    )


def lifetime(price: Price, assumptions: Assumptions, *, search_kwh: float = 0.0) -> Lifetime:
    """CO2e of a network from its search to its last inference.

    ``search_kwh`` is what the search has spent in all, PUE included; the assumptions say how
    many released networks share it.
    """
    return Lifetime(
        training_kg=assumptions.trainings * price.training_kg,
        inference_kg=assumptions.inferences * price.inference_kg,
        search_kg=search_kwh * price.kg_per_kwh / assumptions.released,
    )


@dataclass(frozen=True)
class Band:
    """A number with how far it may lie away, if all that is uncertain errs the same way."""

    low: float
    central: float
    high: float

    def __str__(self) -> str:
        low, central, high = map(_three_digits, (self.low, self.central, self.high))
        return f"{central} ({low} to {high})"


def _three_digits(value: float) -> str:
    return f"{value:,.0f}" if 1000 <= abs(value) < 1e7 else f"{value:.3g}"


def banded(
    reckon: Callable[[Assumptions], Sequence[float]], assumptions: Assumptions
) -> list[Band]:
    """Numbers reckoned from assumptions, with their bands.

    Args:
        reckon: Makes any numbers from any assumptions, as many each time.
        assumptions: The central assumptions, with the bounds of those that are uncertain.
    """
    ends = (assumptions.at("low"), assumptions, assumptions.at("high"))
    return [Band(*values) for values in zip(*map(reckon, ends), strict=True)]


def search_energy_kwh(
    core_seconds: float,
    *,
    accelerator_seconds: float = 0.0,
    accelerator_w: float = 0.0,
    core_w: float = CORE_W,
    pue: float = PUE,
) -> float:
    """What a search itself has spent: Eq. 1 of Fu et al. 2021 on what it kept busy.

    Args:
        core_seconds: Seconds of busy processor cores, summed over all cores; a worker that
            waits for one takes none.
        accelerator_seconds: Seconds in which accelerators were held, summed over them.
        accelerator_w: Power of one accelerator, in watts.
        core_w: Power of one busy core, in watts; by default a sixth of an i7-10750H.
        pue: Power usage effectiveness of the building.
    """
    watt_seconds = core_w * core_seconds + accelerator_w * accelerator_seconds
    return pue * watt_seconds / JOULES_PER_KWH


def _learning(operations: Sequence[Operation], assumptions: Assumptions) -> Work:
    """One input's part of a step of training."""
    batch, fitted = assumptions.training_batch, assumptions.calibration
    work = training_work(operations, _setting(assumptions, "eager"), batch=batch)
    if fitted is not None and fitted.training is not None:
        seconds = fitted.training.seconds(operations, batch=batch)
        work = work.lasting(seconds, assumptions.device)
    return work.times(1 / batch)


def _judging(
    operations: Sequence[Operation],
    assumptions: Assumptions,
    *,
    batch: int,
    runtime: Runtime = "eager",
) -> Work:
    """One input's part of a batch that passes forward."""
    work = forward_work(operations, _setting(assumptions, runtime), batch=batch)
    if (fitted := assumptions.calibration) is not None:
        seconds = fitted.inference.seconds(operations, batch=batch)
        work = work.lasting(seconds, assumptions.device)
    return work.times(1 / batch)


def _setting(assumptions: Assumptions, runtime: Runtime) -> Setting:
    return Setting(
        assumptions.device,
        assumptions.number_format,
        runtime,
        assumptions.end,
        assumptions.utilisation,
    )


def _shared(training: Work, assumptions: Assumptions) -> tuple[Work, float]:
    """The work of all accelerators together, and the time that passes meanwhile."""
    n, device = assumptions.accelerators, assumptions.device
    if assumptions.training_hours is not None:
        wall_seconds = 3600 * assumptions.training_hours
    else:
        kept = constant("parallel", assumptions.end) if n > 1 else 1.0
        wall_seconds = training.seconds / (n * kept)
    return training.lasting(n * wall_seconds, device), wall_seconds


def _kwh(work: Work, assumptions: Assumptions, *, host_seconds: float | None = None) -> float:
    """Energy of a device, or of several together, and of their host."""
    device = assumptions.device
    seconds = work.seconds if host_seconds is None else host_seconds
    host_joules = assumptions.host_w * seconds if device.has_host else 0.0
    return assumptions.pue * (joules(work, device) + host_joules) / JOULES_PER_KWH


def break_even(search_kg: float, *, ours_kg: float, theirs_kg: float) -> float:
    """After how many uses a search has paid for itself against a network that needed none.

    Args:
        search_kg: CO2e of the search, or of this network's share of it, in kilograms.
        ours_kg: CO2e of one use, a training or an inference, of the network that was found, in
            kilograms.
        theirs_kg: CO2e of one use of the other network, in kilograms.

    Returns:
        Not rounded; infinite where ours is no better.
    """
    return search_kg / (theirs_kg - ours_kg) if theirs_kg > ours_kg else math.inf
