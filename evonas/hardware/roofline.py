"""The operations of a network, and models of time that are fitted to them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from evonas.hardware.bounds import check
from evonas.hardware.memory import Memory, Trace

# What a kernel does. ``conv3x3`` and ``conv1x1`` are dense and of stride 1; ``depthwise`` has a
# group per channel; ``conv`` is any other convolution. ``exponential`` is pointwise as well,
# but with an exponential function in it, such as SiLU.
OPERATION_KINDS = (
    *("conv3x3", "conv1x1", "conv", "depthwise", "matmul"),
    *("norm", "pointwise", "exponential", "pool", "move"),
)
TimeSource = Literal["roofline", "calibrated", "fixed"]


@dataclass(frozen=True)
class Operation:
    """One kernel of the forward pass of one input.

    Attributes:
        flops: Arithmetic of the kernel for one input; a multiply and an add count as two.
        activation_bytes: Bytes of activations, read and written once per input.
        weight_bytes: Bytes of weights, read once per batch.
        kind: What the kernel does, one of ``OPERATION_KINDS``.

    Raises:
        ValueError: A number is not finite or negative, or the kind is unknown.
    """

    flops: float
    activation_bytes: float
    weight_bytes: float
    kind: str = "move"

    def __post_init__(self) -> None:
        check(self, "[0, inf)", "flops", "activation_bytes", "weight_bytes")
        if self.kind not in OPERATION_KINDS:
            raise ValueError(
                f"unknown kind of operation {self.kind!r}; one of {OPERATION_KINDS}"
            )


def moved_bytes(operation: Operation, *, batch: float) -> float:
    """Memory traffic of one operation over a batch."""
    return operation.weight_bytes + batch * operation.activation_bytes


def terms(operations: Sequence[Operation], *, batch: int) -> dict[str, float]:
    """What a linear time model multiplies: FLOPs, bytes and kernels of each kind, and 1.

    Args:
        operations: The network's kernels in a forward pass of one input, in the order of
            execution.
        batch: How many inputs pass at a time.

    Returns:
        Amount by the name of its term; kinds that do not occur are left out.
    """
    amounts = {"constant": 1.0}
    for operation in operations:
        for name, amount in (
            ("flops", batch * operation.flops),
            ("bytes", moved_bytes(operation, batch=batch)),
            ("kernels", 1.0),
        ):
            term = f"{operation.kind}.{name}"
            amounts[term] = amounts.get(term, 0.0) + amount
    return amounts


@dataclass(frozen=True)
class TimeModel:
    """Seconds of one pass as a sum of amounts with coefficients that are never negative.

    Attributes:
        coefficients: Seconds per unit of each term, as (term, seconds); the terms are those of
            ``terms``.
        batch: How many inputs passed at a time where the model was judged.
        n_fitted: How many networks the model was fitted to.
        n_held_out: How many networks the model was judged on.
        r2: Part of the variance of seconds explained on the held-out networks.
        spearman: Rank correlation with measured seconds on the held-out networks.
        relative_error: The relative error of predicted seconds that nine in ten held-out
            networks stay below.
        n_absurd: How many timings were set aside, in fitting and in judging, for they were
            further away from all others than any disturbance can bring them.

    Raises:
        ValueError: A number is not finite or out of its range, or a term is unknown.
    """

    coefficients: tuple[tuple[str, float], ...]
    batch: int
    n_fitted: int
    n_held_out: int
    r2: float
    spearman: float
    relative_error: float
    n_absurd: int = 0

    def __post_init__(self) -> None:
        check(self, "[1, inf)", "batch", "n_fitted", "n_held_out")
        check(self, "(-inf, 1]", "r2")
        check(self, "[-1, 1]", "spearman")
        check(self, "[0, inf)", "relative_error", "n_absurd")
        for name, value in self.coefficients:
            kind, _, what = name.partition(".")
            if name != "constant" and (
                kind not in OPERATION_KINDS or what not in ("flops", "bytes", "kernels")
            ):
                raise ValueError(f"unknown term {name!r} of a time model")
            if not 0 <= value < math.inf:
                raise ValueError(f"the coefficient of {name} must be in [0, inf), got {value}")

    def seconds(self, operations: Sequence[Operation], *, batch: int) -> float:
        """Modelled time of one pass over a batch."""
        amounts = terms(operations, batch=batch)
        return math.fsum(value * amounts.get(name, 0.0) for name, value in self.coefficients)

    def scaled(self, factor: float) -> TimeModel:
        """The same model, with all its times multiplied."""
        return replace(self, coefficients=tuple((n, c * factor) for n, c in self.coefficients))


@dataclass(frozen=True)
class Calibration:
    """Time models of one device, fitted to networks that were timed on it.

    Attributes:
        device: What was timed: its name, threads and library versions in words.
        date: Day of the measurement, as year-month-day.
        space: Name of the problem whose networks were timed.
        training: Model of the time of one training step: forward, backward and update; ``None``
            where no training was timed, and the roofline tells its time.
        inference: Model of the time of one forward pass without gradients.
        runtime: What ran the forward passes: ``torch``, ``onnx`` for ONNX Runtime, or the words
            of whoever measured.
    """

    device: str
    date: str
    space: str
    training: TimeModel | None
    inference: TimeModel
    runtime: str = "torch"

    def at(self, end: Literal["low", "high"]) -> Calibration:
        """The same models, with all times at one end of what nine in ten networks showed."""
        sign = -1 if end == "low" else 1

        def moved(model: TimeModel) -> TimeModel:
            return model.scaled(max(0.0, 1 + sign * model.relative_error))

        training = None if self.training is None else moved(self.training)
        return replace(self, training=training, inference=moved(self.inference))

    def __str__(self) -> str:
        """Where and when it was measured, and how good both models are, in a line."""
        training, inference = self.training, self.inference
        n_absurd = inference.n_absurd + (training.n_absurd if training else 0)
        told = "not timed, by the roofline" if training is None else f"{training.r2:.3f}"
        several = "timing" if n_absurd == 1 else "timings"
        aside = f"; {n_absurd} absurd {several} set aside" if n_absurd else ""
        return (
            f"calibrated on {self.device}, {self.date}, networks of {self.space}; R2 on "
            f"held-out networks: training {told}, inference {inference.r2:.3f} "
            f"({self.runtime}){aside}"
        )


@dataclass(frozen=True)
class Cost:
    """The cost of one forward pass of one input.

    Attributes:
        flops: Multiplies and adds of the pass, counted separately.
        params: How many trainable parameters the network has.
        operations: The kernels of the pass, in the order of execution.
        tensors: What the pass holds in memory, or the trace from which that is reckoned when
            somebody asks; ``None`` where whoever counted did not look.
    """

    flops: int
    params: int
    operations: tuple[Operation, ...]
    tensors: Memory | Trace | None = field(default=None, repr=False, compare=False)

    @property
    def memory(self) -> Memory | None:
        """The peak of live activations and the weights; ``None`` where nobody looked."""
        return self.tensors.memory if isinstance(self.tensors, Trace) else self.tensors

    @property
    def macs(self) -> int:
        """Multiply-accumulates: half the FLOPs."""
        return self.flops // 2
