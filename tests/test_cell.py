import pytest
from hypothesis import given
from hypothesis import strategies as st

from evonas.cell import HANDS_ON, Cell, Edge, path_traits

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


def paths(cell):
    """All paths to the last node, as the operations on them, told one by one."""

    def to(node):
        into = cell.into(node)
        if not into:
            return [()]
        return [(*path, edge.operation) for edge in into for path in to(edge.source)]

    return [tuple(word for word in path if word not in HANDS_ON) for path in to(cell.nodes[-1])]


@st.composite
def connected_cells(draw):
    names = tuple("abcde"[: draw(st.integers(2, 5))])
    words = st.sampled_from(["", "skip_connect", "conv", "pool"])
    edges = []
    for i, target in enumerate(names[1:], 1):
        sources = draw(st.sets(st.sampled_from(names[:i]), min_size=1))
        edges += [Edge(source, target, draw(words)) for source in sorted(sources)]
    return Cell(names, tuple(edges))


@given(connected_cells())
def test_traits_of_paths_are_those_of_all_paths_one_by_one(cell):
    every = paths(cell)
    expected = {
        "paths": len(every),
        "fewest on a path": min(map(len, every)),
        "most on a path": max(map(len, every)),
    }
    for word in ("conv", "pool"):
        expected[f"most {word} on a path"] = max(path.count(word) for path in every)
        expected[f"{word} on all paths"] = sum(path.count(word) for path in every)
    assert path_traits(cell) == {name: value for name, value in expected.items() if value}


def test_traits_of_paths_do_not_depend_on_how_nodes_are_numbered():
    one = Cell(("x", "a", "b", "y"), (Edge("x", "a", "conv"), Edge("x", "b", "pool"),
                                      Edge("a", "y", "conv"), Edge("b", "y")))  # fmt: skip
    other = Cell(("x", "a", "b", "y"), (Edge("x", "a", "pool"), Edge("x", "b", "conv"),
                                        Edge("a", "y"), Edge("b", "y", "conv")))  # fmt: skip
    assert path_traits(one) == path_traits(other)
    assert path_traits(one)["most conv on a path"] == 2


def test_a_cell_that_nothing_passes_has_no_traits():
    assert path_traits(Cell(("x", "y"), ())) == {}
    assert path_traits(Cell(("x", "y", "z"), (Edge("x", "y", "conv"),))) == {}
