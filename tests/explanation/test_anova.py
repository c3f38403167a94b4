import math

import numpy as np
import pytest
from explanation.spaces import LEVELS, A, g_function, g_shares, ishigami
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from evonas.explanation.anova import Table, components, indices_of

VALUES = st.integers(-1000, 1000).map(float)
TABLES = arrays(float, array_shapes(min_dims=1, max_dims=4, max_side=4), elements=VALUES)


def whole(values):
    return indices_of([Table(tuple(range(values.ndim)), values)], sizes=values.shape)


def grid(sizes):
    return np.indices(sizes).reshape(len(sizes), -1).T


def conditional(values, kept):
    """Variance of the mean given some axes, by going through every genome."""
    means = {}
    for genome in np.ndindex(values.shape):
        means.setdefault(tuple(genome[i] for i in kept), []).append(values[genome])
    found = np.array([np.mean(group) for group in means.values()])
    return float(np.mean((found - found.mean()) ** 2))


@given(TABLES)
def test_the_variances_of_all_sets_add_up_to_that_of_the_table(values):
    parts = components(values, order=values.ndim)
    assert len(parts) == 2**values.ndim - 1
    assert sum(parts.values()) == pytest.approx(values.var(), rel=1e-12, abs=1e-9)


@given(TABLES)
def test_shares_are_those_of_enumeration_by_the_definition(values):
    found = whole(values)
    variance = values.var() or np.inf
    axes = range(values.ndim)
    for i in axes:
        alone = conditional(values, [i]) / variance
        rest = conditional(values, [j for j in axes if j != i]) / variance
        assert found.main[i] == pytest.approx(alone, abs=1e-12)
        assert found.total[i] == pytest.approx((1 - rest) * (variance < np.inf), abs=1e-12)
        assert found.means[i] == pytest.approx(
            [values.take(choice, i).mean() for choice in range(values.shape[i])]
        )
        for j in range(i + 1, values.ndim):
            pair = conditional(values, [i, j]) / variance
            expected = pair - found.main[i] - found.main[j]
            assert found.pairs[i, j] == pytest.approx(expected, abs=1e-12)


@given(TABLES, st.data())
def test_the_order_of_choices_does_not_matter(values, data):
    axis = data.draw(st.integers(0, values.ndim - 1))
    order = data.draw(st.permutations(range(values.shape[axis])))
    found, other = whole(values), whole(values.take(order, axis))
    assert other.main == pytest.approx(found.main, abs=1e-12)
    assert other.total == pytest.approx(found.total, abs=1e-12)
    assert other.means[axis] == pytest.approx(found.means[axis][order])


@given(TABLES, st.integers(2, 4))
def test_a_gene_that_is_not_read_has_no_share(values, size):
    found = whole(np.repeat(values[..., None], size, -1))
    assert found.total[-1] == found.main[-1] == 0
    assert not found.pairs[:, -1].any()
    assert found.means[-1] == pytest.approx([values.mean()] * size)


def test_a_product_has_the_shares_that_its_factors_tell():
    values = g_function(grid((LEVELS,) * len(A))).reshape((LEVELS,) * len(A))
    found = whole(values)
    for ours, known in zip((found.main, found.total, found.pairs), g_shares(), strict=True):
        assert ours == pytest.approx(known, abs=1e-12)


def test_ishigami_has_its_third_gene_only_together_with_the_first():
    sizes = (8, 8, 8, 2)
    found = whole(ishigami(grid(sizes)).reshape(sizes))
    assert found.main[2] == pytest.approx(0, abs=1e-12)
    assert found.total[2] == pytest.approx(found.pairs[0, 2], abs=1e-12)
    assert found.pairs[0, 2] > 0.1
    assert found.total[3] == 0
    assert found.main.sum() + found.pairs.sum() == pytest.approx(1, abs=1e-12)


def test_a_sum_of_tables_has_the_shares_of_its_sum():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(3, 2)), rng.normal(size=4)
    apart = indices_of([Table((2, 0), a), Table((1,), b)], sizes=(2, 4, 3))
    together = whole(a.T[:, None, :] + b[:, None])
    for word in ("mean", "variance", "main", "total", "pairs"):
        assert getattr(apart, word) == pytest.approx(getattr(together, word), abs=1e-12)
    for ours, known in zip(apart.means, together.means, strict=True):
        assert ours == pytest.approx(known)


def test_what_never_varies_has_no_shares_even_where_its_mean_is_rounded():
    found = whole(np.full((3, 3, 3), 0.1) * 1e9)
    assert found.variance == 0
    assert not found.main.any()
    assert not found.total.any()
    assert math.isclose(found.mean, 1e8)
