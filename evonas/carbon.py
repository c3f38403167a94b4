"""Price the life of an architecture in kilograms of CO2e, from joules, seconds and FLOP.

Eq. 1 of Fu et al. 2021 (see ``evonas.fu2021``) is the static limit of this model. With the same
hours for all networks, CO2 is FLOPs times a constant, and a search learns nothing from it that
FLOPs did not say. What does say more is each network's own time, so the model asks for a
network's operations and not for their total.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

V100_W = 300.0  # NVIDIA V100 data sheet, SXM2
V100_PEAK_FLOPS_PER_S = 15.7e12  # NVIDIA V100 data sheet, SXM2, single precision
I7_10750H_W = 45.0  # Intel, TDP; the host that Fu et al. assume
I7_10750H_CORES = 6  # Intel
CORE_W = I7_10750H_W / I7_10750H_CORES
PUE = 1.59  # Uptime Institute, survey of 2020, as Fu et al. use it
WORLD_INTENSITY_G_PER_KWH = 475.0  # IEA 2019, world mean; give the grid's own
JOULES_PER_KWH = 3.6e6
TIME_SOURCE = "roofline"  # as against measured, or calibrated on the device


def _check(thing: object, interval: str, *names: str) -> None:
    low, high = map(float, interval[1:-1].split(","))
    for name in names:
        value = getattr(thing, name)
        is_above = value >= low if interval[0] == "[" else value > low  # nan is neither
        is_below = value <= high if interval[-1] == "]" else value < high
        if not (is_above and is_below):
            kind = type(thing).__name__
            raise ValueError(
                f"{kind}.{name} must be in {interval}, got {value!r}; "
                f"help(evonas.carbon.{kind}) says what it means"
            )


@dataclass(frozen=True)
class Device:
    """An accelerator, as its data sheet describes it.

    Attributes:
        peak_flops_per_s: At the precision below; a multiply and an add count as two.
        precision: Number format of the peak rate; bytes of operations are counted in it.
        idle_share: Part of full power drawn for time, in [0, 1]; the rest is paid per FLOP.
        kernel_overhead_seconds: Added by every kernel, however small.

    Raises:
        ValueError: A number is not finite or out of its range.
    """

    name: str
    tdp_w: float
    peak_flops_per_s: float
    precision: str
    bandwidth_bytes_per_s: float
    idle_share: float
    kernel_overhead_seconds: float
    source: str

    def __post_init__(self) -> None:
        _check(self, "(0, inf)", "tdp_w", "peak_flops_per_s", "bandwidth_bytes_per_s")
        _check(self, "[0, 1]", "idle_share")
        _check(self, "[0, inf)", "kernel_overhead_seconds")


V100 = Device(
    name="v100",
    tdp_w=V100_W,
    peak_flops_per_s=V100_PEAK_FLOPS_PER_S,
    precision="fp32",
    bandwidth_bytes_per_s=900e9,  # NVIDIA V100 data sheet, SXM2
    idle_share=0.2,  # our assumption: 60 W held, waiting
    kernel_overhead_seconds=5e-6,  # our assumption: launches are commonly put at some 5 us
    source="NVIDIA V100 SXM2 data sheet; idle share and kernel overhead assumed",
)
DEVICES: Mapping[str, Device] = {V100.name: V100}


@dataclass(frozen=True)
class Operation:
    """One kernel of the forward pass of one input.

    Attributes:
        flops: A multiply and an add count as two.
        activation_bytes: Read and written once per input.
        weight_bytes: Read once per batch.

    Raises:
        ValueError: A number is not finite or negative.
    """

    flops: float
    activation_bytes: float
    weight_bytes: float

    def __post_init__(self) -> None:
        _check(self, "[0, inf)", "flops", "activation_bytes", "weight_bytes")


_SOURCE_BY_DEFAULT = {
    "host_w": "TDP of an Intel i7-10750H, the host in Fu et al. 2021",
    "pue": "Uptime Institute 2020, as in Fu et al. 2021",
    "intensity_g_per_kwh": "IEA 2019, world mean",
    "trainings": "those of one citing paper in Fu et al. 2021",
    "epochs": "Fu et al. 2021",
}


@dataclass(frozen=True)
class Assumptions:
    """Everything about a network's life that its architecture does not say.

    Attributes:
        utilisation: Part of the peak rate that arithmetic reaches, in (0, 1].
        host_w: Drawn by the host while the device works.
        pue: Power usage effectiveness of the building, at least 1.
        intensity_g_per_kwh: CO2e of the grid's electricity.
        trainings: From scratch, by everyone.
        inferences: Inputs, one at a time, by everyone.
        epochs: Of one training.
        training_batch: Inputs per training step.
        released: Networks that share the cost of the search that found them.

    Raises:
        ValueError: A number is not finite or out of its range.
    """

    device: Device = V100
    utilisation: float = 0.5
    host_w: float = I7_10750H_W
    pue: float = PUE
    intensity_g_per_kwh: float = WORLD_INTENSITY_G_PER_KWH
    trainings: float = 50
    inferences: float = 1_000_000
    epochs: int = 250
    training_batch: int = 128
    released: int = 1

    def __post_init__(self) -> None:
        _check(self, "(0, 1]", "utilisation")
        _check(self, "[0, inf)", "host_w", "intensity_g_per_kwh", "trainings", "inferences")
        _check(self, "[1, inf)", "pue", "epochs", "training_batch", "released")

    def as_dict(self) -> dict[str, Any]:
        """All assumptions for a report or JSON, with the source of those that have one."""
        sources = {
            name: source if getattr(self, name) == getattr(Assumptions, name) else "the user"
            for name, source in _SOURCE_BY_DEFAULT.items()
        }
        return {"time_source": TIME_SOURCE, **asdict(self), "sources": sources}


def roofline_seconds(
    operations: Sequence[Operation], *, batch: int, assumptions: Assumptions
) -> float:
    """Modelled time of one forward pass over a batch; 0 without operations.

    Each operation takes the longer of its arithmetic and its memory traffic, plus the kernel
    overhead. The usual roofline takes that maximum once for a whole network; we take it per
    operation, for depthwise layers wait for memory and dense layers for arithmetic, in turn.
    """
    device = assumptions.device
    flops_per_s = device.peak_flops_per_s * assumptions.utilisation
    bytes_per_s = device.bandwidth_bytes_per_s
    seconds = math.fsum(  # sum() rounds differently before Python 3.12
        max(
            batch * operation.flops / flops_per_s,
            (operation.weight_bytes + batch * operation.activation_bytes) / bytes_per_s,
        )
        for operation in operations
    )
    return seconds + len(operations) * device.kernel_overhead_seconds


def energy_kwh(*, seconds: float, flops: float, assumptions: Assumptions) -> float:
    """Energy of some arithmetic that occupies device and host for some time.

    With b the idle share: PUE (b TDP t + (1 - b) (TDP / peak) F + host t). At b = 1 this is
    Eq. 1 of Fu et al. 2021. At b = 0 without a host it is what Eq. 3 means: their energy per
    FLOP times all FLOP that were done. Memory traffic costs energy only through the time.
    """
    device, b = assumptions.device, assumptions.device.idle_share
    rate_seconds = flops / device.peak_flops_per_s
    device_joules = device.tdp_w * (b * seconds + (1 - b) * rate_seconds)
    joules = device_joules + assumptions.host_w * seconds
    return assumptions.pue * joules / JOULES_PER_KWH


@dataclass(frozen=True)
class Lifetime:
    """CO2e of all trainings, of all inferences, and this network's share of the search."""

    training_kg: float
    inference_kg: float
    search_kg: float

    @property
    def total_kg(self) -> float:
        """The three parts together."""
        return self.training_kg + self.inference_kg + self.search_kg


