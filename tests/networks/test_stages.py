import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evonas.networks.stages import STEM_SIZE, gathered, genes_of, halved, halving, stem_halvings

sides = st.integers(2, 224)
wishes = st.lists(st.booleans(), max_size=9)


@given(size=sides, wanted=wishes)
def test_no_halving_leaves_less_than_two_pixels_and_each_that_can_be_is(size, wanted):
    for is_wanted, halves in zip(wanted, halving(size, wanted), strict=True):
        assert halves == (is_wanted and size >= 4)
        size = math.ceil(size / 2) if halves else size
        assert size >= 2


@given(size=st.integers(1, 1024))
def test_a_stem_halves_images_as_often_as_they_are_too_large_and_no_more(size):
    n = stem_halvings(size)
    assert halved(size, n) <= max(size, STEM_SIZE)
    assert n == 0 or halved(size, n - 1) > STEM_SIZE
    side = size
    for _ in range(n):
        side = math.ceil(side / 2)
    assert halved(size, n) == side


def test_small_images_are_halved_twice_at_most():
    assert list(halving(8, [True, False, True, True])) == [True, False, True, False]


def fits(stage, held, layer):
    """Stages of up to three equal letters; the second takes no a."""
    return len(held) < 3 and set(held) <= {layer} and (stage, layer) != (1, "a")


@pytest.mark.parametrize(
    ("layers", "stages"),
    [
        ("", ["", "", ""]),
        ("aaaa", ["aaa", "", "a"]),
        ("bbbb", ["bbb", "b", ""]),
        ("abc", ["a", "b", "c"]),
    ],
)
def test_every_stage_is_filled_before_the_next_is_begun(layers, stages):
    assert gathered(layers, n_stages=3, fits=fits) == [list(stage) for stage in stages]


def test_what_the_stages_cannot_hold_is_an_error():
    with pytest.raises(ValueError, match="3 stages cannot hold such layers; stuck at b"):
        gathered("bab", n_stages=3, fits=fits)


@given(st.tuples(*[st.tuples(st.sampled_from("bcd"), st.integers(0, 3))] * 5))
def test_whatever_stages_spell_can_be_gathered_and_then_stays(runs):
    layers = "".join(letter * depth for letter, depth in runs)
    stages = gathered(layers, n_stages=5, fits=fits)
    assert "".join(map("".join, stages)) == layers
    assert all(len(set(stage)) <= 1 and len(stage) <= 3 for stage in stages)


def test_genes_are_numbered_by_their_stage():
    told = genes_of(("depth", "halve"), [(2, True), (0, False)])
    assert told == {"depth1": 2, "halve1": True, "depth2": 0, "halve2": False}
    with pytest.raises(ValueError, match="zip"):
        genes_of(("depth", "halve"), [(2,)])
