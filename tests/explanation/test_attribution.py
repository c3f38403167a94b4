import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evonas.explanation.attribution import MOST_EXACT, attribute


def game(seed, n):
    """A random game: what every set of genes is worth."""
    worth = np.random.default_rng(seed).normal(size=2**n)
    return lambda members: worth[members @ 2 ** np.arange(n)]


@given(st.integers(0, 2**32 - 1), st.integers(1, 5))
def test_shares_are_the_mean_over_all_orders(seed, n):
    value = game(seed, n)
    shares = np.zeros(n)
    for order in itertools.permutations(range(n)):
        members = np.zeros((n + 1, n), dtype=bool)
        for place, gene in enumerate(order):
            members[place + 1 :, gene] = True
        shares[list(order)] += np.diff(value(members)) / math.factorial(n)
    found = attribute(value, n, seed=0)
    assert found.is_exact
    assert found.shares == pytest.approx(shares, abs=1e-12)


@given(st.integers(0, 2**32 - 1), st.integers(1, MOST_EXACT + 3))
def test_shares_add_up_to_the_whole_difference(seed, n):
    value = game(seed, n)
    none, every = value(np.array([[False] * n, [True] * n]))
    assert attribute(value, n, seed=seed).shares.sum() == pytest.approx(every - none)


@given(st.integers(0, 2**32 - 1), st.sampled_from([3, MOST_EXACT + 2]))
def test_a_gene_that_changes_nothing_has_no_share_and_equals_have_equal_ones(seed, n):
    a, b = np.random.default_rng(seed).normal(size=2)

    def value(members):  # the last gene has no say; of the first two it does not matter which
        return a * members[:, :2].sum(1) ** 2 + b * members[:, 2]

    shares = attribute(value, n, seed=seed).shares
    assert shares[2] == pytest.approx(b)
    assert shares[3:] == pytest.approx(0)
    if n <= MOST_EXACT:
        assert shares[0] == pytest.approx(shares[1])


def test_of_many_genes_orders_are_drawn_and_come_near():
    n = MOST_EXACT + 1
    weights = np.arange(n) - 3.0

    def value(members):
        return members @ weights + 0.5 * members[:, 0] * members[:, 1]

    found = attribute(value, n, seed=0)
    assert not found.is_exact
    assert found.shares == pytest.approx([*(weights[:2] + 0.25), *weights[2:]], abs=0.1)
    again = attribute(value, n, seed=0).shares
    assert (again == found.shares).all()


def test_what_cannot_be_told_is_not_told():
    def value(members):
        return np.where(members[:, 0] & ~members[:, 1], np.nan, 1.0)

    assert np.isnan(attribute(value, 3, seed=0).shares[:2]).all()
