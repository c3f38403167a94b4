"""The life of networks in its three parts, with bands, against what others would cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evonas.carbon import model as carbon
from evonas.carbon.assumptions import Assumptions
from evonas.carbon.embodied import manufacture_of
from evonas.carbon.fu2021 import NAS_GPU_HOURS, RESNET_GPU_HOURS, WATT_PER_GFLOPS
from evonas.carbon.model import Band, Lifetime, Price, banded, break_even
from evonas.hardware.devices import V100
from evonas.hardware.roofline import Cost

IMAGENET = (1_281_167, 50_000)  # training and validation images, Russakovsky et al. 2015


@dataclass(frozen=True)
class Footprint:
    """What one network emits in its life, piece by piece.

    Attributes:
        name: What a table calls the network.
        cost: The cost of one forward pass of one input.
        price: The price of one training and of one inference.
        lifetime: CO2e of the network's whole life in its three parts.
        training_kg: CO2e of one training in kilograms, with its band.
        inference_g: CO2e of one inference in grams, with its band.
        total_kg: CO2e of the network's whole life in kilograms, with its band.
    """

    name: str
    cost: Cost
    price: Price
    lifetime: Lifetime
    training_kg: Band
    inference_g: Band
    total_kg: Band

    def row(self) -> dict[str, Any]:
        """The network as a row of a table, with units in the names of its columns."""
        return {
            "flops [FLOP]": self.cost.flops,
            "params": self.cost.params,
            "one training [kWh]": self.price.training_kwh,
            "one training [s]": self.price.training_seconds,
            "one inference [kWh]": self.price.inference_kwh,
            "one inference [s]": self.price.inference_seconds,
            "co2_training [kg]": self.lifetime.training_kg,
            "co2_inference [kg]": self.lifetime.inference_kg,
            "co2_search [kg]": self.lifetime.search_kg,
            "co2_total [kg]": self.total_kg.central,
            "co2_total low [kg]": self.total_kg.low,
            "co2_total high [kg]": self.total_kg.high,
        }


def footprint(
    name: str,
    cost: Cost,
    assumptions: Assumptions,
    *,
    n_images: tuple[int, int],
    search_kwh: float = 0.0,
) -> Footprint:
    """Price the whole life of one network.

    Args:
        name: What a table calls the network.
        cost: The cost of one forward pass of one input.
        assumptions: Everything about the network's life that its architecture does not say.
        n_images: Numbers of images for training and for validation,
            ``(n_train, n_validation)``.
        search_kwh: Energy that the search which found the network has spent in all, PUE
            included.
    """

    def reckon(told: Assumptions) -> tuple[Price, Lifetime]:
        n_train, n_validation = n_images
        price = carbon.price(
            cost.operations, n_train=n_train, n_validation=n_validation, assumptions=told
        )
        return price, carbon.lifetime(price, told, search_kwh=search_kwh)

    def numbers(told: Assumptions) -> Sequence[float]:
        price, lifetime = reckon(told)
        return price.training_kg, 1000 * price.inference_kg, lifetime.total_kg

    price, lifetime = reckon(assumptions)
    return Footprint(name, cost, price, lifetime, *banded(numbers, assumptions))


@dataclass(frozen=True)
class BreakEven:
    """When a search has paid for itself with one of its networks against another network.

    Attributes:
        ours: The network that the search has found.
        theirs: The network that ours is compared with.
        search_kg: CO2e of the search, or of this network's share of it, in kilograms.
        trainings: After how many trainings the search has paid for itself, if the networks are
            never used; infinite for never.
        inferences: After how many inferences the search has paid for itself, if both networks
            are trained equally often elsewhere; infinite for never.
    """

    ours: Footprint
    theirs: Footprint
    search_kg: float
    trainings: float
    inferences: float


def compare(ours: Footprint, theirs: Footprint) -> BreakEven:
    """When the search for one network has paid for itself against another one."""
    search_kg = ours.lifetime.search_kg
    pairs = (
        (ours.price.training_kg, theirs.price.training_kg),
        (ours.price.inference_kg, theirs.price.inference_kg),
    )
    after = (break_even(search_kg, ours_kg=a, theirs_kg=b) for a, b in pairs)
    return BreakEven(ours, theirs, search_kg, *after)


def assumption_lines(assumptions: Assumptions, *, n_images: tuple[int, int]) -> list[str]:
    """Everything that a price assumes, in lines for people."""
    if assumptions.model == "fu2021":
        return _fu2021_lines(assumptions)
    told = assumptions
    n_train = told.training_images if told.training_images is not None else n_images[0]
    sources: Mapping[str, str] = told.as_dict()["sources"]
    device = told.device
    lines = [
        f"model {told.model}; time of a training: {told.time_source}"
        + (f" ({told.training_hours:g} h)" if told.training_hours else ""),
        f"{_devices(told)}: {device.tdp_w:g} W, "
        f"{device.rates[told.number_format] / 1e12:g} TFLOP/s {told.number_format}, "
        f"{device.bandwidth_bytes_per_s / 1e9:g} GB/s ({device.source})",
        f"grid {told.grid.name}: {told.grid.intensity_g_per_kwh:g} g/kWh ({told.grid.source})",
        f"PUE {told.pue:g} ({sources['pue']}); host "
        + (f"{told.host_w:g} W ({sources['host_w']})" if device.has_host else "in the device"),
        f"{told.trainings:,.0f} trainings ({sources['trainings']}) of {told.epochs:g} epochs "
        f"({sources['epochs']}) with {n_train:,} images, {told.training_batch:g} at a time; "
        f"{told.inferences:,.0f} inferences ({sources['inferences']}), "
        f"{told.inference_batch:g} at a time, {told.runtime}",
    ]
    if told.embodied_g_per_hour:
        made = manufacture_of(device)
        is_ours = made is not None and made.g_per_hour[1] == told.embodied_g_per_hour
        source = f"{made.label}; {made.source}" if made and is_ours else "the user"
        lines.append(f"making it {told.embodied_g_per_hour:.3g} g an hour of work ({source})")
    if told.calibration:
        lines.append(str(told.calibration))
    bounds = told.as_dict()["bounds"].items()
    of_time = ["what kernels reach and take"] if told.calibration is None else []
    uncertain = [*of_time, *(f"{name} {low:g} to {high:g}" for name, (low, high) in bounds)]
    lines.append(f"low and high: {', '.join(uncertain) or 'nothing is uncertain'}")
    return lines


def _devices(told: Assumptions) -> str:
    n = told.accelerators
    return f"device {told.device.name}" if n == 1 else f"{n} devices {told.device.name}"


def _fu2021_lines(told: Assumptions) -> list[str]:
    """What Eq. 3 of Fu et al. 2021 takes, and which assumptions have no part in it."""
    hours = f"{told.training_hours or NAS_GPU_HOURS:g} h"
    if not told.training_hours:
        hours += (
            f", theirs for a network that was searched for (a ResNet: {RESNET_GPU_HOURS:.1f} h)"
        )
    unread = [
        f"device {told.device.name}" if told.device != Assumptions.device else "",
        "the calibration" if told.calibration else "",
        *(
            f"{name} {getattr(told, name):g}"
            for name in ("utilisation", "host_w", "epochs", "inferences")
            if getattr(told, name) != getattr(Assumptions, name)
        ),
    ]
    bounds = told.as_dict()["bounds"].items()
    uncertain = ", ".join(f"{name} {low:g} to {high:g}" for name, (low, high) in bounds)
    return [
        "model fu2021, Eq. 3 of Fu et al. 2021: an index, and not an energy; "
        f"{hours} a training",
        f"a {V100.name} and an i7-10750H, {WATT_PER_GFLOPS:.4f} W per GFLOP/s together; "
        "no PUE, no inference",
        f"grid {told.grid.name}: {told.grid.intensity_g_per_kwh:g} g/kWh ({told.grid.source})",
        f"{told.trainings:,.0f} trainings ({told.as_dict()['sources']['trainings']})",
        *([f"not read: {', '.join(filter(None, unread))}"] if any(unread) else []),
        f"low and high: {uncertain or 'nothing is uncertain'}",
    ]
