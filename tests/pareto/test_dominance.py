import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from evonas.pareto.dominance import front


def by_definition(F: np.ndarray) -> np.ndarray:
    """Row by row: is there another that is nowhere worse and somewhere better?"""
    return np.array(
        [not any((other <= row).all() and (other < row).any() for other in F) for row in F],
        dtype=bool,
    )


@st.composite
def matrices(draw):
    shape = draw(st.integers(0, 30)), draw(st.integers(1, 4))
    highest = draw(st.integers(0, 6))  # few values, hence many ties and duplicates
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    return rng.integers(0, highest + 1, shape).astype(float)


@given(matrices())
def test_the_front_is_that_of_the_definition(F):
    assert (front(F) == by_definition(F)).all()


@given(matrices())
def test_the_front_of_a_front_is_all_of_it(F):
    assert front(F[front(F)]).all()


@given(matrices(), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(F, random):
    order = random.sample(range(len(F)), len(F))
    assert (front(F[order]) == front(F)[order]).all()


@given(matrices())
def test_an_increasing_scale_does_not_matter(F):
    assert (front(F**3 - 1e6) == front(F)).all()


def test_the_front_of_nothing_is_nothing():
    assert front(np.empty((0, 2))).shape == (0,)
    assert front(np.empty((0, 2))).dtype == bool


def test_duplicates_of_a_front_row_are_all_kept():
    F = np.array([[1.0, 2.0], [2.0, 1.0], [1.0, 2.0], [2.0, 2.0]])
    assert front(F).tolist() == [True, True, True, False]


@given(matrices(), st.floats(0, 1), st.integers(0, 2**32))
def test_a_row_that_lacks_a_value_is_on_no_front_and_dominates_nothing(F, share, seed):
    F = np.where(np.random.default_rng(seed).random(F.shape) < share, np.nan, F)
    is_whole = ~np.isnan(F).any(1)
    assert not front(F)[~is_whole].any()
    assert (front(F)[is_whole] == by_definition(F[is_whole])).all()


def test_with_one_objective_all_its_minima_are_the_front():
    assert front(np.array([[3.0], [1.0], [2.0], [1.0]])).tolist() == [False, True, False, True]
