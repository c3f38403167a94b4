"""Networks that are graphs of parts, with one exit or several."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

from torch import Tensor, nn

from evonas.hardware.roofline import Cost
from evonas.networks.chain import Part, count_part
from evonas.networks.exits import Exits
from evonas.networks.inputs import Input

IMAGES = "images"  # by this name nodes call what the network is given


@dataclass(frozen=True)
class Node:
    """A part in its place in a graph.

    Attributes:
        part: The module yet to be made, which takes the sources by position and gives one
            tensor. It must not change what it takes, which others may read too.
        sources: Names of the nodes whose tensors it takes, or ``IMAGES``.
    """

    part: Part
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Graph:
    """A network as parts that feed each other, and the exits at which it answers.

    Attributes:
        nodes: The parts by name, each after all that feed it. A name has no dot.
        exits: Names of the nodes that give logits, the one that answers first in front.

    Raises:
        ValueError: There is no exit, an exit is no node, or a node takes what is not before it.
    """

    nodes: Mapping[str, Node]
    exits: tuple[str, ...]

    def __post_init__(self) -> None:
        before = {IMAGES}
        for name, node in self.nodes.items():
            missing = [source for source in node.sources if source not in before]
            if missing or not node.sources:
                told = f"takes {missing[0]!r}, which is no node before it" if missing else ""
                raise ValueError(f"node {name!r} {told or 'takes nothing'}")
            if name in before or "." in name:
                raise ValueError(f"{name!r} is no name of a node: it is taken, or has a dot")
            before.add(name)
        lost = [name for name in self.exits if name not in self.nodes]
        if lost or not self.exits or len(set(self.exits)) < len(self.exits):
            raise ValueError(
                f"the exits are {self.exits}; expected different names of nodes, at least one"
            )

    @cached_property
    def needs(self) -> tuple[frozenset[str], ...]:
        """What each exit depends on: names of nodes, its own among them."""
        needed: dict[str, frozenset[str]] = {IMAGES: frozenset()}
        for name, node in self.nodes.items():
            needed[name] = frozenset({name}).union(*(needed[s] for s in node.sources))
        return tuple(needed[name] for name in self.exits)

    @cached_property
    def alive(self) -> dict[str, Node]:
        """The nodes on which an exit depends, in their order."""
        kept = frozenset().union(*self.needs)
        return {name: node for name, node in self.nodes.items() if name in kept}


class ExitLogits(NamedTuple):
    """What a network of several exits gives.

    Attributes:
        logits: The logits of the last exit, ``(n, n_classes)``.
        exits: The logits of every exit in their order, the last one included.
    """

    logits: Tensor
    exits: tuple[Tensor, ...]


class GraphNetwork(nn.Module):
    """The network of a graph; nodes on which no exit depends are not built.

    Args:
        graph: The parts, and how they feed each other.

    Attributes:
        graph: The parts, and how they feed each other.
        nodes: The modules by the names of their nodes.
    """

    def __init__(self, graph: Graph) -> None:
        super().__init__()
        self.graph = graph
        self.nodes = nn.ModuleDict({name: node.part() for name, node in graph.alive.items()})

    def forward(self, images: Tensor, until: int | None = None) -> Tensor | ExitLogits:
        """Logits ``(n, n_classes)``, of one exit or of all.

        Args:
            images: The images, ``(n, channels, size, size)``.
            until: Which exit is to answer, counted from 1. Nothing runs on which it does not
                depend. Left out, all of them answer.

        Returns:
            The logits of one exit where ``until`` says which, or there is but one; else
            ``ExitLogits``.

        Raises:
            ValueError: There is no such exit.
        """
        exits = self.graph.exits
        if until is not None and not 1 <= until <= len(exits):
            raise ValueError(f"there is no exit {until}; expected 1 to {len(exits)}")
        asked = exits if until is None else exits[until - 1 : until]
        needed = None if until is None else self.graph.needs[until - 1]
        found = self._run(images, needed)
        logits = tuple(found[name] for name in asked)
        return logits[0] if len(logits) == 1 else ExitLogits(logits[-1], logits)

    def _run(self, images: Tensor, needed: frozenset[str] | None) -> dict[str, Tensor]:
        """What each node gives, of those that are needed."""
        found = {IMAGES: images}
        for name, module in self.nodes.items():
            if needed is None or name in needed:
                sources = self.graph.nodes[name].sources
                found[name] = module(*(found[source] for source in sources))
        return found

    def extra_repr(self) -> str:
        """What feeds each node, and the exits."""
        alive = self.graph.alive.items()
        lines = [f"({name}) takes {', '.join(node.sources)}" for name, node in alive]
        return "\n".join([*lines, f"exits: {', '.join(self.graph.exits)}"])


def count_graph(graph: Graph, input_shape: tuple[int, ...], *, is_strict: bool = False) -> Cost:
    """What one forward pass of one input through all exits costs.

    Args:
        graph: The network.
        input_shape: Shape of one input without the batch, ``(channels, height, width)``.
        is_strict: Whether an operator without a declared cost is an error.

    Raises:
        ValueError: A node that feeds others gives several tensors, or with ``is_strict`` an
            operator is unknown.
    """
    return _sum(_costs(graph, input_shape, is_strict=is_strict), frozenset(graph.alive))


def exit_costs(
    graph: Graph, input_shape: tuple[int, ...], *, is_strict: bool = False
) -> tuple[Cost, ...]:
    """What each exit's answer costs: all that it depends on, its own head included.

    All are told from one count of the nodes. The heads of earlier exits are no part of a later
    one's cost, as ``GraphNetwork.forward`` does not run them when told ``until``.

    Args:
        graph: The network.
        input_shape: Shape of one input without the batch, ``(channels, height, width)``.
        is_strict: Whether an operator without a declared cost is an error.

    Raises:
        ValueError: As in ``count_graph``.
    """
    costs = _costs(graph, input_shape, is_strict=is_strict)
    return tuple(_sum(costs, needed) for needed in graph.needs)


def count_exits(
    graph: Graph, input_shape: tuple[int, ...], *, is_strict: bool = False
) -> Exits:
    """The FLOPs of every exit, alone and after those before it, from one count of the nodes.

    Args:
        graph: The network.
        input_shape: Shape of one input without the batch, ``(channels, height, width)``.
        is_strict: Whether an operator without a declared cost is an error.

    Raises:
        ValueError: As in ``count_graph``.
    """
    costs = _costs(graph, input_shape, is_strict=is_strict)

    def flops(names: frozenset[str]) -> float:
        return float(sum(cost.flops for name, cost in costs.items() if name in names))

    so_far = accumulate(graph.needs, operator.or_)
    return Exits(tuple(map(flops, graph.needs)), tuple(map(flops, so_far)))


def _costs(graph: Graph, input_shape: tuple[int, ...], *, is_strict: bool) -> dict[str, Cost]:
    """The cost of every node; equal parts that take equal shapes are counted once."""
    shapes, costs = {IMAGES: input_shape}, dict[str, Cost]()
    for name, node in graph.alive.items():
        several = [source for source in node.sources if not shapes[source]]
        if several:
            raise ValueError(f"node {several[0]!r} gives several tensors; {name!r} takes one")
        inputs = tuple(Input(shapes[source]) for source in node.sources)
        costs[name], shapes[name] = count_part(node.part, inputs, is_strict)
    return costs


def _sum(costs: Mapping[str, Cost], names: frozenset[str]) -> Cost:
    counted = [cost for name, cost in costs.items() if name in names]
    return Cost(
        flops=sum(cost.flops for cost in counted),
        params=sum(cost.params for cost in counted),
        operations=tuple(operation for cost in counted for operation in cost.operations),
    )
