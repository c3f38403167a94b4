"""Chains of parts with exits on the way, as graphs."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import torch
from torch import nn

from evonas.networks.blocks import ActivatedClassifier
from evonas.networks.chain import N_REMEMBERED_PARTS, Part, counted_in_a_row
from evonas.networks.graph import IMAGES, Graph, Node


class Place(NamedTuple):
    """A place between two parts of a chain at which a network could answer.

    Attributes:
        after: How many parts run before it, those that do nothing left out.
        flops: FLOPs of these parts.
        n_channels: Channels of what the last of them gives.
    """

    after: int
    flops: float
    n_channels: int


def chain_with_exits(
    parts: Sequence[Part],
    input_shape: tuple[int, ...],
    *,
    n_exits: int,
    n_classes: int,
    is_strict: bool = False,
) -> Graph:
    """A chain that answers on its way, at even shares of its FLOPs, and at its end.

    The k-th of n exits stands where the FLOPs are nearest to k / n of the chain's. Each early
    one has a head of its own; the last is the end of the chain. A chain with too few places
    has an exit at each of them: after any part that gives a feature map, but for the one before
    its own classifier, where an exit would say the same for the same cost. Parts that do
    nothing are left out, so that chains that differ in nothing else are one graph.

    Args:
        parts: The parts of the network, from images to logits.
        input_shape: Shape of one input without the batch, ``(channels, height, width)``.
        n_exits: How many exits there are to be, the end of the chain included.
        n_classes: How many logits each exit gives.
        is_strict: Whether an operator without a declared cost is an error.

    Raises:
        ValueError: A part before the last gives several tensors, or with ``is_strict`` an
            operator is unknown.
    """
    kept = [part for part in parts if not does_nothing(part)]
    places, total = _places(kept, input_shape, is_strict=is_strict)
    chosen = _spread(places, [k / n_exits * total for k in range(1, n_exits)])
    head_at = {place.after: place for place in chosen}
    nodes, exits, before = dict[str, Node](), list[str](), IMAGES
    for number, part in enumerate(kept, start=1):
        name = f"part{number}"
        nodes[name] = Node(part, (before,))
        before = name
        if number in head_at:
            head = Part.of(ActivatedClassifier, head_at[number].n_channels, n_classes)
            nodes[f"exit{number}"] = Node(head, (name,))
            exits.append(f"exit{number}")
    return Graph(nodes, (*exits, before))


def n_places(
    parts: Sequence[Part], input_shape: tuple[int, ...], *, is_strict: bool = False
) -> int:
    """How many exits a chain can have, its end included.

    Args:
        parts: The parts of the network, from images to logits.
        input_shape: Shape of one input without the batch.
        is_strict: Whether an operator without a declared cost is an error.
    """
    kept = [part for part in parts if not does_nothing(part)]
    return len(_places(kept, input_shape, is_strict=is_strict)[0]) + 1


@lru_cache(maxsize=N_REMEMBERED_PARTS)
def does_nothing(part: Part) -> bool:
    """Whether a part gives what it takes, as ``nn.Identity`` does.

    Args:
        part: The part, which is made for that on the meta device.
    """
    with torch.device("meta"):
        return isinstance(part(), nn.Identity)


def _places(
    parts: Sequence[Part], input_shape: tuple[int, ...], *, is_strict: bool
) -> tuple[list[Place], float]:
    """Where a chain may have early exits, and the FLOPs of all of it."""
    places, flops = list[Place](), 0.0
    row = counted_in_a_row(parts, input_shape, is_strict)
    for number, (cost, shape) in enumerate(row, start=1):
        flops += cost.flops
        if len(shape) >= 2 and number < len(parts) - 1:
            places.append(Place(number, flops, shape[0]))
    return places, flops


def _spread(places: Sequence[Place], wanted: Sequence[float]) -> list[Place]:
    """One place for each wanted cost, the nearest that leaves enough for the costs to come."""
    n = min(len(places), len(wanted))
    chosen, first = list[Place](), 0
    for k, flops in enumerate(wanted[:n]):
        offered = range(first, len(places) - (n - k - 1))
        nearest = min(offered, key=lambda i: abs(places[i].flops - flops))
        chosen.append(places[nearest])
        first = nearest + 1
    return chosen
