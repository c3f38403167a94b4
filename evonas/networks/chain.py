"""Networks that are chains of parts, of which each kind is counted only once."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from torch import Tensor, nn

from evonas.hardware.memory import Call, Trace
from evonas.hardware.roofline import Cost
from evonas.networks.counting import count_through
from evonas.networks.inputs import Input, Inputs, as_inputs
from evonas.networks.joining import Sum

N_REMEMBERED_PARTS = 10_000  # each some 2 kB


@dataclass(frozen=True)
class Part:
    """A module yet to be made; equal parts make equal modules.

    Attributes:
        make: The class or function that makes the module, given nothing but the arguments.
        arguments: The arguments of ``make`` by position, hashable.
        named: The arguments of ``make`` by name, as (name, value) pairs, hashable.
    """

    make: Callable[..., nn.Module]
    arguments: tuple[Hashable, ...]
    named: tuple[tuple[str, Hashable], ...]

    @classmethod
    def of(cls, make: Callable[..., nn.Module], *arguments: Any, **named: Any) -> Part:
        """The part that ``make(*arguments, **named)`` will be."""
        return cls(make, arguments, tuple(named.items()))

    def __call__(self) -> nn.Module:
        """Make the module."""
        return self.make(*self.arguments, **dict(self.named))


def chain(parts: Sequence[Part]) -> nn.Sequential:
    """The network in which each part takes what the one before it gives."""
    return nn.Sequential(*(part() for part in parts))


class Branch(nn.Module):
    """Parts in a row as one part, with a shortcut around them or without.

    It is counted part by part, as a chain is.

    Args:
        parts: The parts of the branch in order.
        has_shortcut: Whether what the branch is given is added to what its parts give.
    """

    def __init__(self, *parts: Part, has_shortcut: bool = False) -> None:
        super().__init__()
        self.has_shortcut = has_shortcut
        self.branch = chain(parts)
        self.add = Sum() if has_shortcut else None

    def forward(self, images: Tensor) -> Tensor:
        """Transform ``(n, channels, h, w)`` as the parts do."""
        given: Tensor = self.branch(images)
        return given if self.add is None else self.add(images, given)


def count_chain(
    parts: Sequence[Part], input_shape: tuple[int, ...], *, is_strict: bool = False
) -> Cost:
    """What one forward pass of one input costs: the sum of the parts.

    Equal parts that take equal shapes are counted once in the life of a process.

    Args:
        parts: The parts of the network, in the order of execution.
        input_shape: Shape of one input without the batch, ``(channels, height, width)``.
        is_strict: Whether an operator without a declared cost is an error; else it counts as
            zero.

    Raises:
        ValueError: A part before the last gives several tensors, or with ``is_strict`` an
            operator is unknown.
    """
    row = counted_in_a_row(parts, input_shape, is_strict)
    return total_in_a_row([cost for cost, _ in row], math.prod(input_shape))


@lru_cache(maxsize=N_REMEMBERED_PARTS)
def count_part(part: Part, inputs: Inputs, is_strict: bool) -> tuple[Cost, tuple[int, ...]]:
    """Count a part once for all that are equal and take equal shapes.

    Args:
        part: The part to count.
        inputs: What the part takes: the shape of its only input without the batch, or a tuple
            of ``Input``.
        is_strict: Whether an operator without a declared cost is an error.

    Returns:
        The part's cost, and the shape of what it gives, as ``count_through`` says.
    """
    if part.make is not Branch:
        return count_through(part, inputs, is_strict=is_strict)
    (taken,) = as_inputs(inputs)
    row = list(counted_in_a_row(part.arguments, taken.shape, is_strict))  # type: ignore[arg-type]  # parts
    shape = row[-1][1] if row else taken.shape
    branch = total_in_a_row([cost for cost, _ in row], math.prod(taken.shape))
    if not dict(part.named).get("has_shortcut"):
        return branch, shape
    ends = Input(taken.shape), Input(shape)
    added = count_part(Part.of(Sum), ends, is_strict)[0]
    calls = Call(traced(branch), (0,), (1,)), Call(traced(added), (0, 1), (2,))
    trace = Trace((math.prod(taken.shape),), calls, (2,))
    return replace(total([branch, added]), tensors=trace), shape


def counted_in_a_row(
    parts: Iterable[Part], shape: tuple[int, ...], is_strict: bool
) -> Iterator[tuple[Cost, tuple[int, ...]]]:
    """The cost of each part of a chain, and the shape of what it gives without the batch.

    Args:
        parts: The parts, in the order of execution.
        shape: Shape of one input of the first part, without the batch.
        is_strict: Whether an operator without a declared cost is an error.

    Raises:
        ValueError: A part before the last gives several tensors, or with ``is_strict`` an
            operator is unknown.
    """
    for part in parts:
        if not shape:
            name = getattr(part.make, "__name__", part.make)
            raise ValueError(
                f"the part before {name} gives several tensors; in a chain only the last may"
            )
        cost, shape = count_part(part, shape, is_strict)
        yield cost, shape


def total_in_a_row(costs: Sequence[Cost], size: int) -> Cost:
    """What parts cost of which each takes what the one before it gives.

    Args:
        costs: The costs of the parts as they were counted, in the order of execution.
        size: How many numbers the first part takes.
    """
    trace = Trace.in_a_row([traced(cost) for cost in costs], size=size)
    return replace(total(costs), tensors=trace)


def traced(cost: Cost) -> Trace:
    """Which buffers a part reads and makes.

    Args:
        cost: What the part costs, as it was counted.
    """
    assert isinstance(cost.tensors, Trace)
    return cost.tensors


def total(costs: Sequence[Cost]) -> Cost:
    """What several parts cost together, their operations in a row, whatever feeds them.

    Args:
        costs: The costs of the parts, in the order of execution.
    """
    return Cost(
        flops=sum(cost.flops for cost in costs),
        params=sum(cost.params for cost in costs),
        operations=tuple(operation for cost in costs for operation in cost.operations),
    )
