"""Networks that are graphs of parts, with one exit or several."""

from __future__ import annotations

import math
import operator
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

from torch import Tensor, nn

from evonas.hardware.memory import Call, Trace
from evonas.hardware.roofline import Cost
from evonas.networks.chain import Part, count_part, total, traced
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
        auxiliary: Name of a node that gives logits too, to be learnt from in a full training
            alone; empty where there is none. As no exit depends on it, it is no part of the
            network otherwise.

    Raises:
        ValueError: There is no exit, an exit is no node, a node takes what is not before it, or
            the auxiliary head is no node or an exit.
    """

    nodes: Mapping[str, Node]
    exits: tuple[str, ...]
    auxiliary: str = ""

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
        if self.auxiliary and (
            self.auxiliary not in self.nodes or self.auxiliary in self.exits
        ):
            raise ValueError(f"the auxiliary head {self.auxiliary!r} is no node, or an exit")

    @cached_property
    def needs(self) -> tuple[frozenset[str], ...]:
        """What each exit depends on: names of nodes, its own among them."""
        return tuple(self.needed_for((name,)) for name in self.exits)

    def needed_for(self, names: Collection[str]) -> frozenset[str]:
        """What some nodes depend on: names of nodes, their own among them.

        Args:
            names: Names of the nodes.
        """
        needed = set(names)
        for name, node in reversed(list(self.nodes.items())):
            if name in needed:
                needed.update(node.sources)
        return frozenset(needed - {IMAGES})

    @cached_property
    def alive(self) -> dict[str, Node]:
        """The nodes on which an exit depends, in their order."""
        kept = frozenset().union(*self.needs)
        return {name: node for name, node in self.nodes.items() if name in kept}

    @cached_property
    def spent(self) -> dict[str, tuple[str, ...]]:
        """By node, the tensors that it is the last to take, by the names of their nodes."""
        last = {source: name for name, node in self.alive.items() for source in node.sources}
        return {
            name: tuple(source for source in last if last[source] == name)
            for name in self.alive
        }


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
        return self.answer(self.run(images, asked))

    def run(self, images: Tensor, wanted: Sequence[str]) -> list[Tensor]:
        """What some of the nodes give; nothing runs on which they do not depend.

        What no node takes any more is let go, so that a deep network does not hold all its
        feature maps when it answers.

        Args:
            images: The images, ``(n, channels, size, size)``.
            wanted: Names of nodes that are built.
        """
        found, needed = {IMAGES: images}, self.graph.needed_for(wanted)
        for name, module in self.nodes.items():
            if name in needed:
                sources = self.graph.nodes[name].sources
                found[name] = module(*(found[source] for source in sources))
                for source in self.graph.spent[name]:
                    if source not in wanted:
                        del found[source]
        return [found[name] for name in wanted]

    @staticmethod
    def answer(logits: Sequence[Tensor]) -> Tensor | ExitLogits:
        """The logits of exits as the network gives them: alone, or the last and then all.

        Args:
            logits: The logits of the exits that answer, at least one.
        """
        return logits[0] if len(logits) == 1 else ExitLogits(logits[-1], tuple(logits))

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
    costs = _costs(graph, input_shape, is_strict=is_strict)
    return _together(graph, costs, math.prod(input_shape), answering=graph.exits)


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
    size = math.prod(input_shape)
    return tuple(_together(graph, costs, size, answering=(name,)) for name in graph.exits)


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


def _together(
    graph: Graph, costs: Mapping[str, Cost], size: int, *, answering: Sequence[str]
) -> Cost:
    """What some exits cost together, with all that they depend on, told from every node's."""
    needed = graph.needed_for(answering)
    kept = {name: cost for name, cost in costs.items() if name in needed}
    calls, given, n = list[Call](), {IMAGES: tuple[int, ...]((0,))}, 1
    for name, trace in zip(kept, map(traced, kept.values()), strict=True):
        reads = tuple(given[source][0] for source in graph.nodes[name].sources)
        given[name] = tuple(range(n, n + len(trace.outputs)))
        n += len(trace.outputs)
        calls.append(Call(trace, reads, given[name]))
    outputs = tuple(number for name in answering for number in given[name])
    return replace(total([*kept.values()]), tensors=Trace((size,), tuple(calls), outputs))


def _costs(graph: Graph, input_shape: tuple[int, ...], *, is_strict: bool) -> dict[str, Cost]:
    """The cost of every node; equal parts that take equal shapes are counted once."""
    shapes, costs = {IMAGES: input_shape}, dict[str, Cost]()
    for name, node in graph.alive.items():
        several = [source for source in node.sources if not shapes[source]]
        if several:
            raise ValueError(f"node {several[0]!r} gives several tensors; {name!r} takes one")
        taken = [shapes[source] for source in node.sources]
        inputs = taken[0] if len(taken) == 1 else tuple(map(Input, taken))  # as chains count
        costs[name], shapes[name] = count_part(node.part, inputs, is_strict)
    return costs
