import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from evonas.pareto.bands import (
    ON_FRONT,
    STANDINGS,
    necessarily_on_front,
    possibly_on_front,
    robust_front,
    standings,
)
from evonas.pareto.dominance import front

GRID = st.integers(0, 6).map(float)  # few values, so that ties are common


@st.composite
def banded(draw):
    """Low, central and high values of the same rows."""
    shape = (draw(st.integers(1, 8)), draw(st.integers(1, 3)))
    values = np.sort([draw(arrays(float, shape, elements=GRID)) for _ in range(3)], axis=0)
    return tuple(values)


@given(banded())
def test_each_word_of_a_front_implies_the_weaker_ones(ends):
    low, central, high = ends
    necessary = necessarily_on_front(low, high)
    robust = robust_front(low, central, high)
    possible = possibly_on_front(low, high)
    assert (necessary <= robust).all()
    assert (robust <= front(central)).all()
    assert (front(central) <= possible).all()
    words = standings(low, central, high)
    assert [word in ON_FRONT for word in words] == front(central).tolist()
    claims = (necessary, robust, front(central), possible, np.ones(len(low), bool))
    for i, word in enumerate(words):
        assert [claim[i] for claim in claims].index(True) == STANDINGS.index(word)


@given(banded(), st.data())
def test_no_point_within_the_bands_takes_a_necessary_member_off_the_front(ends, data):
    low, _, high = ends
    share = data.draw(arrays(float, low.shape, elements=st.sampled_from([0.0, 0.3, 0.5, 1.0])))
    on_front = front(np.where(share == 1, high, low + share * (high - low)))
    assert (necessarily_on_front(low, high) <= on_front).all()
    assert (on_front <= possibly_on_front(low, high)).all()


@given(banded())
def test_who_is_not_necessary_is_dominated_at_some_point_within_the_bands(ends):
    low, _, high = ends
    for i in np.flatnonzero(~necessarily_on_front(low, high)):
        others = low.copy()
        others[i] = high[i]
        assert not front(others)[i]


@given(banded())
def test_bands_without_width_leave_the_front_as_it_is(ends):
    point = ends[1]
    for found in (necessarily_on_front, possibly_on_front, robust_front):
        assert found(point, point).tolist() == front(point).tolist()
    words = standings(point, point, point)
    assert {*words} <= {"necessary", "off"}


@given(banded(), st.randoms())
def test_the_order_of_rows_and_of_ends_changes_nothing(ends, random):
    order = list(range(len(ends[0])))
    random.shuffle(order)
    expected = standings(*ends)
    assert standings(*(F[order] for F in ends)) == [expected[i] for i in order]
    assert standings(*reversed(ends)) == expected


def test_a_row_that_is_faster_at_one_end_alone_is_not_robust():
    low = np.array([[1.0, 1.0], [1.0, 2.0], [2.0, 0.5], [0.0, 8.0]])
    high = np.array([[1.0, 4.0], [1.0, 3.0], [2.0, 1.5], [0.0, 9.0]])
    central = (low + high) / 2
    central[1, 1] = 2.8
    assert standings(low, central, high) == ["central", "possible", "robust", "necessary"]


def test_a_row_that_is_only_equal_dominates_nobody_for_sure():
    low, high = np.array([[1.0], [2.0]]), np.array([[2.0], [2.0]])
    assert possibly_on_front(low, high).tolist() == [True, True]
    assert necessarily_on_front(low, high).tolist() == [True, False]


def test_no_rows_have_no_standings():
    none = np.zeros((0, 2))
    assert standings(none, none, none) == []
