import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evonas.pareto.dominance import front
from evonas.pareto.hypervolume import hypervolume


@st.composite
def points(draw):
    """Whole numbers of tenths, so that many lie on the reference and beyond it."""
    shape = draw(st.integers(0, 8)), draw(st.integers(1, 3))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    return rng.integers(0, 13, shape) / 10


def by_counting(points):
    """The cells of the unit box, a tenth wide, that some point dominates."""
    corners = np.indices((10,) * points.shape[1]).reshape(points.shape[1], -1).T / 10
    covered = (points[:, None] <= corners + 1e-9).all(2).any(0)  # (n_points, n_cells)
    return covered.mean() if len(points) else 0.0


@given(points())
def test_it_is_the_share_of_the_box_that_some_point_dominates(points):
    assert hypervolume(points) == pytest.approx(by_counting(points))


@given(points(), points())
def test_another_point_never_takes_volume_away(one, other):
    more = np.vstack([one, other[:, : one.shape[1]]]) if other.shape[1] >= one.shape[1] else one
    assert hypervolume(more) >= hypervolume(one) - 1e-12


@given(points())
def test_the_front_alone_has_all_of_it(points):
    assert hypervolume(points[front(points)]) == pytest.approx(hypervolume(points))


@given(points(), st.floats(0.5, 4))
def test_points_and_reference_may_be_measured_in_another_unit(points, factor):
    expected = hypervolume(points) * factor ** points.shape[1]
    assert hypervolume(factor * points, reference=factor) == pytest.approx(expected, abs=1e-9)


def test_a_staircase_reckoned_by_hand():
    stairs = np.array([[0.2, 0.6], [0.5, 0.3], [0.7, 0.7], [1.5, 0.0]])
    assert hypervolume(stairs) == pytest.approx(0.8 * 0.4 + 0.5 * 0.3)
    assert hypervolume(stairs, reference=1.1) == pytest.approx(0.9 * 0.5 + 0.6 * 0.3)


def test_what_only_reaches_the_reference_counts_for_nothing():
    assert hypervolume(np.array([[1.0, 0.0], [0.0, 1.0]])) == 0.0
    assert hypervolume(np.empty((0, 2))) == 0.0
