"""The life of networks in its three parts, with bands, against what others would cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evonas.carbon import model as carbon
from evonas.carbon.assumptions import Assumptions
from evonas.carbon.model import Band, Lifetime, Price, banded, break_even
from evonas.hardware.roofline import Cost

IMAGENET = (1_281_167, 50_000)  # training and validation images, Russakovsky et al. 2015


@dataclass(frozen=True)
class Footprint:
    """One network, priced.

    Attributes:
        name: What a table calls it.
        cost: Of one forward pass.
        price: Of one training and one inference.
        lifetime: In its three parts.
        training_kg: Of one training, with its band.
        inference_g: Of one inference, with its band.
        total_kg: Of the whole life, with its band.
    """

    name: str
    cost: Cost
    price: Price
    lifetime: Lifetime
    training_kg: Band
    inference_g: Band
    total_kg: Band

    def row(self) -> dict[str, Any]:
        """As a row of a table, with units in the names of its columns."""
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
    """Price one network.

    Args:
        name: What a table calls it.
        cost: Of one forward pass.
        assumptions: About its life.
        n_images: For training and for validation.
        search_kwh: What the search that found it has spent in all.
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
        ours: What was found.
        theirs: What it is compared with.
        search_kg: Of the search, or of this network's share of it.
        trainings: After so many trainings, if it is never used; infinite for never.
        inferences: After so many inferences, if both are trained equally often elsewhere.
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


def describe(assumptions: Assumptions, *, n_images: tuple[int, int]) -> list[str]:
    """Everything that a price assumes, in lines for people."""
    told = assumptions
    n_train = told.training_images if told.training_images is not None else n_images[0]
    sources: Mapping[str, str] = told.as_dict()["sources"]
    device = told.device
    lines = [
        f"model {told.model}; time of a training: {told.time_source}"
        + (f" ({told.training_hours:g} h)" if told.training_hours else ""),
        f"device {device.name}: {device.tdp_w:g} W, {device.peak_flops_per_s / 1e12:g} TFLOP/s "
        f"{device.precision}, {device.bandwidth_bytes_per_s / 1e9:g} GB/s ({device.source})",
        f"grid {told.grid.name}: {told.grid.intensity_g_per_kwh:g} g/kWh ({told.grid.source})",
        f"PUE {told.pue:g} ({sources['pue']}); host "
        + (f"{told.host_w:g} W ({sources['host_w']})" if device.has_host else "in the device"),
        f"{told.trainings:,.0f} trainings ({sources['trainings']}) of {told.epochs:g} epochs "
        f"({sources['epochs']}) with {n_train:,} images; {told.inferences:,.0f} inferences "
        f"({sources['inferences']})",
    ]
    if told.calibration:
        fitted = told.calibration
        lines.append(
            f"calibrated on {fitted.device}, {fitted.date}, networks of {fitted.space}; "
            f"R2 of a training step on held-out networks {fitted.training.r2:.3f}"
        )
    bounds = told.as_dict()["bounds"].items()
    uncertain = ", ".join(f"{name} {low:g} to {high:g}" for name, (low, high) in bounds)
    lines.append(f"low and high: {uncertain or 'nothing is uncertain'}")
    return lines
