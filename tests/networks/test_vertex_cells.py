import csv
import itertools
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evonas.networks.cell_costs import OPERATIONS
from evonas.networks.vertex_cells import alive, fingerprint, is_connected, vertex_graph
from tests.networks.test_cells import cells

FILE = Path(os.environ.get("EVONAS_DATA") or "/nowhere", "ec-nas", "ecnas_4v5v_measured.csv")


@given(cells())
def test_a_cell_that_is_all_alive_stays_as_it_is(cell):
    matrix, operations = cell
    assert is_connected(matrix)
    kept = alive(matrix, operations)
    assert alive(*kept) == kept


def test_what_no_path_passes_goes_with_its_edges():
    matrix = ((0, 1, 1, 0, 0), (0, 0, 0, 0, 1), (0, 0, 0, 0, 0), (0, 0, 0, 0, 1), (0,) * 5)
    expected = (((0, 1, 0), (0, 0, 1), (0, 0, 0)), ("conv1x1",))
    assert alive(matrix, ("conv1x1", "conv3x3", "maxpool3x3")) == expected
    nothing = ((0, 1, 0), (0, 0, 0), (0, 0, 0))
    assert not is_connected(nothing)
    assert alive(nothing, ("conv1x1",)) == (((0, 0), (0, 0)), ())
    assert is_connected(((0, 1), (0, 0)))


@given(cells(), st.randoms(use_true_random=False))
def test_the_hash_does_not_depend_on_how_inner_vertices_are_numbered(cell, random):
    matrix, operations = cell
    inner = list(range(1, len(matrix) - 1))
    orders = [
        order
        for order in itertools.permutations(inner)
        if not any(
            matrix[order[b] if b < len(order) else 0][order[a]]
            for a in range(len(order))
            for b in range(a + 1, len(order))
        )
    ]
    order = (0, *random.choice(orders), len(matrix) - 1)
    renumbered = [[matrix[a][b] for b in order] for a in order]
    words = [operations[v - 1] for v in order[1:-1]]
    assert fingerprint(renumbered, words) == fingerprint(matrix, operations)


@given(cells())
def test_another_operation_makes_another_hash(cell):
    matrix, operations = cell
    if operations:
        other = [OPERATIONS[(OPERATIONS.index(operations[0]) + 1) % 3], *operations[1:]]
        changed = fingerprint(matrix, other)
        same = sorted(other) == sorted(operations)
        assert same or changed != fingerprint(matrix, operations)


@pytest.mark.skipif(not FILE.is_file(), reason=f"no {FILE}; set EVONAS_DATA")
def test_the_hashes_are_those_that_the_benchmark_published():
    """EC-NAS lists cells of NAS-Bench-101 by the hash of its published code."""
    with FILE.open(encoding="utf-8", newline="") as lines:
        rows = {row["hash"]: row for row in csv.DictReader(lines)}
    assert len(rows) > 2_500
    for known, row in rows.items():
        matrix = [list(map(int, line)) for line in row["matrix"].split("/")]
        labels = [int(label) for label in row["labels"].split()][1:-1]
        assert fingerprint(matrix, [OPERATIONS[label] for label in labels]) == known


@given(cells())
def test_a_drawn_cell_has_an_edge_for_every_one_of_its_matrix(cell):
    matrix, operations = alive(*cell)
    drawn = vertex_graph(matrix, operations)
    assert len(drawn.edges) == sum(map(sum, matrix))
    for vertex, word in enumerate(operations, 1):
        into = drawn.into(f"vertex {vertex}")
        assert {edge.operation for edge in into} == {word}
        assert len(into) == sum(row[vertex] for row in matrix)
    assert {edge.operation for edge in drawn.into("output")} <= {""}
