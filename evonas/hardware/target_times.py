"""What each part of a network takes on a target, and what it waits for there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from evonas.hardware.roofline import Operation
from evonas.hardware.targets import Target, forward_pass

Bound = Literal["arithmetic", "memory", "launch"]


@dataclass(frozen=True)
class PartTime:
    """What one part of a network is modelled to take.

    Attributes:
        seconds: What it adds to a pass of one batch.
        bound: What it waits for most: ``arithmetic``, ``memory``, or the ``launch`` of its
            kernels.
    """

    seconds: float
    bound: Bound


@dataclass(frozen=True)
class TargetTimes:
    """What a network is modelled to take on a target, as a whole and part by part.

    Attributes:
        target: The device, and the way that the network runs there.
        seconds: Time of a pass of one batch.
        low: The same at the end of what is uncertain that takes less.
        high: The same at the end that takes more.
        parts: The parts, in the order of execution.
    """

    target: Target
    seconds: float
    low: float
    high: float
    parts: tuple[PartTime, ...]

    @property
    def shares(self) -> tuple[float, ...]:
        """The share of each part in the time of all of them; all 0 where they take none."""
        whole = sum(part.seconds for part in self.parts)
        return tuple(part.seconds / whole if whole else 0.0 for part in self.parts)


def target_times(parts: Sequence[Sequence[Operation]], target: Target) -> TargetTimes:
    """Model a network on a target, part by part.

    Args:
        parts: The operations of each part, with their bytes in single precision.
        target: The device, and the way that the network runs there.
    """
    whole = [operation for part in parts for operation in part]
    low, central, high = (
        forward_pass(whole, target, end="low").seconds,
        forward_pass(whole, target).seconds,
        forward_pass(whole, target, end="high").seconds,
    )
    return TargetTimes(
        target, central, low, high, tuple(part_time(part, target) for part in parts)
    )


def part_time(operations: Sequence[Operation], target: Target) -> PartTime:
    """What some operations add to a pass.

    What they wait for is found by taking it away: most of the time is the launch's where the
    same kernels with nothing to do take half of it or more; else it is arithmetic's or memory's
    by which of them, at no cost, would save more.

    Args:
        operations: The operations of one part of a network.
        target: The device, and the way that the network runs there.
    """

    def seconds(operations: Sequence[Operation]) -> float:
        return forward_pass(operations, target).seconds

    nothing = seconds(())
    whole = seconds(operations) - nothing
    idle = [replace(o, flops=0.0, activation_bytes=0.0, weight_bytes=0.0) for o in operations]
    if 2 * (seconds(idle) - nothing) >= whole:
        return PartTime(whole, "launch")
    without_flops = seconds([replace(o, flops=0.0) for o in operations])
    without_bytes = seconds(
        [replace(o, activation_bytes=0.0, weight_bytes=0.0) for o in operations]
    )
    return PartTime(whole, "arithmetic" if without_flops < without_bytes else "memory")
