"""Timing passes again and again: the shortest counts, and how the others spread is kept."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from evonas.hardware.measured import Measured

Pass = Callable[[], Any]
REPEATS = 30  # the minimum of so many varies by 2 to 4 % on a machine that others use too
WARMING = 3
LEAST_REPEATS = 5
LONG_ENOUGH_S = 60.0  # of repeats, once there are the least of them


def interleaved(
    passes: Sequence[Pass],
    *,
    repeats: int = REPEATS,
    on_round: Callable[[], Any] = lambda: None,
) -> list[Measured]:
    """Time several passes in turn, so that what disturbs one of them disturbs the others too.

    Before each pass that is timed the same one runs untimed, for it would find the caches full
    of the one before.

    Args:
        passes: What is timed; each waits until its device is done.
        repeats: How often each is timed.
        on_round: Called each time that all have been timed once more.
    """
    seconds: list[list[float]] = [[] for _ in passes]
    for _ in range(WARMING):
        for once in passes:
            once()
    for _ in range(repeats):
        for once, each in zip(passes, seconds, strict=True):
            once()
            started = time.perf_counter()
            once()
            each.append(time.perf_counter() - started)
        on_round()
    return [Measured.of(each) for each in seconds]


def repeated(once: Pass, *, repeats: int = REPEATS) -> Measured:
    """Time one pass; fewer times than it should be where that takes more than a minute.

    Args:
        once: What is timed; it waits until its device is done.
        repeats: How often it is timed.
    """
    seconds: list[float] = []
    for _ in range(WARMING):
        once()
    while len(seconds) < repeats and (
        len(seconds) < LEAST_REPEATS or sum(seconds) < LONG_ENOUGH_S
    ):
        started = time.perf_counter()
        once()
        seconds.append(time.perf_counter() - started)
    return Measured.of(seconds)
