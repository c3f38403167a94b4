"""Cells: the small graphs of operations that networks repeat, as people draw them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Edge(NamedTuple):
    """An operation on its way from one node of a cell to another.

    Attributes:
        source: The node that the operation takes.
        target: The node that what it makes goes into.
        operation: Name of the operation; empty where the source is handed on as it is, to be
            joined with all that reaches the target.
    """

    source: str
    target: str
    operation: str = ""


@dataclass(frozen=True)
class Cell:
    """A cell as a graph: nodes are feature maps, and edges make one of another.

    Attributes:
        nodes: Names of the nodes, each after all that lead to it.
        edges: The operations; several may lead from one node to another.

    Raises:
        ValueError: An edge leads from or to no node, or to one that is not behind it.
    """

    nodes: tuple[str, ...]
    edges: tuple[Edge, ...]

    def __post_init__(self) -> None:
        place = {name: i for i, name in enumerate(self.nodes)}
        for edge in self.edges:
            if place.get(edge.source, len(place)) >= place.get(edge.target, -1):
                raise ValueError(
                    f"edge {edge.source!r} to {edge.target!r} leads not from one node to a "
                    f"later one; the nodes are {', '.join(self.nodes)}"
                )

    def into(self, node: str) -> tuple[Edge, ...]:
        """The edges that lead to a node, in their order.

        Args:
            node: Name of the node.
        """
        return tuple(edge for edge in self.edges if edge.target == node)

    def lines(self) -> list[str]:
        """The cell in words: a line for each node that is made, and what it is made of."""
        return [f"{node} = {_made(into)}" for node in self.nodes if (into := self.into(node))]


def _made(edges: tuple[Edge, ...]) -> str:
    """The sum of what operations make, or what is joined."""
    if any(edge.operation for edge in edges):
        return " + ".join(f"{edge.operation}({edge.source})" for edge in edges)
    return f"joined({', '.join(edge.source for edge in edges)})"
