"""Answers by budget and by confidence: a golden area, and laws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evonas.networks.exits import (
    NEVER,
    Exits,
    answered,
    anytime_area,
    exit_names,
    first_confident,
    geometric_shares,
    thresholds,
)

costs = st.lists(st.floats(1.0, 100.0), min_size=1, max_size=6).map(sorted)
shares_of_right = st.floats(0.0, 1.0)


@st.composite
def networks(draw):
    flops = draw(costs)
    accuracies = [draw(shares_of_right) for _ in flops]
    return flops, accuracies


def area(accuracies, flops, *, max_budget=50.0, chance=0.1):
    return anytime_area(accuracies, flops, max_budget=max_budget, chance=chance)


def test_the_area_of_the_step_function_by_hand():
    assert area([0.5, 0.7, 0.8], [10, 20, 40]) == pytest.approx(0.56)
    # 10 x 0.1 + 10 x 0.5 + 20 x 0.7 + 10 x 0.8 = 28, of 50


def test_what_costs_more_than_the_largest_budget_answers_none():
    assert area([0.9], [50]) == pytest.approx(0.1)
    assert area([0.5, 0.9], [25, 60]) == pytest.approx((0.1 + 0.5) / 2)


def test_a_budget_goes_to_the_last_exit_that_it_pays_even_if_an_earlier_one_costs_more():
    assert answered([30, 10], max_budget=40).tolist() == [0.25, 0.0, 0.75]


@given(networks(), st.floats(1.0, 200.0))
def test_every_budget_is_answered_by_one_exit_or_none(network, max_budget):
    shares = answered(network[0], max_budget=max_budget)
    assert shares.min() >= 0
    assert shares.sum() == pytest.approx(1)


@given(networks(), st.integers(0, 5), shares_of_right)
def test_a_more_accurate_exit_never_makes_the_area_smaller(network, place, more):
    flops, accuracies = network
    better = list(accuracies)
    better[place % len(flops)] = max(better[place % len(flops)], more)
    assert area(better, flops) >= area(accuracies, flops) - 1e-12


@given(networks(), st.floats(0.0, 1.0), st.integers(0, 5))
def test_an_exit_between_two_that_is_no_better_than_the_earlier_one_changes_nothing(
    network, part, place
):
    flops, accuracies = network
    i = place % len(flops)
    end = flops[i + 1] if i + 1 < len(flops) else flops[i] + 10
    split = flops[i] + part * (end - flops[i])
    more = [*flops[: i + 1], split, *flops[i + 1 :]]
    same = [*accuracies[: i + 1], accuracies[i], *accuracies[i + 1 :]]
    assert area(same, more) == pytest.approx(area(accuracies, flops), abs=1e-9)


@pytest.mark.parametrize("budget", [0.0, -1.0, np.inf])
def test_a_range_without_an_end_is_refused(budget):
    with pytest.raises(ValueError, match=r"the largest budget is .* FLOPs; expected one above"):
        answered([1.0], max_budget=budget)


@given(costs, st.floats(0.0, 120.0))
def test_shares_of_exits_are_geometric_and_cost_the_mean_budget(flops, budget):
    shares = geometric_shares(flops, mean_budget=budget)
    assert shares.sum() == pytest.approx(1)
    spent = shares @ np.array(flops)
    assert spent == pytest.approx(np.clip(budget, flops[0], flops[-1]), rel=1e-6)
    if flops[0] < budget < flops[-1] and shares.min() > 1e-9:
        ratios = shares[1:] / shares[:-1]
        assert ratios == pytest.approx(ratios[0])


def confidences(n: int, k: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).uniform(0.1, 1.0, (n, k))


@given(st.integers(1, 60), st.integers(1, 5), st.integers(0, 99))
def test_thresholds_let_as_many_leave_as_the_shares_say(n, k, seed):
    shares = np.random.default_rng(seed).dirichlet(np.ones(k))
    given_ = confidences(n, k, seed)
    levels = thresholds(given_, shares.tolist())
    leaves_at = first_confident(given_, levels)
    for place in range(k - 1):
        assert (leaves_at == place).sum() == np.floor(n * shares[place] + 1e-9)
    assert levels[-1] == 0


def test_the_most_confident_leave_first():
    given_ = np.array([[0.9, 0.9], [0.6, 0.9], [0.8, 0.9], [0.7, 0.9]])
    levels = thresholds(given_, [0.5, 0.5])
    assert levels == (0.8, 0.0)
    assert first_confident(given_, levels).tolist() == [0, 1, 0, 1]


def test_a_threshold_of_0_lets_all_leave_at_once_and_one_above_1_none():
    given_ = confidences(20, 3)
    assert set(first_confident(given_, [0, 0, 0])) == {0}
    assert set(first_confident(given_, [NEVER] * 3)) == {2}
    assert thresholds(given_, [0.0, 0.0, 1.0]) == (NEVER, NEVER, 0.0)
    assert thresholds(given_, [1.0, 0.0, 0.0]) == (0.0, NEVER, 0.0)


def test_exits_cost_something_alone_and_in_turn():
    assert Exits.single(3.0) == Exits((3.0,), (3.0,))
    assert exit_names("acc", 2) == ("acc_1", "acc_2")
    with pytest.raises(ValueError, match=r"cost \(\) alone .* expected as many of both"):
        Exits((), ())
    with pytest.raises(ValueError, match="expected as many of both, at least one"):
        Exits((1.0,), (1.0, 2.0))
