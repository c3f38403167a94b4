import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from evonas.networks.cell_costs import edges_cost, vertex_channels, vertices_cost
from evonas.networks.cell_strings import CELL_OPERATIONS, parse_cell
from evonas.networks.cells import CellNetwork
from evonas.networks.counting import count
from tests.networks.test_cells import cells


@pytest.mark.parametrize(
    ("text", "n_params", "macs"),
    [  # the table of Dong & Yang 2020, index 0 and 1462: 0.129306 and 0.802426 M, MACs in M
        (
            "|avg_pool_3x3~0|+|nor_conv_1x1~0|skip_connect~1|"
            "+|nor_conv_1x1~0|skip_connect~1|skip_connect~2|",
            129_306,
            15_647_370,
        ),
        (
            "|nor_conv_3x3~0|+|nor_conv_3x3~0|avg_pool_3x3~1|"
            "+|skip_connect~0|nor_conv_3x3~1|skip_connect~2|",
            802_426,
            113_951_370,
        ),
    ],
)
def test_cells_of_edges_cost_what_their_benchmark_says(text, n_params, macs):
    assert edges_cost(parse_cell(text)) == (n_params, macs)


def test_more_classes_and_smaller_images_cost_what_they_should():
    cell = ("nor_conv_1x1",) * 6
    ten, hundred = edges_cost(cell), edges_cost(cell, n_classes=100)
    assert hundred.params - ten.params == hundred.macs - ten.macs == 65 * 90
    small = edges_cost(cell, side=16)
    assert small.params == ten.params
    assert small.macs - 650 == pytest.approx((ten.macs - 650) / 4)


@given(st.lists(st.sampled_from(CELL_OPERATIONS), min_size=6, max_size=6))
def test_the_order_of_the_edges_is_all_the_same_and_each_adds_its_own(operations):
    whole = edges_cost(operations)
    assert whole == edges_cost(sorted(operations))
    empty = edges_cost(["none"] * 6)
    each = [edges_cost([word, *["none"] * 5]) for word in operations]
    assert whole.params - empty.params == sum(one.params - empty.params for one in each)
    assert whole.macs - empty.macs == sum(one.macs - empty.macs for one in each)


@settings(max_examples=10, deadline=None)
@given(cells())
def test_cells_of_vertices_cost_what_their_network_does_when_counted(cell):
    matrix, operations = cell
    cost = count(lambda: CellNetwork(matrix, operations), (3, 32, 32))
    assert vertices_cost(matrix, operations) == (cost.params, cost.macs)


@pytest.mark.parametrize(
    ("rows", "operations", "n_params"),
    [  # NAS-Bench-101 (Ying et al. 2019), as EC-NAS lists its cells
        ("0110/0010/0001/0000", ["maxpool3x3", "maxpool3x3"], 1_756_298),
        ("0110/0011/0001/0000", ["conv3x3", "conv1x1"], 3_468_426),
        ("01110/00001/00010/00001/00000", ["conv1x1", "maxpool3x3", "conv1x1"], 1_840_906),
    ],
)
def test_cells_of_vertices_have_the_parameters_that_were_published(rows, operations, n_params):
    matrix = [list(map(int, row)) for row in rows.split("/")]
    assert vertices_cost(matrix, operations).params == n_params
    with torch.device("meta"):
        network = CellNetwork(matrix, operations)
    assert sum(parameter.numel() for parameter in network.parameters()) == n_params


def test_a_vertex_that_feeds_no_output_is_as_wide_as_the_widest_that_it_feeds():
    matrix = ((0, 1, 1, 0, 0), (0, 0, 0, 1, 0), (0, 0, 0, 1, 1), (0, 0, 0, 0, 1), (0,) * 5)
    assert vertex_channels(matrix, n_in=8, n_out=9) == (8, 4, 5, 4, 9)
