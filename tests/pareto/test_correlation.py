import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import kendalltau, spearmanr

from evonas.pareto.correlation import N_FOR_INTERVAL, Agreement, kendall, spearman

points = st.lists(st.tuples(st.integers(-9, 9), st.integers(-9, 9)), min_size=2, max_size=40)


@given(points)
def test_it_is_that_of_scipy(points):
    a, b = np.array(points, dtype=float).T
    assume(np.ptp(a) > 0 and np.ptp(b) > 0)
    assert spearman(a, b) == pytest.approx(spearmanr(a, b).statistic)
    assert kendall(a, b) == pytest.approx(kendalltau(a, b).statistic)


def test_it_is_that_of_scipy_for_more_rows_than_pairs_fit_in_memory():
    rng = np.random.default_rng(0)
    a = rng.integers(0, 5000, 50_000).astype(float)
    b = a + rng.integers(0, 5000, 50_000)
    assert kendall(a, b) == pytest.approx(kendalltau(a, b).statistic, abs=1e-12)


@pytest.mark.parametrize("correlation", [spearman, kendall])
def test_only_the_order_counts(correlation):
    a = np.array([1.0, 5.0, 2.0, 9.0])
    assert correlation(a, np.exp(a)) == pytest.approx(1)
    assert correlation(a, -(a**3)) == pytest.approx(-1)


@pytest.mark.parametrize("correlation", [spearman, kendall])
@pytest.mark.parametrize("constant", [[], [1.0], [2.0, 2.0], [1.0, np.nan, 3.0]])
def test_what_is_constant_or_lacks_a_value_has_no_order(constant, correlation):
    other = np.arange(len(constant), dtype=float)
    assert math.isnan(correlation(np.array(constant), other))
    assert math.isnan(correlation(other, np.array(constant)))


@pytest.mark.parametrize(("n", "chance"), [(3, 1 / 6), (4, 1 / 24), (5, 1 / 120)])
def test_one_order_of_all_agrees_in_full(n, chance):
    a = np.arange(n, dtype=float)
    found = Agreement.of(a, a**3)
    assert found.n == n
    for each in (found.spearman, found.kendall):
        assert each.value == pytest.approx(1)
        assert each.chance == pytest.approx(chance)
        assert each.interval is None


def test_every_order_is_as_good_as_the_worst():
    a = np.arange(6, dtype=float)
    assert Agreement.of(a, -a).kendall.chance == 1


def test_of_many_rows_orders_are_drawn_and_the_own_one_counts():
    a = np.arange(20, dtype=float)
    found = Agreement.of(a, a)
    assert found.kendall.chance == pytest.approx(1 / 2001)
    assert found.kendall.interval == (1, 1)


def test_drawn_chances_are_those_of_scipy():
    rng = np.random.default_rng(0)
    a = rng.random(12)
    b = a + rng.normal(0, 0.5, 12)
    expected = kendalltau(a, b, alternative="greater", method="exact").pvalue
    assert Agreement.of(a, b).kendall.chance == pytest.approx(expected, abs=0.015)


@pytest.mark.parametrize("seed", range(3))
def test_an_interval_holds_the_value_and_its_seed_alone_fixes_it(seed):
    rng = np.random.default_rng(seed)
    a = rng.random(N_FOR_INTERVAL)
    b = a + rng.normal(0, 0.3, N_FOR_INTERVAL)
    found = Agreement.of(a, b, seed=seed)
    low, high = found.kendall.interval
    assert -1 <= low <= found.kendall.value <= high <= 1
    assert Agreement.of(a, b, seed=seed) == found


@pytest.mark.parametrize("column", [[], [1.0], [2.0, 2.0]])
def test_where_there_is_no_order_there_is_no_chance(column):
    found = Agreement.of(np.array(column), np.arange(len(column), dtype=float))
    assert math.isnan(found.spearman.value)
    assert math.isnan(found.kendall.chance)
