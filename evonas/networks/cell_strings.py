"""Cells as benchmarks write them, an operation for every edge of four nodes.

NAS-Bench-201 (Dong & Yang 2020) writes a cell node by node, each with what comes to it from the
nodes before: ``|nor_conv_3x3~0|+|none~0|skip_connect~1|+|none~0|none~1|nor_conv_1x1~2|``.
TransNAS-Bench-101 (Duan et al. 2021) writes digits for operations, after the skeleton that the
cell is put into: ``64-41414-1_02_333``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from evonas.cell import Cell, Edge

NODES = ("input", "node 1", "node 2", "output")
N_NODES = len(NODES)
NONE = "none"  # the operation of an edge that is not there
EDGES = tuple((source, node) for node in range(1, N_NODES) for source in range(node))
CELL_OPERATIONS = ("none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3")
MICRO_OPERATIONS = CELL_OPERATIONS[:4]  # TransNAS-Bench-101 has no pooling; digits 0 to 3
MICRO_SKELETON = "64-41414"  # of its 4,096 cells: 64 channels first, then a digit per module

_EXAMPLE = "|nor_conv_3x3~0|+|none~0|skip_connect~1|+|none~0|none~1|nor_conv_1x1~2|"
_MICRO = re.compile(r"(?P<skeleton>\d+-\d+)-(?P<cell>\d_\d\d_\d\d\d)")


def parse_cell(text: str) -> tuple[str, ...]:
    """The operation of every edge, read from a string of NAS-Bench-201.

    Args:
        text: The three nodes after the input, joined by ``+``; each has ``operation~source``
            for every node before it, in order, between bars. Spaces around it do no harm.

    Returns:
        Six words of ``CELL_OPERATIONS``, in the order of ``EDGES``.

    Raises:
        ValueError: The text is no cell; the message says where.
    """
    nodes = text.strip().split("+")
    if len(nodes) != N_NODES - 1:
        raise ValueError(
            f"the cell {text!r} has {len(nodes)} nodes between '+'; expected {N_NODES - 1}, as "
            f"in {_EXAMPLE}"
        )
    return tuple(
        operation
        for number, node in enumerate(nodes, start=1)
        for operation in _inputs(node, number, cell=text)
    )


def cell_graph(operations: Sequence[str], *, is_whole: bool = False) -> Cell:
    """The cell as people draw it, without edges on no path from its input to its output.

    Args:
        operations: The operation of every edge, in the order of ``EDGES``.
        is_whole: Whether edges on no path are drawn too.
    """
    there = [
        (*ends, word) for ends, word in zip(EDGES, operations, strict=True) if word != NONE
    ]
    reached, needed = {0}, {N_NODES - 1}
    for source, node, _ in there:  # which are in the order of the nodes that they lead to
        reached |= {node} if source in reached else set()
    for source, node, _ in reversed(there):
        needed |= {source} if node in needed else set()
    edges = [
        Edge(NODES[source], NODES[node], word)
        for source, node, word in there
        if is_whole or (source in reached and node in needed)
    ]
    used = {name for edge in edges for name in edge[:2]} | {NODES[0], NODES[-1]}
    return Cell(tuple(name for name in NODES if name in used), tuple(edges))


def format_cell(operations: Sequence[str]) -> str:
    """The string by which NAS-Bench-201 calls a cell.

    Args:
        operations: Six words of ``CELL_OPERATIONS``, in the order of ``EDGES``.

    Raises:
        ValueError: There are more or fewer than six, or the benchmark does not know one.
    """
    words = _checked(operations, CELL_OPERATIONS)
    nodes = ["|"] * (N_NODES - 1)
    for (source, node), word in zip(EDGES, words, strict=True):
        nodes[node - 1] += f"{word}~{source}|"
    return "+".join(nodes)


def parse_micro(text: str) -> tuple[str, tuple[str, ...]]:
    """The skeleton and the operation of every edge, from a string of TransNAS-Bench-101.

    Args:
        text: Such as ``64-41414-1_02_333``: channels, the modules of the skeleton, and one
            group of digits for each node after the input.

    Returns:
        The skeleton as it stands there, such as ``64-41414``, and six words of
        ``MICRO_OPERATIONS`` in the order of ``EDGES``.

    Raises:
        ValueError: The text is no cell in a skeleton.
    """
    found = _MICRO.fullmatch(text.strip())
    digits = found["cell"].replace("_", "") if found else ""
    if not found or any(int(digit) >= len(MICRO_OPERATIONS) for digit in digits):
        raise ValueError(
            f"cannot read the cell {text!r}; expected a skeleton and six digits from 0 to "
            f"{len(MICRO_OPERATIONS) - 1}, as in {MICRO_SKELETON}-1_02_333"
        )
    return found["skeleton"], tuple(MICRO_OPERATIONS[int(digit)] for digit in digits)


def format_micro(operations: Sequence[str], skeleton: str = MICRO_SKELETON) -> str:
    """The string by which TransNAS-Bench-101 calls a cell in a skeleton.

    Args:
        operations: Six words of ``MICRO_OPERATIONS``, in the order of ``EDGES``.
        skeleton: Channels and modules; all cells of the benchmark have the same.

    Raises:
        ValueError: There are more or fewer than six, or the benchmark does not know one.
    """
    words = _checked(operations, MICRO_OPERATIONS)
    nodes = [""] * (N_NODES - 1)
    for (_, node), word in zip(EDGES, words, strict=True):
        nodes[node - 1] += str(MICRO_OPERATIONS.index(word))
    return f"{skeleton}-{'_'.join(nodes)}"


def _inputs(text: str, number: int, *, cell: str) -> list[str]:
    """The operations that lead to one node, one from every node before it."""
    entries = text.strip().split("|")
    if len(entries) != number + 2 or entries[0] or entries[-1]:
        raise ValueError(
            f"node {number} of the cell {cell!r} is {text!r}; expected {number} times "
            f"operation~source, each between bars, as in {_EXAMPLE}"
        )
    return [_operation(entry, source, cell=cell) for source, entry in enumerate(entries[1:-1])]


def _operation(entry: str, source: int, *, cell: str) -> str:
    word, mark, said = entry.partition("~")
    if word not in CELL_OPERATIONS:
        raise ValueError(
            f"unknown operation {word!r} in the cell {cell!r}; choose from "
            f"{', '.join(CELL_OPERATIONS)}"
        )
    if not mark or said != str(source):
        raise ValueError(
            f"{entry!r} in the cell {cell!r} comes from node {said or 'none'!s}; expected "
            f"{word}~{source}, for sources stand in order"
        )
    return word


def _checked(operations: Sequence[str], known: Sequence[str]) -> Sequence[str]:
    if len(operations) != len(EDGES):
        raise ValueError(f"a cell has {len(EDGES)} operations, not {len(operations)}")
    for word in operations:
        if word not in known:
            raise ValueError(f"unknown operation {word!r}; choose from {', '.join(known)}")
    return operations
