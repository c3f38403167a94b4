"""What a measurement of time gave: the shortest of many passes, and how they spread."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

LONGEST_S = 3600.0  # of one pass; beyond it, a clock or a unit is wrong
FORMS = '{"seconds": [...]} or {"latency_s": ...}'


@dataclass(frozen=True)
class Measured:
    """How long one pass took, over its repeats.

    Attributes:
        seconds: The shortest pass: whatever else the machine does only makes passes longer.
        quartiles: Seconds below which a quarter, half and three quarters of the passes lie.
        n: How many passes were timed; 0 where whoever measured does not say.
    """

    seconds: float
    quartiles: tuple[float, float, float]
    n: int

    @classmethod
    def of(cls, seconds: Sequence[float]) -> Measured:
        """What the times of passes come to.

        Args:
            seconds: Time of each pass.

        Raises:
            ValueError: There is none, or one is no time that a pass can take.
        """
        if not seconds:
            raise ValueError("no pass was timed; expected the seconds of one or more")
        for value in seconds:
            if not (_is_number(value) and math.isfinite(value) and 0 < value <= LONGEST_S):
                raise ValueError(
                    f"a pass of {value!r} seconds cannot be; expected numbers above 0 and up "
                    f"to {LONGEST_S:g}"
                )
        low, middle, high = np.quantile(seconds, (0.25, 0.5, 0.75)).tolist()
        return cls(float(min(seconds)), (low, middle, high), len(seconds))


def read_answer(text: str) -> Measured:
    """What a measuring command printed: JSON, alone or in the last line.

    Args:
        text: The standard output: an object with ``seconds``, the times of single passes, or
            with ``latency_s``, one time.

    Raises:
        ValueError: There is no such object, or its numbers are no times.
    """
    answer = _object_in(text)
    if isinstance(found := answer.get("seconds"), list):
        return Measured.of(found)
    if "latency_s" in answer:
        once = Measured.of([answer["latency_s"]])
        return Measured(once.seconds, once.quartiles, 0)
    raise ValueError(f"it printed {json.dumps(answer)[:80]}; expected {FORMS}")


def _object_in(text: str) -> Mapping[str, Any]:
    last = text.strip().rpartition("\n")[2]
    for part in (text, last):
        try:
            found = json.loads(part)
        except ValueError:
            continue
        if isinstance(found, dict):
            return found
    raise ValueError(
        f"it printed {last[:80]!r}, which is no JSON object; expected {FORMS}"
        if last
        else f"it printed nothing; expected {FORMS}"
    )


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
