import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evonas.networks.cell_strings import (
    CELL_OPERATIONS,
    EDGES,
    MICRO_OPERATIONS,
    NODES,
    cell_graph,
    format_cell,
    format_micro,
    parse_cell,
    parse_micro,
)

# Index 0 of the table of Dong & Yang 2020, and its edges read with the pen.
PUBLISHED = (
    "|avg_pool_3x3~0|+|nor_conv_1x1~0|skip_connect~1|"
    "+|nor_conv_1x1~0|skip_connect~1|skip_connect~2|"
)
OPERATIONS = (
    *("avg_pool_3x3", "nor_conv_1x1", "skip_connect"),
    *("nor_conv_1x1", "skip_connect", "skip_connect"),
)
cells = st.tuples(*[st.sampled_from(CELL_OPERATIONS)] * len(EDGES))
micro_cells = st.tuples(*[st.sampled_from(MICRO_OPERATIONS)] * len(EDGES))


def test_edges_come_node_by_node_from_the_nodes_before_in_order():
    assert EDGES == ((0, 1), (0, 2), (1, 2), (0, 3), (1, 3), (2, 3))


def test_a_published_string_is_read_edge_by_edge_and_printed_again():
    assert parse_cell(PUBLISHED) == OPERATIONS
    assert format_cell(OPERATIONS) == PUBLISHED
    assert parse_cell(f"  {PUBLISHED}\n") == OPERATIONS


@given(cells)
def test_what_is_printed_is_read_back(operations):
    assert parse_cell(format_cell(operations)) == operations


@given(micro_cells, st.sampled_from(["64-41414", "64-1234"]))
def test_what_is_printed_in_digits_is_read_back_with_its_skeleton(operations, skeleton):
    assert parse_micro(format_micro(operations, skeleton)) == (skeleton, operations)


def test_a_string_of_digits_has_one_group_for_each_node():
    skeleton, operations = parse_micro("64-41414-1_02_333")  # as TransNAS-Bench-101's README
    assert skeleton == "64-41414"
    assert operations == (
        *("skip_connect", "none", "nor_conv_1x1"),
        *("nor_conv_3x3", "nor_conv_3x3", "nor_conv_3x3"),
    )
    assert format_micro(operations) == "64-41414-1_02_333"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "has 1 nodes between '+'; expected 3, as in |nor_conv_3x3~0|+"),
        ("|none~0|+|none~0|none~1|", "has 2 nodes between '+'; expected 3"),
        (
            PUBLISHED.replace("|nor_conv_1x1~0|skip_connect~1|+", "|nor_conv_1x1~0|+"),
            "node 2 of the cell '|avg_pool_3x3~0|+|nor_conv_1x1~0|+|nor_conv_1x1~0|skip_connect"
            "~1|skip_connect~2|' is '|nor_conv_1x1~0|'; expected 2 times operation~source",
        ),
        (PUBLISHED[1:], "is 'avg_pool_3x3~0|'; expected 1 times operation~source"),
        (
            PUBLISHED.replace("avg_pool_3x3", "max_pool_3x3"),
            "unknown operation 'max_pool_3x3' in the cell '|max_pool_3x3~0|+",
        ),
        (
            PUBLISHED.replace("skip_connect~2", "skip_connect~1"),
            "comes from node 1; expected skip_connect~2, for sources stand in order",
        ),
        (
            PUBLISHED.replace("avg_pool_3x3~0", "avg_pool_3x3"),
            "'avg_pool_3x3' in the cell '|avg_pool_3x3|+",
        ),
        (
            PUBLISHED.replace("avg_pool_3x3~0", "avg_pool_3x3"),
            "comes from node none; expected avg_pool_3x3~0",
        ),
    ],
)
def test_what_is_no_cell_is_refused_with_the_place(text, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        parse_cell(text)


@pytest.mark.parametrize(
    "text", ["", "64-41414-1_02_334", "1_02_333", "64-41414-1_02", "64-1234-basic"]
)
def test_what_is_no_cell_in_a_skeleton_is_refused(text):
    expected = f"cannot read the cell {text!r}; expected a skeleton and six digits from 0 to 3"
    with pytest.raises(ValueError, match=re.escape(expected)):
        parse_micro(text)


@pytest.mark.parametrize("write", [format_cell, format_micro])
def test_what_no_benchmark_knows_is_not_written(write):
    with pytest.raises(ValueError, match="a cell has 6 operations, not 2"):
        write(("none", "none"))
    with pytest.raises(ValueError, match="unknown operation 'conv'; choose from none, skip_"):
        write(("conv", *["none"] * 5))


def test_digits_know_no_pooling():
    expected = "unknown operation 'avg_pool_3x3'; choose from none, .*, nor_conv_3x3$"
    with pytest.raises(ValueError, match=expected):
        format_micro(OPERATIONS)


@given(cells)
def test_a_drawn_cell_has_the_edges_that_are_on_a_path(operations):
    there = {ends for ends, word in zip(EDGES, operations, strict=True) if word != "none"}
    routes = [((0, 3),), ((0, 1), (1, 3)), ((0, 2), (2, 3)), ((0, 1), (1, 2), (2, 3))]
    on_a_path = {edge for route in routes if there.issuperset(route) for edge in route}
    drawn = cell_graph(operations)
    assert {(NODES.index(e.source), NODES.index(e.target)) for e in drawn.edges} == on_a_path
    whole = cell_graph(operations, is_whole=True)
    assert {(NODES.index(e.source), NODES.index(e.target)) for e in whole.edges} == there
    assert [e.operation for e in whole.edges] == [w for w in operations if w != "none"]
