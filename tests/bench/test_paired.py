"""Paired comparisons: known intervals, and the correction for several."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evonas.bench.paired import compare, difference, holm, interval

# Student 1908, "The probable error of a mean", section IX: hours of sleep gained by two drugs.
FIRST = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
SECOND = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]


def test_the_interval_of_students_sleepers():
    found = difference(SECOND, FIRST)
    assert found.interval.mean == pytest.approx(1.58)
    # R's t.test(extra ~ group, data = sleep, paired = TRUE) tells -2.4598858 to -0.7001142
    assert (found.interval.low, found.interval.high) == pytest.approx((0.7001142, 2.4598858))
    assert found.p == pytest.approx(0.00283289, rel=1e-5)
    assert str(found.interval) == "1.58 [0.70, 2.46]"


def test_one_seed_has_a_mean_and_no_interval():
    found = interval([3.0])
    assert str(found) == "3.00"
    assert (found.mean, math.isnan(found.low), math.isnan(found.high)) == (3.0, True, True)
    assert math.isnan(difference([3.0], [1.0]).p)


def test_equal_values_differ_by_nothing():
    assert difference([1.0, 2.0], [1.0, 2.0]).p == 1.0


def test_values_that_are_no_pairs_are_refused():
    with pytest.raises(ValueError, match="3 values beside 2; expected pairs of a seed"):
        difference([1, 2, 3], [1, 2])


def test_the_correction_of_holm():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.6, 0.7]) == [1.0, 1.0]
    assert math.isnan(holm([0.01, math.nan])[1])
    assert holm([0.01, math.nan])[0] == pytest.approx(0.02)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_a_correction_keeps_the_order_and_lowers_nothing(p):
    corrected = holm(p)
    assert all(after >= before for before, after in zip(p, corrected, strict=True))
    ranked = [after for _, after in sorted(zip(p, corrected, strict=True))]
    assert ranked == sorted(ranked)


few = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=2, max_size=8)


@settings(max_examples=30)
@given(few)
def test_the_effect_is_the_share_of_pairs_that_are_won(pairs):
    one, other = zip(*pairs, strict=True)
    wins = sum((a > b) + 0.5 * (a == b) for a in one for b in other)
    found, turned = compare(one, other), compare(other, one)
    assert found.effect == pytest.approx(wins / (len(one) * len(other)))
    assert found.effect + turned.effect == pytest.approx(1.0)
    assert found.p == pytest.approx(turned.p)


# Darwin 1876, "The Effects of Cross and Self Fertilisation in the Vegetable Kingdom": heights
# of Zea mays in eighths of an inch, of which Fisher 1935 gives the differences.
DARWIN = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48]


def test_the_signed_ranks_of_darwins_maize():
    found = compare(DARWIN, [0] * 15)
    # R's wilcox.test: V = 96, p-value = 0.04126
    assert found.p == pytest.approx(0.04126, abs=5e-6)
    assert found.effect == pytest.approx(13 / 15)


def test_what_is_equal_in_all_pairs_does_not_differ():
    assert compare([1.0, 2.0], [1.0, 2.0]).p == 1.0
    assert compare([math.inf, 2.0], [math.inf, 2.0]).p == 1.0


def test_what_was_never_reached_is_behind_all_else():
    found = compare([math.inf] * 6, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
    assert (found.effect, found.p) == (1.0, pytest.approx(2 / 2**6))


def test_comparisons_of_what_are_no_pairs_are_refused():
    with pytest.raises(ValueError, match="1 values beside 2; expected pairs of a seed"):
        compare([1], [1, 2])
