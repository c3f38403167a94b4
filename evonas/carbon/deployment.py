"""What one network costs on one target, with the band of what is uncertain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

from evonas.carbon.assumptions import Assumptions
from evonas.carbon.model import JOULES_PER_KWH, Band
from evonas.hardware.roofline import Cost
from evonas.hardware.targets import N_BYTES, End, Target, forward_pass
from evonas.objectives import Metric

ENDS: tuple[End, ...] = get_args(End)
SEPARATOR = "@"  # between a metric's name and its target
METRICS: Mapping[str, Metric] = {
    metric.name: metric
    for metric in (
        Metric("latency", "s", "time of one batch", +1, when="counted"),
        Metric("energy", "J", "energy of one input", +1, when="counted"),
        Metric("throughput", "1/s", "inputs per second", -1, best=None, when="counted"),
        Metric("model_size", "B", "size of the weights", +1, when="counted"),
        Metric("co2_inference", "kg", "CO2e of all inferences", +1, when="counted"),
    )
}


def metric_on(name: str, target: Target) -> Metric:
    """A metric of ``METRICS`` as it is on a target, by the name ``NAME@TARGET``.

    Args:
        name: The name of the metric.
        target: The target.
    """
    found = METRICS[name]
    return Metric(
        f"{name}{SEPARATOR}{target}",
        found.unit,
        f"{found.label} on {target}",
        found.sign,
        best=found.best,
        when="counted",
    )


def deployed(cost: Cost, target: Target, assumptions: Assumptions) -> dict[str, Band]:
    """What a network costs on a target: a band for every name of ``METRICS``.

    Latency is of one batch of the target, energy of one input and of the device alone. CO2e is
    of all inferences of a life, with the host of a device that needs one and with the PUE; its
    band is that of the energy, and does not hold what is uncertain of a life. The size is that
    of the parameters in the target's precision, and certain.

    Args:
        cost: The cost of one forward pass of one input.
        target: The device, and the way that the network runs on it.
        assumptions: What a life is assumed to be: inferences, grid, PUE and host. Its device
            has no part in it.
    """
    found: dict[str, list[float]] = {name: [] for name in METRICS}
    for end in ENDS:
        once = forward_pass(cost.operations, target, end=end)
        host_w = assumptions.host_w if target.device.has_host else 0.0
        joules = (once.joules + host_w * once.seconds) / target.batch
        kwh = assumptions.pue * assumptions.inferences * joules / JOULES_PER_KWH
        found["latency"].append(once.seconds)
        found["energy"].append(once.joules / target.batch)
        found["throughput"].append(target.batch / once.seconds if once.seconds else 0.0)
        found["model_size"].append(float(cost.params * N_BYTES[target.precision]))
        found["co2_inference"].append(kwh * assumptions.intensity_g_per_kwh / 1000)
    return {name: Band(*values) for name, values in found.items()}
