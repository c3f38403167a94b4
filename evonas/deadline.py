"""How long the candidate that is being measured may still take."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from evonas.faults import LateError

_limit: ContextVar[tuple[float, float]] = ContextVar("limit")  # seconds, and when they are over


@contextmanager
def within(seconds: float | None) -> Iterator[None]:
    """Make ``check`` raise once that many seconds are over; ``None`` is for ever."""
    if seconds is None:
        yield
        return
    token = _limit.set((seconds, time.monotonic() + seconds))
    try:
        yield
    finally:
        _limit.reset(token)


def check() -> None:
    """Give up a candidate whose time is over; to be called now and then in long work.

    The proxy training does so at every step. A candidate that never does is killed with its
    worker process a little later.

    Raises:
        LateError: The candidate's time is over.
    """
    seconds, end = _limit.get((0.0, 0.0))
    if seconds and time.monotonic() > end:
        raise late(seconds)


def late(seconds: float) -> LateError:
    """What is said of a candidate that took longer than the given seconds."""
    return LateError(f"took longer than {seconds:g} s")