def lifetime(
    operations: Sequence[Operation],
    *,
    n_train: int,
    n_validation: int,
    assumptions: Assumptions,
    search_kwh: float = 0.0,
) -> Lifetime:
    """CO2e of a network from its search to its last inference.

    Each epoch shows it ``n_train`` inputs at the price of three forward passes, for backward
    costs two, in FLOP and in time, then ``n_validation`` inputs at the price of one.
    ``search_kwh`` is what the search has spent in all, PUE included.
    """
    flops = math.fsum(operation.flops for operation in operations)
    batch = assumptions.training_batch
    batch_seconds = roofline_seconds(operations, batch=batch, assumptions=assumptions)
    latency_seconds = roofline_seconds(operations, batch=1, assumptions=assumptions)

    def kwh(n_passes: int, seconds: float) -> float:
        t, F = n_passes * seconds, n_passes * flops
        return energy_kwh(seconds=t, flops=F, assumptions=assumptions)

    n_passes = (3 * n_train + n_validation) * assumptions.epochs
    kg_per_kwh = assumptions.intensity_g_per_kwh / 1000
    return Lifetime(
        training_kg=assumptions.trainings * kwh(n_passes, batch_seconds / batch) * kg_per_kwh,
        inference_kg=assumptions.inferences * kwh(1, latency_seconds) * kg_per_kwh,
        search_kg=search_kwh * kg_per_kwh / assumptions.released,
    )


def search_energy_kwh(
    busy_seconds: float,
    *,
    accelerator_w: float = 0.0,
    core_w: float = CORE_W,
    pue: float = PUE,
) -> float:
    """What a search itself has spent: Eq. 1 of Fu et al. 2021 on its busy core-seconds.

    ``busy_seconds`` are summed over all workers, one core each; ``core_w`` is by default one
    core's part of an i7-10750H, ``accelerator_w`` that of one worker.
    """
    return pue * busy_seconds * (accelerator_w + core_w) / JOULES_PER_KWH
