from itertools import permutations

import pytest
import torch
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from evonas.networks.cell_strings import CELL_OPERATIONS, EDGES, parse_cell
from evonas.networks.sum_cells import SumCell, folded, function_of, relu_convolution

cells = st.tuples(*(st.sampled_from(CELL_OPERATIONS) for _ in EDGES))
without_pooling = st.tuples(*(st.sampled_from(CELL_OPERATIONS[:4]) for _ in EDGES))
few_examples = settings(max_examples=60, deadline=None)
WIDTH = 2
IMAGES = torch.randn(
    3, WIDTH, 5, 5, dtype=torch.double, generator=torch.Generator().manual_seed(0)
)


def convolutions(operations) -> dict[int, str]:
    return {i: word for i, word in enumerate(operations) if word.startswith("nor_conv")}


def with_weights(operations, origins=None) -> SumCell:
    """A cell whose weights are drawn by the place of each edge, or of that which it is from.

    As it learns, not in evaluation, so that a convolution of zeros gives its batch norm's bias,
    which is zero where a cell has nothing but zeros to convolve.
    """
    network, zeros = SumCell(operations, WIDTH).double(), zero_nodes(operations)
    for place in convolutions(operations):
        source, node = EDGES[place]
        origin = place if origins is None else origins[place]
        generator = torch.Generator().manual_seed(origin)
        _, convolution, norm = network.edges[f"{source}_{node}"]
        for weight in (convolution.weight, norm.weight, norm.bias):
            drawn = torch.randn(weight.shape, dtype=torch.double, generator=generator)
            weight.data = drawn * (0.0 if weight is norm.bias and source in zeros else 1.0)
    return network


def zero_nodes(operations) -> set[int]:
    zeros: set[int] = set()
    for node in (1, 2):
        into = [(s, w) for (s, n), w in zip(EDGES, operations, strict=True) if n == node]
        if all(word == "none" or source in zeros for source, word in into):
            zeros.add(node)
    return zeros


def agree(mine, theirs) -> bool:
    """Whether some of the weights of one cell make another give what it gives."""
    own, other = convolutions(mine), convolutions(theirs)
    with torch.no_grad():
        expected = with_weights(mine)(IMAGES)
        for places in permutations(own, len(other)):
            origins = dict(zip(other, places, strict=True))
            if all(own[origins[place]] == word for place, word in other.items()):
                found = with_weights(theirs, origins)(IMAGES)
                if torch.allclose(found, expected, rtol=1e-9, atol=1e-9):
                    return True
    return False


@given(cell=cells)
@example(
    cell=parse_cell("|nor_conv_1x1~0|+|none~0|skip_connect~1|+|none~0|none~1|skip_connect~2|")
)
@example(
    cell=parse_cell("|none~0|+|none~0|nor_conv_3x3~1|+|skip_connect~0|none~1|skip_connect~2|")
)
@few_examples
def test_a_cell_and_the_one_that_it_folds_to_give_the_same_for_the_same_weights(cell):
    assert agree(cell, folded(cell))


@given(cell=without_pooling, place=st.integers(0, 5), word=st.sampled_from(CELL_OPERATIONS[:4]))
@few_examples
def test_cells_fold_together_exactly_if_some_weights_make_them_agree(cell, place, word):
    other = (*cell[:place], word, *cell[place + 1 :])
    mine, theirs = folded(cell), folded(other)
    assume(sorted(convolutions(mine).values()) == sorted(convolutions(theirs).values()))
    assert agree(mine, theirs) == (mine == theirs)


