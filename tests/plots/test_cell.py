import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evonas.cell import Cell, Edge
from evonas.plots.cell import draw_cells, tracks_of


@st.composite
def drawn(draw) -> Cell:
    n = draw(st.integers(2, 6))
    nodes = tuple(f"n{i}" for i in range(n))
    pairs = list(itertools.combinations(nodes, 2))
    edges = draw(st.lists(st.sampled_from(pairs), max_size=8))
    joined = draw(st.booleans())
    named = [Edge(*pair, "pool") for pair in edges]
    return Cell((*nodes, "out"), (*named, *(Edge(name, "out") for name in nodes if joined)))


@given(cell=drawn())
@settings(max_examples=60, deadline=None)
def test_no_two_lines_lie_on_each_other(cell):
    tracks = tracks_of(cell)
    assert [track.edge for track in tracks] == list(cell.edges)
    place = {name: i for i, name in enumerate(cell.nodes)}
    for one, other in itertools.combinations(tracks, 2):
        is_above = (one.level > 0) == (other.level > 0)
        if one.level == other.level and (one.edge.operation or other.edge.operation):
            spans = [(place[t.edge.source], place[t.edge.target]) for t in (one, other)]
            assert spans[0][1] <= spans[1][0] or spans[1][1] <= spans[0][0]
        if is_above and one.edge.source == other.edge.source:
            assert one.leaves != other.leaves
        if is_above and one.edge.target == other.edge.target:
            joined = not one.edge.operation and not other.edge.operation
            assert (one.reaches == other.reaches) == joined


def test_what_leaves_the_inputs_runs_above_and_what_is_joined_lowest():
    cell = Cell(
        ("in", "a", "out"),
        (Edge("in", "a", "pool"), Edge("in", "a", "skip"), Edge("a", "out")),
    )
    assert [track.level for track in tracks_of(cell)] == [1, 2, -1]


@pytest.mark.parametrize("suffix", [".svg", ".png", ".pdf"])
def test_cells_are_drawn_with_their_names(tmp_path, suffix):
    cell = Cell(("in", "out"), (Edge("in", "out", "max_pool_3x3"), Edge("in", "out", "skip")))
    file = tmp_path / f"cells{suffix}"
    draw_cells({"normal cell": cell, "empty": Cell(("in", "out"), ())}, out=file, title="abc")
    assert file.stat().st_size > 1000
    if suffix == ".svg":
        text = file.read_text()
        assert all(word in text for word in ("abc", "normal cell", "max_pool_3x3", ">in<"))
