import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from evonas.networks.cell_costs import OPERATIONS, STEM_CHANNELS, vertex_channels
from evonas.networks.cells import (
    CellModule,
    CellNetwork,
)

CHAIN = ((0, 1, 0), (0, 0, 1), (0, 0, 0))
# A branch, a skip to the output, and a vertex that only feeds another.
BRANCHED = ((0, 1, 1, 0, 1), (0, 0, 0, 1, 0), (0, 0, 0, 0, 1), (0, 0, 0, 0, 1), (0, 0, 0, 0, 0))


@st.composite
def cells(draw):
    """Matrices in which every inner vertex lies on a path from the input to the output."""
    n = draw(st.integers(2, 5))
    matrix = [[0] * n for _ in range(n)]
    for a in range(n):
        for b in range(a + 1, n):
            matrix[a][b] = int(draw(st.booleans()))
    for v in range(1, n - 1):
        if not any(matrix[u][v] for u in range(v)):
            matrix[0][v] = 1
    for v in range(n - 2, 0, -1):
        if not any(matrix[v]):
            matrix[v][n - 1] = 1
    if not any(row[n - 1] for row in matrix):
        matrix[0][n - 1] = 1
    return matrix, [draw(st.sampled_from(OPERATIONS)) for _ in range(n - 2)]


@given(cells(), st.integers(1, 8), st.integers(5, 20))
def test_what_the_output_joins_has_its_channels_between_them(cell, n_in, n_out):
    matrix, _ = cell
    last = len(matrix) - 1
    channels = vertex_channels(matrix, n_in=n_in, n_out=n_out)
    joined = [channels[v] for v in range(1, last) if matrix[v][last]]
    assert (channels[0], channels[-1]) == (n_in, n_out)
    assert not joined or sum(joined) == n_out
    assert not joined or max(joined) - min(joined) <= 1


@given(cells(), st.integers(5, 20))
def test_no_vertex_is_narrower_than_one_that_it_feeds(cell, n_out):
    matrix, _ = cell
    last = len(matrix) - 1
    channels = vertex_channels(matrix, n_in=3, n_out=n_out)
    for u in range(1, last):
        for v in range(u + 1, last):
            assert not matrix[u][v] or channels[u] >= channels[v] or matrix[u][last]


@pytest.mark.parametrize(
    ("matrix", "n_out", "expected"),
    [  # by the rules of Ying et al. 2019, section 2.2, with the pen
        (CHAIN, 128, (64, 128, 128)),
        (BRANCHED, 128, (64, 64, 64, 64, 128)),
        (BRANCHED, 7, (64, 3, 4, 3, 7)),
        (((0, 1), (0, 0)), 9, (64, 9)),
    ],
)
def test_channels_reckoned_by_hand(matrix, n_out, expected):
    assert vertex_channels(matrix, n_in=64, n_out=n_out) == expected


@settings(max_examples=25, deadline=None)
@given(cells(), st.integers(2, 6), st.integers(4, 9))
def test_a_cell_turns_channels_and_keeps_the_size(cell, n_in, n_out):
    matrix, operations = cell
    module = CellModule(matrix, operations, n_in=n_in, n_out=n_out).eval()
    assert module(torch.ones(2, n_in, 6, 6)).shape == (2, n_out, 6, 6)


def test_a_skip_to_the_output_is_added_and_everything_else_is_joined():
    matrix = ((0, 1, 1, 1), (0, 0, 0, 1), (0, 0, 0, 1), (0, 0, 0, 0))
    module = CellModule(matrix, ["maxpool3x3"] * 2, n_in=3, n_out=6).eval()
    images = torch.randn(2, 3, 6, 6, generator=torch.Generator().manual_seed(0))
    halves = [module.operations[v](module.projections[str(v + 1)](images)) for v in (0, 1)]
    expected = torch.cat(halves, 1) + module.projections["3"](images)
    torch.testing.assert_close(module(images), expected)


def test_a_vertex_sums_what_it_is_given_cut_to_its_channels():
    module = CellModule(BRANCHED, ["maxpool3x3"] * 3, n_in=3, n_out=7).eval()
    images = torch.randn(2, 3, 6, 6, generator=torch.Generator().manual_seed(0))
    first, second = (
        module.operations[v - 1](module.projections[str(v)](images)) for v in (1, 2)
    )
    third = module.operations[2](first)
    expected = torch.cat([second, third], 1) + module.projections["4"](images)
    torch.testing.assert_close(module(images), expected)


@pytest.mark.parametrize(
    ("rows", "operations", "n_params"),
    [  # NAS-Bench-101 (Ying et al. 2019), as EC-NAS lists its cells
        ("0110/0010/0001/0000", ["maxpool3x3", "maxpool3x3"], 1_756_298),
        ("0110/0011/0001/0000", ["conv3x3", "conv1x1"], 3_468_426),
        ("01110/00001/00010/00001/00000", ["conv1x1", "maxpool3x3", "conv1x1"], 1_840_906),
    ],
)
def test_a_network_has_the_parameters_that_were_published(rows, operations, n_params):
    matrix = [list(map(int, row)) for row in rows.split("/")]
    with torch.device("meta"):
        network = CellNetwork(matrix, operations)
    assert sum(parameter.numel() for parameter in network.parameters()) == n_params


def test_a_network_has_three_stacks_and_doubles_its_channels_twice():
    with torch.device("meta"):
        network = CellNetwork(CHAIN, ["conv1x1"])
        modules = [layer for layer in network.features if isinstance(layer, CellModule)]
        assert network(torch.empty(1, 3, 32, 32)).shape == (1, 10)
    assert [module.channels[-1] for module in modules] == [
        *[STEM_CHANNELS] * 3,
        *[2 * STEM_CHANNELS] * 3,
        *[4 * STEM_CHANNELS] * 3,
    ]


def test_as_many_operations_are_given_as_there_are_inner_vertices():
    with pytest.raises(ValueError, match=r"argument 2 is shorter than argument 1"):
        CellModule(CHAIN, ["conv1x1", "conv1x1"], n_in=3, n_out=6)
