"""The ways to know a latency, and what a user says of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

Way = Literal["analysis", "look-up table", "prediction", "measurement"]  # Oesterdiekhoff, III
WAYS: tuple[Way, ...] = get_args(Way)
Measurer = Literal["torch", "onnx"]
MEASURERS: tuple[Measurer, ...] = get_args(Measurer)
WAY_OF_METRIC: Mapping[str, Way] = {
    "latency_table": "look-up table",
    "latency_predicted": "prediction",
    "latency_measured": "measurement",
}


@dataclass(frozen=True)
class LatencyWays:
    """What metrics of latency go by.

    Attributes:
        table: The file of a look-up table of operators; empty for none.
        command: The command that measures a model file elsewhere; empty to measure here.
        runtime: What runs networks that are measured here: ``torch``, or ``onnx`` for ONNX
            Runtime.
        batch: How many inputs pass at a time where a network is measured or predicted.

    Raises:
        ValueError: The runtime is unknown, or the batch is below 1.
    """

    table: str = ""
    command: str = ""
    runtime: Measurer = "torch"
    batch: int = 1

    def __post_init__(self) -> None:
        if self.runtime not in MEASURERS:
            raise ValueError(
                f"unknown runtime {self.runtime!r} to measure with; choose from "
                f"{', '.join(MEASURERS)}"
            )
        if self.batch < 1:
            raise ValueError(f"a batch of {self.batch} is empty; expected 1 or more")
