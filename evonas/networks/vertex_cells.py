"""Cells of NAS-Bench-101: graphs whose vertices are operations, and which of them are one."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from evonas.cell import Cell as Graph
from evonas.cell import Edge
from evonas.networks.cell_costs import OPERATIONS, Matrix

Cell = tuple[tuple[tuple[int, ...], ...], tuple[str, ...]]  # matrix, inner operations
_INPUT, _OUTPUT = -1, -2  # labels of the two vertices that are no operation


def is_connected(matrix: Matrix) -> bool:
    """Whether a path leads from the input of a cell to its output.

    Args:
        matrix: Adjacency of the vertices, upper triangular; input first, output last.
    """
    return bool(matrix[0][-1] or _on_a_path(matrix))


def alive(matrix: Matrix, operations: Sequence[str]) -> Cell:
    """The cell without the vertices that no path from input to output passes.

    Args:
        matrix: Adjacency of the vertices, upper triangular; input first, output last.
        operations: The operations of the inner vertices.
    """
    kept, last = _on_a_path(matrix), len(matrix) - 1
    vertices = (0, *kept, last)
    return (
        tuple(tuple(int(matrix[a][b]) for b in vertices) for a in vertices),
        tuple(operations[v - 1] for v in kept),
    )


def vertex_graph(matrix: Matrix, operations: Sequence[str]) -> Graph:
    """The cell as people draw it: the operation of a vertex stands on all that leads to it.

    Args:
        matrix: Adjacency of the vertices, all of them alive.
        operations: The operations of the inner vertices.
    """
    words = (*operations, "")
    names = ("input", *(f"vertex {i}" for i in range(1, len(operations) + 1)), "output")
    edges = [
        Edge(names[a], names[b], words[b - 1])
        for b in range(1, len(names))
        for a in range(b)
        if matrix[a][b]
    ]
    return Graph(names, tuple(edges))


def fingerprint(matrix: Matrix, operations: Sequence[str]) -> str:
    """The hash by which NAS-Bench-101 knows a cell, however its inner vertices are numbered.

    Every vertex begins with a hash of its degrees and its operation, and takes those of its
    neighbours into its own as often as there are vertices (Ying 2019; ``hash_module`` in the
    published code, whose spelling decides what the hash is).

    Args:
        matrix: Adjacency of the vertices, all of them alive.
        operations: The operations of the inner vertices.
    """
    vertices = range(len(matrix))
    labels = [_INPUT, *(OPERATIONS.index(word) for word in operations), _OUTPUT]
    into = [[u for u in vertices if matrix[u][v]] for v in vertices]
    out_of = [[u for u in vertices if matrix[v][u]] for v in vertices]
    hashes = [_md5(str((len(out_of[v]), len(into[v]), labels[v]))) for v in vertices]
    for _ in vertices:
        hashes = [
            _md5("|".join([_joined(hashes, into[v]), _joined(hashes, out_of[v]), hashes[v]]))
            for v in vertices
        ]
    return _md5(str(sorted(hashes)))


def _joined(hashes: Sequence[str], some: Sequence[int]) -> str:
    return "".join(sorted(hashes[u] for u in some))


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def _on_a_path(matrix: Matrix) -> tuple[int, ...]:
    last = len(matrix) - 1
    forward, backward = {0}, {last}
    for v in range(1, last):
        if any(matrix[u][v] for u in forward):
            forward.add(v)
    for v in range(last - 1, 0, -1):
        if any(matrix[v][u] for u in backward):
            backward.add(v)
    return tuple(sorted(forward & backward))
