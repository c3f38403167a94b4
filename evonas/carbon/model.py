"""Price the life of an architecture in kilograms of CO2e, from joules, seconds and FLOP.

Eq. 1 of Fu et al. 2021 (see ``evonas.carbon.fu2021``) is the static limit of this model. With
the same hours for all networks, CO2 is FLOPs times a constant, and a search learns nothing from
it that FLOPs did not say. What does say more is each network's own time, so the model asks for
a network's operations and not for their total.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from evonas.carbon import fu2021
from evonas.carbon.assumptions import PUE, Assumptions
from evonas.hardware.devices import CORE_W
from evonas.hardware.roofline import (
    TRAINING_PASSES,
    Operation,
    executed_flops,
    moved_bytes,
    roofline_seconds,
)

JOULES_PER_KWH = 3.6e6


@dataclass(frozen=True)
class Pass:
    """What some passes of inputs take.

    Attributes:
        seconds: Time for which the device and its host are occupied.
        flops: Arithmetic that the device does; a multiply and an add count as two.
        n_bytes: Bytes that the device's memory moves.
    """

    seconds: float
    flops: float
    n_bytes: float

    def times(self, n: float) -> Pass:
        """What that many times as many passes take."""
        return Pass(n * self.seconds, n * self.flops, n * self.n_bytes)

    def plus(self, other: Pass) -> Pass:
        """What both passes take together."""
        return Pass(
            self.seconds + other.seconds,
            self.flops + other.flops,
            self.n_bytes + other.n_bytes,
        )


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
        inference_seconds: Time of one inference, of one input alone; 0 with the model
            ``fu2021``.
        kg_per_kwh: Kilograms of CO2e that one kWh of the grid emits.
    """

    training_kwh: float
    training_seconds: float
    inference_kwh: float
    inference_seconds: float
    kg_per_kwh: float

    @property
    def training_kg(self) -> float:
        """CO2e of one training."""
        return self.training_kwh * self.kg_per_kwh

    @property
    def inference_kg(self) -> float:
        """CO2e of one inference, of one input."""
        return self.inference_kwh * self.kg_per_kwh


def energy_kwh(
    *, seconds: float, flops: float, assumptions: Assumptions, n_bytes: float = 0.0
) -> float:
    """Energy of some arithmetic that occupies device and host for some time.

    With b the idle share: PUE (b TDP t + (1 - b) (TDP / peak) F + e B + host t), e being the
    device's joules per byte. At b = 1 and e = 0 this is Eq. 1 of Fu et al. 2021. At b = 0
    without a host it is what Eq. 3 means: their energy per FLOP times all FLOP that were done.
    """
    device, b = assumptions.device, assumptions.device.idle_share
    rate_seconds = flops / device.peak_flops_per_s
    device_joules = device.tdp_w * (b * seconds + (1 - b) * rate_seconds)
    host_joules = assumptions.host_w * seconds if device.has_host else 0.0
    joules = device_joules + device.joules_per_byte * n_bytes + host_joules
    return assumptions.pue * joules / JOULES_PER_KWH


def price(
    operations: Sequence[Operation],
    *,
    n_train: int,
    n_validation: int,
    assumptions: Assumptions,
) -> Price:
    """What one training and one inference of a network cost.

    Each epoch shows it ``n_train`` inputs and then ``n_validation``, unless the assumptions
    name numbers of their own. An input in training costs three forward passes, for backward
    costs two, in FLOP, in bytes and, by the roofline, in time; a calibration has measured it.

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
    learning = _pass(operations, TRAINING_PASSES, batch=batch, assumptions=assumptions)
    judging = _pass(operations, 1, batch=batch, assumptions=assumptions)
    training = learning.times(n_train * epochs).plus(judging.times(n_validation * epochs))
    if assumptions.training_hours is not None:
        training = replace(training, seconds=3600 * assumptions.training_hours)
    inference = _pass(operations, 1, batch=1, assumptions=assumptions)
    return Price(
        training_kwh=_kwh(training, assumptions),
        training_seconds=training.seconds,
        inference_kwh=_kwh(inference, assumptions),
        inference_seconds=inference.seconds,
        kg_per_kwh=kg_per_kwh,
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


def _pass(
    operations: Sequence[Operation], n_passes: int, *, batch: int, assumptions: Assumptions
) -> Pass:
    """One input's part of a batch that passes forward, or ``TRAINING_PASSES`` times as much."""
    device, fitted = assumptions.device, assumptions.calibration
    model = None
    if fitted is not None:
        model = fitted.training if n_passes == TRAINING_PASSES else fitted.inference
    if model is None:
        once = roofline_seconds(
            operations, batch=batch, device=device, utilisation=assumptions.utilisation
        )
        seconds = n_passes * once
    else:
        seconds = model.seconds(operations, batch=batch)
    n_bytes = math.fsum(moved_bytes(operation, batch=batch) for operation in operations)
    return Pass(
        seconds=seconds / batch,
        flops=n_passes * math.fsum(executed_flops(o, device) for o in operations),
        n_bytes=n_passes * n_bytes / batch,
    )


def _kwh(done: Pass, assumptions: Assumptions) -> float:
    return energy_kwh(
        seconds=done.seconds, flops=done.flops, n_bytes=done.n_bytes, assumptions=assumptions
    )


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
