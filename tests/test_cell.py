import pytest

from evonas.cell import Cell, Edge

SUM = Cell(
    ("x", "y", "z"), (Edge("x", "y", "skip"), Edge("x", "z", "pool"), Edge("y", "z", "a"))
)


def test_a_cell_reads_as_sums():
    assert SUM.lines() == ["y = skip(x)", "z = pool(x) + a(y)"]


def test_what_is_joined_reads_so():
    cell = Cell(("x", "y", "z"), (Edge("x", "y", "skip"), Edge("x", "z"), Edge("y", "z")))
    assert cell.lines() == ["y = skip(x)", "z = joined(x, y)"]


def test_the_edges_into_a_node_stand_in_their_order():
    assert SUM.into("z") == SUM.edges[1:]
    assert SUM.into("x") == ()


@pytest.mark.parametrize("ends", [("z", "x"), ("x", "x"), ("x", "w"), ("w", "z")])
def test_an_edge_that_leads_back_or_nowhere_is_refused(ends):
    with pytest.raises(
        ValueError, match="not from one node to a later one; the nodes are x, z"
    ):
        Cell(("x", "z"), (Edge(*ends),))
