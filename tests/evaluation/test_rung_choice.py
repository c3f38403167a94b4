import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evonas.evaluation.rung_choice import (
    LEAST_SAVED,
    MOST_RUNGS,
    Curves,
    Tried,
    _agreement,
    _concordance,
    _cost,
    _kept,
    _passed,
    _trusted,
    choose_rungs,
)

AMOUNTS = (1, 2, 3, 4, 6)
WHOLE = np.arange(12.0) + 60


def curves(by_amount, *, effort=None, goes_on=True, whole=WHOLE, amounts=AMOUNTS, full=9):
    """Of one metric, told amount by amount."""
    columns = np.column_stack([*by_amount, whole])
    return Curves(
        amounts,
        [amount / full for amount in amounts],
        columns[:, None, :],
        np.zeros(len(whole)) if effort is None else effort,
        goes_on,
    )


def mixed(seed):
    return np.random.default_rng(seed).permutation(WHOLE)


def test_where_every_amount_agrees_the_least_is_a_rung():
    choice = choose_rungs(curves([WHOLE] * 5), reduction=3)
    assert choice.amounts[0] == 1
    assert [each.agreement for each in choice.tried] == [1.0] * 5
    assert (choice.n, choice.takes < 0.5) == (12, True)


def test_where_nothing_agrees_there_are_no_rungs():
    choice = choose_rungs(curves([mixed(seed) for seed in range(5)]), reduction=3)
    assert choice.amounts == ()
    assert choice.takes == 1.0
    assert not any(each.is_rung for each in choice.tried)


def test_what_still_guesses_is_no_rung_and_what_has_learnt_is():
    guess = np.full(12, 10.0)
    choice = choose_rungs(curves([guess, WHOLE - 40, *[WHOLE] * 3]), reduction=3)
    assert choice.tried[0].agreement == 0.5
    assert choice.amounts[0] == 2


def test_the_noise_of_those_that_guess_is_no_order():
    luck = 10 + np.linspace(0, 1, 12)  # in the order of the whole, as it happens
    assert _agreement(curves([luck] * 5).values, 0) == 0.5


def test_large_networks_that_guess_at_first_keep_an_amount_from_being_a_rung():
    effort = np.arange(12.0) + 1
    early = WHOLE - 30
    early[6:] = 10.0  # and end above the small ones
    later = [WHOLE - 20, *[WHOLE] * 3]
    by_all = choose_rungs(curves([early, *later], effort=np.roll(effort, 3)), reduction=3)
    choice = choose_rungs(curves([early, *later], effort=effort), reduction=3)
    assert choice.tried[0].among_dear == 0.5
    assert choice.amounts[0] == 2
    assert by_all.tried[0].among_dear != 0.5


def test_no_amount_is_trusted_further_than_a_larger_one():
    choice = choose_rungs(curves([WHOLE, *[mixed(seed) for seed in range(4)]]), reduction=3)
    assert choice.tried[0].agreement == 1.0
    assert choice.amounts == ()


def test_few_architectures_are_trusted_less_than_many():
    told = [Tried(1, 0.8, 0.8)]
    (few,), (many,) = _trusted(told, 8), _trusted(told, 80)
    assert 0 < few < many < math.sin(math.pi * 0.3)


def test_what_takes_trainings_of_its_own_must_save_more():
    by_amount = [WHOLE - 50] * 5
    on = choose_rungs(curves(by_amount), reduction=3)
    anew = choose_rungs(curves(by_amount, goes_on=False), reduction=3)
    assert on.takes < anew.takes
    assert _cost([1 / 3, 2 / 3], 2, goes_on=True) == pytest.approx(1 / 3 + 1 / 6 + 1 / 12)
    assert _cost([1 / 3, 2 / 3], 2, goes_on=False) == pytest.approx(1 / 3 + 1 / 3 + 1 / 4)


def test_an_amount_that_is_nearly_the_whole_saves_too_little():
    told = curves([WHOLE], amounts=(9,), full=10)
    assert choose_rungs(told, reduction=3).amounts == ()


def test_of_several_metrics_the_one_that_agrees_least_counts():
    values = np.stack([np.column_stack([WHOLE, WHOLE]), np.column_stack([mixed(0), WHOLE])], 1)
    alone = _concordance(mixed(0), WHOLE)
    assert 0.2 < alone < 0.8
    assert _agreement(values, 0) == pytest.approx(alone, abs=0.1)


def test_pairs_in_order_are_counted_and_equal_ones_are_half_right():
    whole = np.array([1.0, 2.0, 3.0, 3.0])
    assert _concordance(np.array([1.0, 2.0, 3.0, 9.0]), whole) == 1.0  # 3 and 3 are no pair
    assert _concordance(np.array([1.0, 1.0, 1.0, 1.0]), whole) == 0.5
    assert _concordance(np.array([2.0, 1.0, 3.0, 3.0]), whole) == 0.8
    assert _concordance(whole, np.ones(4)) == 0.5


@pytest.mark.parametrize(("correlation", "kept"), [(-0.5, 1 / 3), (0.0, 1 / 3), (0.6, 0.25)])
def test_the_share_of_the_best_that_passes_is_that_of_a_simulation(correlation, kept):
    rng = np.random.default_rng(0)
    whole = rng.standard_normal(400_000)
    seen = correlation * whole + math.sqrt(1 - correlation**2) * rng.standard_normal(400_000)
    best = whole > np.quantile(whole, 1 - kept)
    passed = (seen > np.quantile(seen, 1 - kept))[best].mean()
    assert _passed(correlation, kept=kept, best=kept) == pytest.approx(passed, abs=0.01)


@given(st.floats(-0.99, 0.99), st.floats(1.5, 6))
def test_by_chance_a_share_passes_and_more_with_more_correlation(correlation, reduction):
    share = 1 / reduction
    passed = _kept([correlation], reduction)
    assert (passed >= share - 0.01) == (correlation >= -0.05) or abs(correlation) < 0.06
    assert _kept([0.0], reduction) == pytest.approx(share, abs=1e-9)
    assert _kept([correlation, 0.9], reduction) <= 1.0


@given(st.integers(2, 20), st.integers(0, 1000), st.floats(1.5, 5), st.booleans())
def test_whatever_the_curves_the_choice_holds_what_it_promises(n, seed, reduction, goes_on):
    rng = np.random.default_rng(seed)
    told = curves(rng.normal(50, 20, (5, n)), whole=rng.normal(50, 20, n), goes_on=goes_on)
    choice = choose_rungs(told, reduction=reduction)
    assert choice == choose_rungs(told, reduction=reduction)
    assert len(choice.amounts) <= MOST_RUNGS
    assert all(one < other for one, other in pairwise(choice.amounts))
    assert choice.takes == 1.0 or (choice.amounts and choice.takes < 1 - LEAST_SAVED)
