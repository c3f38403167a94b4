"""What one pass takes by a clock, and the shortest of many passes of many networks."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch

REPEATS = 30  # the minimum of so many varies by 2 to 4 %
LEAST_REPEATS = 3  # however long passes take
SHORT_S = 5e-3  # passes below it run twice in a row, and in every round
FINE_S = 1e-5  # a step of the processor's clock that is fine enough


@dataclass(frozen=True)
class TimedPass:
    """A pass of a network that can be timed as often as one likes.

    Attributes:
        once: Runs the pass.
        clock: Runs what it is given, and tells its seconds.
        prepare: Brings the network to where the pass can run, untimed.
    """

    once: Callable[[], Any]
    clock: Callable[[Callable[[], Any]], float]
    prepare: Callable[[], Any] = lambda: None

    def seconds(self) -> float:
        """Run the pass once, and tell its time."""
        self.prepare()
        return self.clock(self.once)


def shortest_of_rounds(
    passes: Sequence[TimedPass],
    *,
    seconds: float,
    repeats: int = REPEATS,
    on_round: Callable[[], Any] = lambda: None,
) -> list[float]:
    """The shortest time of each of several passes, which take turns.

    In each round every pass runs, so that what disturbs the machine for a while disturbs all of
    them a little and none of them in each of its repeats. Short ones run twice in a row, for
    the first finds the caches full of the one before. Whatever else the machine does only makes
    passes longer.

    Args:
        passes: What is timed; all have run before.
        seconds: What all repeats together are to take. When that is over, and after
            ``LEAST_REPEATS``, only short passes run in the rounds that are left.
        repeats: How many rounds there are.
        on_round: Called after each round.

    Returns:
        Seconds of one pass each, in the order of ``passes``.
    """
    shortest, spent = [float("inf")] * len(passes), 0.0
    for n_done in range(repeats):
        is_over = n_done >= LEAST_REPEATS and spent >= seconds
        for i, each in enumerate(passes):
            if is_over and shortest[i] >= SHORT_S:
                continue
            took = [each.seconds()]
            if took[0] < SHORT_S:
                took.append(each.seconds())
            shortest[i] = min(shortest[i], *took)
            spent += sum(took)
        on_round()
    return shortest


def clock_of(device: torch.device) -> Callable[[Callable[[], Any]], float]:
    """What tells the time of a pass on a device.

    Args:
        device: Where the pass runs: on a processor, where one thread does it all, or on CUDA.
    """
    if device.type == "cuda":
        return lambda once: cuda_seconds(once, device)
    return processor_seconds if _is_fine(time.process_time) else wall_seconds


def processor_seconds(once: Callable[[], Any]) -> float:
    """Time that a pass keeps the processor busy.

    Of one thread that never waits this is the time that passes on an idle machine. On a busy
    one it leaves out the time for which the system gave the processor to somebody else.
    """
    started = time.process_time()
    once()
    return time.process_time() - started


def wall_seconds(once: Callable[[], Any]) -> float:
    """Time that passes meanwhile."""
    started = time.perf_counter()
    once()
    return time.perf_counter() - started


def cuda_seconds(once: Callable[[], Any], device: torch.device) -> float:
    """Time between two events on the device's stream, before the pass and after it.

    The device is idle at first, so that the first event is there at once, and what kernels wait
    for their launches counts. What the processor does after the last launch does not.
    """
    with torch.cuda.device(device):
        torch.cuda.synchronize(device)
        event: Callable[..., Any] = torch.cuda.Event  # torch does not say what it takes
        before, after = event(enable_timing=True), event(enable_timing=True)
        before.record()
        once()
        after.record()
        after.synchronize()
        return float(before.elapsed_time(after)) / 1000  # it tells milliseconds


def _is_fine(clock: Callable[[], float]) -> bool:
    """Whether a clock goes in steps that are short beside a pass; some systems count ticks."""
    started = now = clock()
    until = time.perf_counter() + 20 * FINE_S
    while now == started and time.perf_counter() < until:
        now = clock()
    return 0 < now - started <= FINE_S
