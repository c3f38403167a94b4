import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evonas.explanation.membership import exclusive, margins
from evonas.pareto.dominance import front

POINTS = st.lists(st.tuples(*[st.integers(0, 9)] * 3), min_size=1, max_size=8, unique=True)
STAIRS = np.array([[0.1, 0.9], [0.3, 0.5], [0.8, 0.2]])


def test_on_two_objectives_the_margin_is_the_step_to_the_neighbour():
    found = margins(STAIRS)
    assert found.distance == pytest.approx(np.array([[0.2, np.inf], [0.5, 0.4], [np.inf, 0.3]]))
    assert found.rival.tolist() == [[1, -1], [2, 0], [-1, 1]]


@given(POINTS, st.integers(0, 2))
def test_worse_by_less_stays_and_worse_by_more_goes(points, k):
    F = np.array(points, dtype=float)
    F = F[front(F)]
    found = margins(F)
    for i, (distance, rival) in enumerate(
        zip(found.distance[:, k], found.rival[:, k], strict=True)
    ):
        for excess, stays in ((distance - 0.5, True), (distance + 0.5, False)):
            moved = F.copy()
            moved[i, k] += excess if np.isfinite(distance) else 1e6
            assert front(moved)[i] == (stays or rival < 0)
        if rival >= 0:
            moved[i, k] = F[i, k] + distance
            assert (F[rival] <= moved[i]).all()


def test_equal_members_have_no_margin_and_add_nothing_alone():
    twice = np.vstack([STAIRS, STAIRS[1]])
    found = margins(twice)
    assert found.distance[1].tolist() == found.distance[3].tolist() == [0, 0]
    assert found.rival[1].tolist() == [3, 3]
    assert exclusive(twice)[[1, 3]].tolist() == [0, 0]


def test_a_rectangle_is_what_a_member_adds():
    assert exclusive(STAIRS) == pytest.approx([0.2 * 0.1, 0.5 * 0.4, 0.2 * 0.3])
    assert exclusive(STAIRS[:1]) == pytest.approx([0.9 * 0.1])
    assert exclusive(np.array([[0.5, 1.2], [0.6, 0.6]]))[0] == 0  # beyond the reference


def test_the_only_member_could_be_as_bad_as_it_likes():
    found = margins(np.array([[1.0, 2.0]]))
    assert np.isinf(found.distance).all()
    assert (found.rival == -1).all()
