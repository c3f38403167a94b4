"""The words of a config that say how latencies are known, other than by the model."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from evonas.hardware.elsewhere import words_of
from evonas.hardware.latency_ways import MEASURERS, LatencyWays
from evonas.sections.words import settle, word


@dataclass(frozen=True, kw_only=True)
class LatencySection:
    """What the objectives latency_table and latency_measured go by.

    Attributes:
        latency_table: Look-up table of operators, which evonas latency --table measures, for
            the objective ``latency_table``.
        measure_with: Command that measures networks on another machine, for the objective
            ``latency_measured``: it is given an ONNX file in place of ``{model}``, or as its
            standard input, and prints ``{"seconds": [...]}``.
        measure_runtime: What runs networks that are measured here: ``torch``, or ``onnx`` for
            ONNX Runtime.
        measure_batch: How many inputs pass at a time in ``latency_measured`` and
            ``latency_predicted``.

    Raises:
        ValueError: A value is out of range, or two contradict each other.
    """

    latency_table: str | None = word(None, shown="none")
    measure_with: str | None = word(None, shown="here")
    measure_runtime: str | None = word(None, shown="torch", offered=MEASURERS)
    measure_batch: int = word(1, least=1)

    def __post_init__(self) -> None:
        settle(self)
        self.check_measuring()

    def check_measuring(self) -> None:
        """Refuse a command that cannot be read, and a runtime beside one.

        Raises:
            ValueError: The words of the section do not go together.
        """
        if self.measure_with is None:
            return
        words_of(self.measure_with)
        if self.measure_runtime is not None:
            raise ValueError(
                "measure_runtime is what measures here, and measure_with measures elsewhere; "
                "leave one out"
            )

    @cached_property
    def latency_ways(self) -> LatencyWays:
        """How latencies are known."""
        return LatencyWays(
            table=self.latency_table or "",
            command=self.measure_with or "",
            runtime="onnx" if self.measure_runtime == "onnx" else "torch",
            batch=self.measure_batch,
        )
