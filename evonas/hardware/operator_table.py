"""Look-up tables: how long single operators take, and what whole networks come to by them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from scipy.optimize import nnls

from evonas.hardware.latency_ways import MEASURERS, Measurer

LEAST_ALIKE = 3  # operators of a name, to tell by them how long another one takes


@dataclass(frozen=True)
class Operator:
    """An operator of a network, as a device runs it: two that are equal take equally long.

    Attributes:
        name: What it does, such as ``Conv2d 3x3, stride 2``, or, where a runtime fuses several,
            ``Conv2d 3x3 + BatchNorm2d + ReLU``.
        output: Shape of what it gives, without the batch.
        flops: Arithmetic for one input; a multiply and an add count as two.
        activation_bytes: Bytes of activations in single precision that it reads and writes for
            one input.
        weight_bytes: Bytes of weights in single precision that it reads.
    """

    name: str
    output: tuple[int, ...]
    flops: float
    activation_bytes: float
    weight_bytes: float

    def __str__(self) -> str:
        return f"{self.name} -> {'x'.join(map(str, self.output))}"


@dataclass(frozen=True)
class TableQuality:
    """How well a table tells whole networks that were timed, and had no say in it.

    Attributes:
        n: How many networks were held out.
        spearman: Rank correlation of what it tells with what was measured.
        median_error: Median of the relative errors.
    """

    n: int
    spearman: float
    median_error: float

    def __str__(self) -> str:
        return (
            f"of {self.n} whole networks held out: rank correlation {self.spearman:.3f}, "
            f"median error {100 * self.median_error:.0f} %"
        )


@dataclass(frozen=True)
class Looked:
    """What a table tells of a network.

    Attributes:
        seconds: Time of one pass of a batch.
        each: Seconds of each operator, in the order of execution.
        estimated: The operators that the table lacks, told by others of the same name.
    """

    seconds: float
    each: tuple[float, ...]
    estimated: tuple[Operator, ...]


@dataclass(frozen=True)
class OperatorTable:
    """How long the operators of a space take on one device.

    Attributes:
        device: What was timed, in words.
        runtime: What ran the operators: ``torch``, or ``onnx`` for ONNX Runtime, which fuses
            them.
        batch: How many inputs passed at a time.
        seconds: Time of each operator for a batch.
        once_s: Time that a pass takes beside its operators.
        factor: By what the sum of the operators is multiplied, for what they gain or lose in
            company.
        quality: How well whole networks are told; ``None`` where nobody has tried.

    Raises:
        ValueError: The table is empty, or a number cannot be.
    """

    device: str
    runtime: Measurer
    batch: int
    seconds: Mapping[Operator, float] = field(hash=False)
    once_s: float = 0.0
    factor: float = 1.0
    quality: TableQuality | None = None

    def __post_init__(self) -> None:
        if self.runtime not in MEASURERS:
            raise ValueError(
                f"unknown runtime {self.runtime!r} of a look-up table; choose from "
                f"{', '.join(MEASURERS)}"
            )
        if not self.seconds:
            raise ValueError("a look-up table needs an operator at least")
        numbers = [("once_s", self.once_s), ("factor", self.factor)]
        for name, value in [*numbers, *((str(o), s) for o, s in self.seconds.items())]:
            if not 0 <= value < math.inf:
                raise ValueError(f"{name} must be in [0, inf), got {value}")

    @property
    def is_fused(self) -> bool:
        """Whether normalisation and activation are one operator with what they follow."""
        return self.runtime == "onnx"

    def look_up(self, operators: Sequence[Operator]) -> Looked:
        """The time of a network: the sum over its operators.

        An operator that the table lacks is told by those of the same name, of which there must
        be three: seconds are fitted to a constant, FLOPs and bytes, none of them negative.

        Args:
            operators: The operators of the network, in the order of execution, fused as the
                table's are.

        Raises:
            ValueError: The table lacks an operator, and has too few of its name.
        """
        lacking = list(dict.fromkeys(o for o in operators if o not in self.seconds))
        strange = [o for o in lacking if o.name not in self._fits]
        if strange:
            more = f" and {len(strange) - 1} more" if strange[1:] else ""
            raise ValueError(
                f"the look-up table of {self.device} lacks {strange[0]}{more}; measure one of "
                "this space with evonas latency --problem NAME --table FILE"
            )
        told = {o: float(self._fits[o.name] @ self._amounts(o)) for o in lacking}
        each = tuple(self.factor * (self.seconds | told)[o] for o in operators)  # type: ignore[operator]
        return Looked(self.once_s + math.fsum(each), each, tuple(lacking))

    @cached_property
    def _fits(self) -> dict[str, np.ndarray]:
        """Seconds per amount by the name of operators, where there are enough of it."""
        by_name: dict[str, list[Operator]] = {}
        for operator in self.seconds:
            by_name.setdefault(operator.name, []).append(operator)
        return {
            name: self._fitted(alike)
            for name, alike in by_name.items()
            if len(alike) >= LEAST_ALIKE
        }

    def _fitted(self, alike: Iterable[Operator]) -> np.ndarray:
        operators = [o for o in alike if self.seconds[o] > 0]
        if not operators:
            return np.zeros(3)
        X = np.array([self._amounts(o) for o in operators])  # (n, 3)
        scale = np.where(X.max(0) > 0, X.max(0), 1.0)
        seconds = np.array([self.seconds[o] for o in operators])
        found, _ = nnls(X / scale / seconds[:, None], np.ones(len(operators)))
        return np.asarray(found / scale)

    def _amounts(self, operator: Operator) -> np.ndarray:
        moved = operator.weight_bytes + self.batch * operator.activation_bytes
        return np.array([1.0, self.batch * operator.flops, moved])
