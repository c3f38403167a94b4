import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evonas.hardware.robust_fit import robust_nonnegative

TRUTH = np.array([2.0, 0.0, 3.0])


def amounts(seed, n=40):
    return 10 ** np.random.default_rng(seed).uniform(-2, 2, (n, 3))


def test_coefficients_that_values_were_made_of_are_found():
    X = amounts(0)
    assert robust_nonnegative(X, X @ TRUTH) == pytest.approx(TRUTH, abs=1e-9)


@settings(max_examples=20)
@given(
    seed=st.integers(0, 999),
    wrong=st.lists(st.sampled_from([1e-4, 1e-2, 75.0, 1e4]), min_size=1, max_size=4),
)
def test_a_tenth_of_the_values_may_be_absurd_high_or_low(seed, wrong):
    X = amounts(seed)
    y = X @ TRUTH
    y[: len(wrong)] *= wrong
    assert robust_nonnegative(X, y) == pytest.approx(TRUTH, rel=1e-6, abs=1e-6)


@settings(max_examples=20)
@given(st.integers(0, 999))
def test_nothing_is_negative_whatever_the_values(seed):
    rng = np.random.default_rng(seed)
    found = robust_nonnegative(amounts(seed), 10 ** rng.uniform(-5, 5, 40))
    assert (found >= 0).all()
    assert np.isfinite(found).all()


@settings(max_examples=20)
@given(st.integers(0, 999), st.floats(1e-6, 1e6))
def test_units_do_not_matter(seed, factor):
    X = amounts(seed)
    y = X @ TRUTH * np.random.default_rng(seed).uniform(0.9, 1.1, len(X))
    one = robust_nonnegative(X, y)
    assert robust_nonnegative(X, factor * y) == pytest.approx(factor * one, rel=1e-5)
    assert robust_nonnegative(factor * X, y) == pytest.approx(one / factor, rel=1e-5)


def test_errors_count_by_what_is_predicted():
    """Of 9 and 11 the best guess is near 10; the values' own sizes do not pull it down."""
    X, y = np.ones((40, 1)), np.array([9.0, 11.0] * 20)
    assert robust_nonnegative(X, y) == pytest.approx([10.0], abs=0.03)


def test_amounts_of_nothing_have_no_coefficient():
    X = amounts(0)
    X[:, 1] = 0
    assert robust_nonnegative(X, X @ TRUTH)[1] == 0
