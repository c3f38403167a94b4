"""Multi-scale networks in words: which cells there are, how large, and who folds with whom."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evonas.networks.multi_scale import (
    MultiScale,
    folded_form,
    source_of,
    uses,
    zero_nodes,
)
from evonas.networks.primitives import DARTS_PRIMITIVES, NONE

SEP, SKIP, POOL = "sep_conv_3x3", "skip_connect", "max_pool_3x3"
PLAIN = (((0, SEP), (1, SEP)), ((0, SEP), (1, SEP)))
EMPTY = (((0, NONE), (0, NONE)),) * 2
LAST_INPUT_ONLY = (((1, SEP), (1, SKIP)), ((1, SEP), (2, SEP)))


def network(**changes) -> MultiScale:
    """The network of seven layers and three scales of the paper's last comparison."""
    told = {"normal": PLAIN, "reduction": PLAIN, "n_scales": 3, "n_layers": 7, "channels": 16}
    return MultiScale(**{**told, "exits": tuple(range(2, 8)), **changes})


def pairs(place: int) -> st.SearchStrategy:
    return st.tuples(st.integers(0, place - 1), st.sampled_from(DARTS_PRIMITIVES))


def forms(n_nodes: int = 2) -> st.SearchStrategy:
    return st.tuples(*(st.tuples(pairs(j + 2), pairs(j + 2)) for j in range(n_nodes)))


@st.composite
def networks(draw) -> MultiScale:
    n_layers = draw(st.integers(3, 8))
    exits = draw(st.sets(st.integers(2, 8)))
    return network(
        normal=draw(forms()),
        reduction=draw(forms()),
        n_scales=draw(st.integers(1, 3)),
        n_layers=n_layers,
        exits=tuple(exits),
    )


@pytest.mark.parametrize(
    ("n_layers", "expected"), [(3, [2, 3]), (4, [2, 3]), (5, [2, 4]), (7, [3, 5]), (8, [3, 6])]
)
def test_layers_at_a_third_and_two_thirds_reduce_as_in_darts(n_layers, expected):
    told = network(n_layers=n_layers, reduction=EMPTY)
    assert [n for n in range(1, n_layers + 1) if told.is_reduction(n)] == expected
    assert [n for n in range(1, n_layers + 1) if told.form(n) == EMPTY] == expected


def test_channels_double_from_scale_to_scale_and_by_every_reduction():
    told = network()
    assert [told.width(1, scale) for scale in range(3)] == [16, 32, 64]
    assert [told.width(layer, 0) for layer in range(1, 8)] == [16, 16, 32, 32, 64, 64, 64]


def test_a_scale_that_would_be_one_pixel_wide_is_dropped():
    assert network().sides(32) == (
        *[(32, 16, 8)] * 2,
        *[(16, 8, 4)] * 2,
        *[(8, 4, 2)] * 3,
    )
    assert network().sides(8) == (*[(8, 4, 2)] * 2, *[(4, 2)] * 2, *[(2,)] * 3)
    assert network(n_scales=1).sides(28)[-1] == (7,)
    assert network().sides(9)[0] == (9, 5, 3)


def test_a_cell_takes_what_the_two_layers_before_it_gave():
    assert [source_of(5, i) for i in (0, 1)] == [3, 4]
    assert [source_of(2, i) for i in (0, 1)] == [1, 1]


def test_only_that_is_alive_which_leads_to_an_exit():
    last = network(exits=(7,), n_scales=1).alive(32)
    assert last == {(layer, 0) for layer in range(1, 8)}
    stairs = network(exits=(7,), normal=LAST_INPUT_ONLY, reduction=LAST_INPUT_ONLY).alive(32)
    assert stairs == {
        *{(7, 2), (6, 2), (6, 1)},
        *((layer, scale) for layer in range(1, 6) for scale in range(3)),
    }
    assert network(exits=(7,), normal=EMPTY).alive(32) == {(7, 2)}


def test_there_are_as_many_cells_of_two_nodes_as_counted_by_hand():
    single = [list(product(range(n), DARTS_PRIMITIVES)) for n in (2, 3)]
    cells = list(product(*(product(pairs, pairs) for pairs in single)))
    assert len(cells) == 147_456  # (2 * 8)^2 * (3 * 8)^2
    assert len({tuple(tuple(sorted(node)) for node in cell) for cell in cells}) == 40_800
    # What takes nothing has no input: (2 * 7 + 1) and (3 * 7 + 1) pairs are 120 * 253 cells;
    # and where the first node is zeros, 4 operations, not 7, make something of it.
    assert len({folded_form(cell) for cell in cells}) == 119 * 253 + 19 * 20 // 2


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ((((1, SEP), (0, SEP)),), (((0, SEP), (1, SEP)),)),
        ((((1, NONE), (0, SEP)),), (((0, NONE), (0, SEP)),)),
        (
            (((1, NONE), (0, NONE)), ((2, POOL), (1, SKIP))),
            (((0, NONE), (0, NONE)), ((0, NONE), (1, SKIP))),
        ),
        (
            (((0, NONE), (0, NONE)), ((2, SEP), (1, SKIP))),
            (((0, NONE), (0, NONE)), ((1, SKIP), (2, SEP))),
        ),
    ],
)
def test_a_form_has_one_spelling(written, folded):
    assert folded_form(written) == folded


@given(form=forms(4))
def test_folding_a_form_twice_changes_nothing_more(form):
    once = folded_form(form)
    assert folded_form(once) == once
    assert zero_nodes(once) >= zero_nodes(form)
    assert [uses(once, i) for i in (0, 1)] == [uses(form, i) for i in (0, 1)]


@given(told=networks(), side=st.sampled_from((8, 9, 14, 28, 32)))
def test_folding_a_network_twice_changes_nothing_more_and_keeps_what_is_alive(told, side):
    once = told.folded(side)
    assert once.folded(side) == once
    assert once.exits[-1] == told.n_layers
    settled = network(**{**vars(told), "exits": once.exits})
    assert once.alive(side) == settled.alive(side)


def test_a_form_that_no_cell_has_is_the_empty_one():
    told = network(n_layers=3, exits=()).folded(32)
    assert (told.normal, told.reduction) == (EMPTY, PLAIN)
    assert network(normal=EMPTY, exits=()).folded(32).reduction == EMPTY
    assert network(normal=EMPTY, exits=(3,)).folded(32).reduction == PLAIN


def test_a_scale_that_no_exit_sees_is_dropped():
    assert network(exits=()).folded(8).n_scales == 1
    assert network(exits=(4,)).folded(8).n_scales == 2
    assert network(exits=(2,)).folded(8).n_scales == 3
