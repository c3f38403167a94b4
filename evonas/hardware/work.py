"""What a device does in a pass or in a step of training, kernel by kernel."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from evonas.hardware.devices import Device
from evonas.hardware.roofline import OPERATION_KINDS, Operation, moved_bytes
from evonas.hardware.time_constants import WINOGRAD_WIDTH, End, constant

Runtime = Literal["eager", "compiled", "onnx"]
# Bytes of a number as it lies in memory; tf32 rounds within the arithmetic alone.
N_BYTES = {"fp32": 4, "tf32": 4, "fp16": 2, "bf16": 2, "int8": 1}
N_BYTES_COUNTED = 4  # operations' bytes are those of single precision

ATTENTION = "attention"  # products of matrices without weights
DENSE = ("conv3x3", "conv1x1", "conv", "matmul", ATTENTION)
FUSED = ("norm", "pointwise", "exponential")  # into what comes before them, by compilers
TAPS = {"conv3x3": 9.0, "conv": 9.0}  # of a kernel; where the kind does not say it, of 3 x 3
LAUNCHED_AS = {**dict.fromkeys(("conv3x3", "conv1x1", "conv", "depthwise"), "conv")}
OWN_HOSTS = ("cpu", "board", "mcu")  # kinds of devices that launch their kernels themselves
PROCESSORS = ("cpu", "board")
COMPILED = ("tpu", "npu", "fpga", "mcu")  # kinds that run what was compiled beforehand


@dataclass(frozen=True)
class Work:
    """What some work takes of a device.

    Attributes:
        seconds: From the first kernel's launch to the last one's end.
        busy_seconds: The part of it in which the device computes or moves bytes, at most all.
        n_bytes: Bytes that the device's memory moves.
    """

    seconds: float
    busy_seconds: float
    n_bytes: float

    def times(self, n: float) -> Work:
        """What that many times as much work takes."""
        return Work(n * self.seconds, n * self.busy_seconds, n * self.n_bytes)

    def plus(self, other: Work) -> Work:
        """What both take, one after the other."""
        return Work(
            self.seconds + other.seconds,
            self.busy_seconds + other.busy_seconds,
            self.n_bytes + other.n_bytes,
        )

    def lasting(self, seconds: float, device: Device) -> Work:
        """The same work where the time that it takes is known from elsewhere."""
        is_busy = device.kind in OWN_HOSTS  # with launching, while it does not compute
        busy = seconds if is_busy else min(self.busy_seconds, seconds)
        return replace(self, seconds=seconds, busy_seconds=busy)


@dataclass(frozen=True)
class Setting:
    """A device and how it works, as far as the time of its kernels depends on it.

    Attributes:
        device: The device that works.
        precision: Number format of arithmetic, weights and activations.
        runtime: What launches the kernels.
        end: The end of the constants' ranges that takes less time, the middle, or the end that
            takes more.
        utilisation: Part of the peak rate that dense arithmetic reaches, in (0, 1]; ``None``
            for the constants.
    """

    device: Device
    precision: str
    runtime: Runtime = "eager"
    end: End = "central"
    utilisation: float | None = None


@dataclass(frozen=True)
class _Kernel:
    """Seconds and bytes of one kernel over a batch."""

    kind: str
    busy: float
    n_bytes: float
    floor: float
    launch: float


def joules(work: Work, device: Device) -> float:
    """Energy of a device, without its host: TDP (b t + (1 - b) t_busy).

    b is the share of the power that the device draws for time alone. The memory of a processor
    lies outside of the package that its TDP is for, and is paid by the byte on top.
    """
    share = device.idle_share
    drawn = device.tdp_w * (share * work.seconds + (1 - share) * work.busy_seconds)
    outside = device.joules_per_byte * work.n_bytes if device.kind == "cpu" else 0.0
    return drawn + outside


def forward_work(operations: Sequence[Operation], setting: Setting, *, batch: float) -> Work:
    """Work of a forward pass of a batch; none without operations.

    Each operation takes the longer of its arithmetic and its memory traffic, each at what its
    family reaches of the device's peak, and the device's overhead of a kernel. A card works
    while its host launches on, so a pass takes the longer of both; a processor does one after
    the other.

    Args:
        operations: The network's kernels in a forward pass of one input, in the order of
            execution, with their bytes in single precision.
        setting: The device and how it works.
        batch: How many inputs pass at a time.
    """
    kernels = list(_kernels(operations, setting, batch=batch))
    busy = math.fsum(kernel.busy for kernel in kernels)
    return _timed(
        setting.device,
        busy=busy,
        floors=math.fsum(kernel.floor for kernel in kernels),
        launches=math.fsum(kernel.launch for kernel in kernels),
        n_bytes=math.fsum(kernel.n_bytes for kernel in kernels),
    )


def training_work(operations: Sequence[Operation], setting: Setting, *, batch: float) -> Work:
    """Work of one step of training: forward, backward and the update of all weights.

    The backward pass takes as long as 2 to 2.5 forward passes, longer for normalisations; the
    optimiser reads and writes every weight with its gradient and momentum, in single precision.

    Args:
        operations: The network's kernels in a forward pass of one input, in the order of
            execution, with their bytes in single precision.
        setting: The device and how it works; its runtime is left out, for training is eager.
        batch: How many inputs a step takes.
    """
    end = setting.end
    kernels = list(_kernels(operations, replace(setting, runtime="eager"), batch=batch))
    times = {
        kind: 1 + constant("backward.norm" if kind == "norm" else "backward", end)
        for kind in (*OPERATION_KINDS, ATTENTION)
    }
    n_weights = math.fsum(operation.weight_bytes for operation in operations) / N_BYTES_COUNTED
    updated = n_weights * constant("optimiser.bytes", end)
    bytes_per_s = setting.device.bandwidth_bytes_per_s
    return _timed(
        setting.device,
        busy=math.fsum(times[k.kind] * k.busy for k in kernels) + updated / bytes_per_s,
        floors=3 * math.fsum(kernel.floor for kernel in kernels),
        launches=(1 + constant("backward.launch", end)) * math.fsum(k.launch for k in kernels),
        n_bytes=math.fsum(times[k.kind] * k.n_bytes for k in kernels) + updated,
    )


def _timed(
    device: Device, *, busy: float, floors: float, launches: float, n_bytes: float
) -> Work:
    if device.kind in OWN_HOSTS:
        seconds = busy + floors + launches
        return Work(seconds, seconds, n_bytes)
    return Work(max(busy + floors, launches), busy, n_bytes)


def _kernels(
    operations: Sequence[Operation], setting: Setting, *, batch: float
) -> Iterable[_Kernel]:
    """Seconds and bytes of each kernel."""
    rates = _rates(setting)
    size = N_BYTES.get(setting.precision, N_BYTES_COUNTED) / N_BYTES_COUNTED
    device, full, launches = setting.device, _full_width(setting), _launches(setting)
    is_fusing = setting.runtime != "eager" or device.kind in COMPILED
    fused = constant("fused", setting.end)
    for operation in operations:
        kind = _family(operation)
        flops_per_s, bytes_per_s = rates[kind]
        flops, n_bytes = batch * operation.flops, size * moved_bytes(operation, batch=batch)
        floor, launch = device.kernel_overhead_seconds, launches[kind]
        if is_fusing and kind in FUSED:
            floor, launch, n_bytes = 0.0, 0.0, fused * n_bytes
        if kind in DENSE and (width := _width(operation)):
            flops_per_s *= min(1.0, width / full)
            is_winograd = kind == "conv3x3" and setting.precision == "fp32"
            if is_winograd and width >= WINOGRAD_WIDTH:
                flops /= device.conv3x3_saving
        busy = max(flops / flops_per_s, n_bytes / bytes_per_s)
        yield _Kernel(kind, busy, n_bytes, floor, launch)


def _family(operation: Operation) -> str:
    is_attention = operation.kind == "matmul" and not operation.weight_bytes
    return ATTENTION if is_attention else operation.kind


def _width(operation: Operation) -> float:
    """Channels of a dense kernel, the mean of those in and out; fewer where it has groups."""
    n_weights = operation.weight_bytes / N_BYTES_COUNTED
    return math.sqrt(n_weights / TAPS.get(operation.kind, 1.0))


def _is_matrix(setting: Setting) -> bool:
    """Whether units for products of matrices compute, which are faster than all others."""
    rates = setting.device.rates
    return rates[setting.precision] > 1.01 * rates.get("fp32", 0.0)


def _full_width(setting: Setting) -> float:
    if setting.device.kind in PROCESSORS:
        return constant("width.processor", setting.end)
    return constant("width.matrix" if _is_matrix(setting) else "width.vector", setting.end)


@lru_cache(maxsize=256)
def _launches(setting: Setting) -> dict[str, float]:
    """Seconds of the host for a kernel of each family."""
    kind, runtime, end = setting.device.kind, setting.runtime, setting.end
    factor = 1.0 if runtime == "eager" else constant(f"launch.{runtime}", end)
    if kind == "board":
        factor *= constant("launch.board", end)
    if kind in COMPILED:
        factor = 0.0
    families = (*OPERATION_KINDS, ATTENTION)
    words = {f: "norm" if f == "norm" else LAUNCHED_AS.get(f, "light") for f in families}
    return {family: factor * constant(f"launch.{word}", end) for family, word in words.items()}


@lru_cache(maxsize=256)
def _rates(setting: Setting) -> dict[str, tuple[float, float]]:
    """Operations and bytes a second that each family reaches."""
    families, peak = (*OPERATION_KINDS, ATTENTION), setting.device.bandwidth_bytes_per_s
    return {f: (_flops_per_s(f, setting), peak * _bandwidth(f, setting)) for f in families}


def _flops_per_s(family: str, setting: Setting) -> float:
    device, end, rates = setting.device, setting.end, setting.device.rates
    peak = rates[setting.precision]
    if device.kind in COMPILED:
        share = constant("accelerator", end)
    elif device.kind in PROCESSORS:
        share = constant("processor", end)
    elif family == "depthwise":  # never on units for products of matrices
        return min(peak, rates.get("fp32", peak)) * constant("depthwise", end)
    elif _is_matrix(setting) and family in DENSE:
        share = constant(f"matrix.{family}", end)
    else:
        share = constant("vector", end)
    return peak * (share if setting.utilisation is None else setting.utilisation)


def _bandwidth(family: str, setting: Setting) -> float:
    """Part of the memory's bandwidth that kernels of a family reach."""
    end = setting.end
    if setting.device.kind in PROCESSORS:
        return constant(f"bandwidth.processor{'.pool' * (family == 'pool')}", end)
    is_dense = family in DENSE and family != ATTENTION
    return constant(f"bandwidth.{'dense' if is_dense else family}", end)
