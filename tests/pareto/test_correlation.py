import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import kendalltau, spearmanr

from evonas.pareto.correlation import kendall, spearman

points = st.lists(st.tuples(st.integers(-9, 9), st.integers(-9, 9)), min_size=2, max_size=40)


@given(points)
def test_it_is_that_of_scipy(points):
    a, b = np.array(points, dtype=float).T
    assume(np.ptp(a) > 0 and np.ptp(b) > 0)
    assert spearman(a, b) == pytest.approx(spearmanr(a, b).statistic)
    assert kendall(a, b) == pytest.approx(kendalltau(a, b).statistic)


@pytest.mark.parametrize("correlation", [spearman, kendall])
def test_only_the_order_counts(correlation):
    a = np.array([1.0, 5.0, 2.0, 9.0])
    assert correlation(a, np.exp(a)) == pytest.approx(1)
    assert correlation(a, -(a**3)) == pytest.approx(-1)


@pytest.mark.parametrize("correlation", [spearman, kendall])
@pytest.mark.parametrize("constant", [[], [1.0], [2.0, 2.0]])
def test_a_constant_has_no_order(constant, correlation):
    other = np.arange(len(constant), dtype=float)
    assert math.isnan(correlation(np.array(constant), other))
    assert math.isnan(correlation(other, np.array(constant)))