@given(cell=cells)
@few_examples
def test_nothing_in_a_folded_cell_is_in_vain(cell):
    kept = folded(cell)
    assert folded(kept) == kept
    for place, word in enumerate(kept):
        if word != "none":
            assert function_of((*kept[:place], "none", *kept[place + 1 :])) != function_of(kept)


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        # a skip hands on: node 1 is the input
        ("|skip_connect~0|+|none~0|nor_conv_3x3~1|+|none~0|none~1|skip_connect~2|",
         "|none~0|+|none~0|none~1|+|nor_conv_3x3~0|none~1|none~2|"),
        # node 1 leads nowhere
        ("|nor_conv_3x3~0|+|none~0|none~1|+|skip_connect~0|none~1|none~2|",
         "|none~0|+|none~0|none~1|+|skip_connect~0|none~1|none~2|"),
        # nodes 1 and 2 change places
        ("|nor_conv_3x3~0|+|nor_conv_1x1~0|none~1|+|none~0|avg_pool_3x3~1|skip_connect~2|",
         "|nor_conv_1x1~0|+|nor_conv_3x3~0|none~1|+|none~0|skip_connect~1|avg_pool_3x3~2|"),
        # the same pooling twice is one
        ("|avg_pool_3x3~0|+|avg_pool_3x3~0|none~1|+|none~0|nor_conv_1x1~1|nor_conv_1x1~2|",
         "|avg_pool_3x3~0|+|none~0|skip_connect~1|+|none~0|nor_conv_1x1~1|nor_conv_1x1~2|"),
    ],
)  # fmt: skip
def test_cells_that_compute_the_same_fold_together(mine, theirs):
    assert folded(parse_cell(mine)) == folded(parse_cell(theirs))


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        # one convolution taken twice, and two of them
        ("|nor_conv_3x3~0|+|none~0|skip_connect~1|+|none~0|skip_connect~1|skip_connect~2|",
         "|nor_conv_3x3~0|+|nor_conv_3x3~0|none~1|+|none~0|skip_connect~1|skip_connect~2|"),
        # a sum taken twice, and once
        ("|skip_connect~0|+|none~0|none~1|+|skip_connect~0|skip_connect~1|none~2|",
         "|none~0|+|none~0|none~1|+|skip_connect~0|none~1|none~2|"),
    ],
)  # fmt: skip
def test_cells_that_do_not_compute_the_same_stay_apart(mine, theirs):
    assert folded(parse_cell(mine)) != folded(parse_cell(theirs))


def test_a_cell_without_a_way_from_input_to_output_gives_zeros():
    images = torch.randn(2, 4, 6, 6, requires_grad=True)
    zeros = SumCell(("none",) * 6, 4)(images)
    zeros.sum().backward()
    assert zeros.shape == images.shape
    assert not zeros.any()


def test_edges_that_lead_nowhere_are_built_and_run_where_a_cell_has_them():
    dead = parse_cell("|nor_conv_3x3~0|+|none~0|none~1|+|skip_connect~0|none~1|none~2|")
    cell = SumCell(dead, 2)
    cell(torch.randn(2, 2, 4, 4))
    assert cell.edges["0_1"][2].num_batches_tracked == 1


def test_a_convolution_begins_with_its_activation():
    kinds = [type(layer).__name__ for layer in relu_convolution(3, 5, kernel=3, stride=2)]
    assert kinds == ["ReLU", "Conv2d", "BatchNorm2d"]
    assert relu_convolution(3, 5, kernel=3, stride=2)(torch.rand(2, 3, 7, 7)).shape[2] == 4


def test_the_15_625_cells_fold_to_5_260():
    # The benchmark counts 6,466 (Dong & Yang 2020, section 3.1), by strings in which a node
    # that sums zeros is no zero, and one convolution taken twice is two of them.
    cells = {tuple(CELL_OPERATIONS[i // 5**k % 5] for k in range(6)) for i in range(5**6)}
    assert len(cells) == 15_625
    assert len({folded(cell) for cell in cells}) == 5_260
    assert len({benchmark_string(cell) for cell in cells}) == 6_466


def benchmark_string(operations) -> str:
    """What a cell computes, as the benchmark's code writes it."""
    words, nodes = iter(operations), ["0"]
    for node in (1, 2, 3):
        terms = []
        for source in range(node):
            word, given_ = next(words), nodes[source]
            if word == "none" or given_ == "#":
                terms.append("#")
            else:
                terms.append(given_ if word == "skip_connect" else f"({given_})@{word}")
        nodes.append("+".join(sorted(terms)))
    return nodes[3]
