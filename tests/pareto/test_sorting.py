import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from evonas.pareto.dominance import front
from evonas.pareto.sorting import best_first


@st.composite
def populations(draw):
    """Objectives and violations with few values, hence many ties, by much or by little."""
    n = draw(st.integers(1, 15))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    F = rng.integers(0, 5, (n, draw(st.integers(1, 3)))).astype(float)
    return F, rng.integers(-2, 3, n) / draw(st.sampled_from([1, 50]))


@given(populations())
def test_it_is_an_order_of_all_rows(population):
    F, violation = population
    assert sorted(best_first(F, violation)) == list(range(len(F)))


@given(populations())
def test_less_violation_comes_first_and_what_is_kept_by_far_counts_no_more(population):
    F, violation = population
    order = best_first(F, violation)
    assert (np.diff(np.maximum(violation[order], 0)) >= 0).all()
    assert (order == best_first(F, np.maximum(violation, 0))).all()


@given(populations())
def test_nobody_comes_after_whom_he_dominates(population):
    F, _ = population
    order = best_first(F, np.zeros(len(F)))
    for place, row in enumerate(order):
        later = F[order[place + 1 :]]
        assert not ((later <= F[row]).all(1) & (later < F[row]).any(1)).any()


@given(populations())
def test_the_front_comes_first(population):
    F, _ = population
    n_front = front(F).sum()
    assert front(F)[best_first(F, np.zeros(len(F)))[:n_front]].all()


def test_within_a_front_its_ends_and_its_gaps_come_first():
    # On the line from (0, 10) to (10, 0): the ends, then who has most room on both sides.
    F = np.array([[x, 10.0 - x] for x in (0.0, 1.0, 2.0, 6.0, 10.0)])
    order = best_first(F, np.zeros(5)).tolist()
    assert set(order[:2]) == {0, 4}
    assert order[2:] == [3, 2, 1]
