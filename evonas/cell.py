"""Cells: the small graphs of operations that networks repeat, as people draw them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

HANDS_ON = (
    "",
    "skip",
    "skip_connect",
    "identity",
)  # operations that hand on what they are given


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


def path_traits(cell: Cell) -> dict[str, float]:
    """What the paths through a cell have in common, however its nodes are numbered.

    A path leads from a node that nothing leads to, to the last node. Cells of equal paths
    compute alike (White et al. 2021, whose path encoding has a column for every path that there
    may be; these are fewer, and suit cells of any size).

    Args:
        cell: The cell; what hands on what it is given counts as no operation.

    Returns:
        By name, as far as it is not 0: the number of paths, the fewest and the most operations
        on one, and for every operation the most of it on one path, and how many there are on
        all paths together.
    """
    at: dict[str, _Paths] = {}
    for node in cell.nodes:
        into = cell.into(node)
        parts = [at[edge.source].extended(edge.operation) for edge in into]
        at[node] = _joined(parts) if into else _Paths(1, 0, 0, {}, {})
    last = at[cell.nodes[-1]]
    if cell.nodes[-1] in {edge.source for edge in cell.edges} or not cell.into(cell.nodes[-1]):
        return {}
    found = {
        "paths": float(last.n),
        "fewest on a path": float(last.fewest),
        "most on a path": float(last.most),
        **{f"most {word} on a path": float(n) for word, n in last.most_of.items()},
        **{f"{word} on all paths": float(n) for word, n in last.all_of.items()},
    }
    return {name: value for name, value in found.items() if value}


class _Paths(NamedTuple):
    """Paths to a node: their number, and operations on one or all of them."""

    n: int
    fewest: int
    most: int
    most_of: dict[str, int]
    all_of: dict[str, int]

    def extended(self, operation: str) -> _Paths:
        """The same paths with one more operation at their end."""
        if operation in HANDS_ON:
            return self
        most_of = {**self.most_of, operation: self.most_of.get(operation, 0) + 1}
        all_of = {**self.all_of, operation: self.all_of.get(operation, 0) + self.n}
        return _Paths(self.n, self.fewest + 1, self.most + 1, most_of, all_of)


def _joined(parts: list[_Paths]) -> _Paths:
    words = {word for part in parts for word in part.all_of}
    return _Paths(
        sum(part.n for part in parts),
        min(part.fewest for part in parts),
        max(part.most for part in parts),
        {word: max(part.most_of.get(word, 0) for part in parts) for word in words},
        {word: sum(part.all_of.get(word, 0) for part in parts) for word in words},
    )


def _made(edges: tuple[Edge, ...]) -> str:
    """The sum of what operations make, or what is joined."""
    if any(edge.operation for edge in edges):
        return " + ".join(f"{edge.operation}({edge.source})" for edge in edges)
    return f"joined({', '.join(edge.source for edge in edges)})"
