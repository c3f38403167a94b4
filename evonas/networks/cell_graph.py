"""Cells of two inputs as nodes of a graph, each operation a part of its own.

So an operation that stands in many cells of one width is counted once for all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from torch import nn

from evonas.networks.chain import Part
from evonas.networks.drop_path import DropPath
from evonas.networks.genotypes import N_INPUTS, Pair
from evonas.networks.graph import Node
from evonas.networks.joining import Joined, Sum
from evonas.networks.primitives import SKIP, FactorisedReduce, pointwise, primitive


@dataclass(frozen=True)
class Source:
    """A feature map that a cell is given.

    Attributes:
        node: Name of the node that gives it.
        width: Its channels.
        halves: Whether its side is twice that of the cell's other input, and is halved.
    """

    node: str
    width: int
    halves: bool = False


def cell_nodes(
    pairs: Sequence[Pair], inputs: tuple[Source, Source], *, name: str, width: int, stride: int
) -> dict[str, Node]:
    """The nodes of a cell, of which the last has the cell's name and joins all that it makes.

    Liu et al. 2019: what the cell is given is brought to its width by a 1x1 convolution, or by
    a factorised reduction where it is larger than the other input; each node is the sum of two
    operations; with a stride of 2, those on the inputs halve.

    Args:
        pairs: Two operations for each node, with what they take, as in ``Genotype``.
        inputs: What the cell is given.
        name: What the nodes' names begin with.
        width: Channels of each node; the cell gives as many times more as it has nodes.
        stride: 1 to keep the size of the map; 2 to halve it, rounded up.
    """
    nodes, values = dict[str, Node](), list[str]()
    for i, source in enumerate(inputs):
        brought = FactorisedReduce if source.halves else pointwise
        values.append(f"{name}_input{i}")
        nodes[values[-1]] = Node(Part.of(brought, source.width, width), (source.node,))
    for place in range(0, len(pairs), 2):
        own, terms = f"{name}_node{place // 2 + 1}", list[str]()
        for letter, (word, taken) in zip("ab", pairs[place : place + 2], strict=True):
            terms.append(f"{own}{letter}")
            halving = stride if taken < N_INPUTS else 1
            part = Part.of(operation, word, width, stride=halving)
            nodes[terms[-1]] = Node(part, (values[taken],))
        nodes[own] = Node(Part.of(Sum), tuple(terms))
        values.append(own)
    nodes[name] = Node(Part.of(Joined), tuple(values[N_INPUTS:]))
    return nodes


def operation(name: str, n_channels: int, *, stride: int) -> nn.Module:
    """An operation of a cell, which a full training may leave out at random, unless it skips.

    Args:
        name: One of ``PRIMITIVES``.
        n_channels: Channels of what it takes and of what it gives.
        stride: 1 to keep the size of the map; 2 to halve it, rounded up.
    """
    made = primitive(name, n_channels, stride=stride)
    return made if name == SKIP and stride == 1 else nn.Sequential(made, DropPath())
