import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pymoo.indicators.hv import HV

from evonas.pareto.dominance import front
from evonas.surrogates.acquisition import (
    REFERENCE,
    choose_batch,
    expected_excess,
    expected_improvement,
)

share = st.floats(0.0, 1.0).map(lambda x: round(x, 3))


def gain(known, point):
    """Hypervolume that a point adds, by pymoo."""
    measure = HV(np.full(len(point), REFERENCE))
    inside = known[(known < REFERENCE).all(1)]
    before = measure(inside) if len(inside) else 0.0
    if not (point < REFERENCE).all():
        return 0.0
    return float(measure(np.vstack([inside, point])) - before)


@given(arrays(float, (6, 2), elements=share), arrays(float, (3, 2), elements=share))
def test_what_is_certain_improves_by_the_hypervolume_it_adds(known, candidates):
    std = np.zeros_like(candidates)
    expected = [gain(known, candidate) for candidate in candidates]
    assert expected_improvement(candidates, std, known) == pytest.approx(expected, abs=1e-9)


@settings(max_examples=30)
@given(arrays(float, (6, 3), elements=share), arrays(float, (3, 3), elements=share))
def test_likewise_with_three_objectives(known, candidates):
    std = np.zeros_like(candidates)
    expected = [gain(known, candidate) for candidate in candidates]
    assert expected_improvement(candidates, std, known) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("stds", [(0.2, 0.0), (0.0, 0.3), (0.2, 0.1), (0.1, 0.2, 0.0)])
def test_what_is_uncertain_improves_by_the_mean_over_its_outcomes(stds):
    rng = np.random.default_rng(0)
    known = rng.random((6, len(stds)))
    candidate, std = np.full((1, len(stds)), 0.4), np.array([stds])
    drawn = candidate + std * rng.standard_normal((4000, len(stds)))
    gains = [gain(known, point) for point in drawn]
    expected = float(expected_improvement(candidate, std, known)[0])
    assert expected == pytest.approx(np.mean(gains), abs=4 * np.std(gains) / np.sqrt(4000))


def test_with_four_objectives_the_improvement_is_estimated():
    rng = np.random.default_rng(1)
    known, candidates = rng.random((8, 4)), 0.6 * rng.random((20, 4))
    estimate = expected_improvement(candidates, np.zeros((20, 4)), known)
    exact = np.array([gain(known, candidate) for candidate in candidates])
    assert estimate == pytest.approx(exact, abs=0.05)
    assert np.corrcoef(estimate, exact)[0, 1] > 0.99


def test_with_one_objective_it_is_the_expected_improvement_of_jones():
    # Jones et al. 1998, eq. 15: (f - y) Phi(z) + s phi(z), here for f = 1, y = 0.8, s = 0.5.
    found = expected_improvement(np.array([[0.8]]), np.array([[0.5]]), np.array([[1.0]]))
    assert found == pytest.approx([0.2 * 0.655422 + 0.5 * 0.368270], abs=1e-5)


def test_nothing_measured_is_no_obstacle():
    found = expected_improvement(np.array([[0.5, 0.5]]), np.zeros((1, 2)), np.empty((0, 2)))
    assert found.shape == (1,)
    assert choose_batch(np.array([[0.5, 0.5]]), np.zeros((1, 2)), np.empty((0, 2)), n=3) == [0]


def test_the_expected_length_below_a_bound_tends_to_what_is_certain():
    bound, mean = np.array([1.0, 1.0]), np.array([0.25, 3.0])
    assert expected_excess(bound, mean, np.full(2, 1e-12)) == pytest.approx([0.75, 0.0])


def test_a_batch_is_spread_over_the_front():
    """Three twins at one place, and one other: the second choice is not a twin."""
    known = np.array([[0.0, 1.0], [1.0, 0.0]])
    mean = np.array([[0.2, 0.2], [0.2, 0.2], [0.2, 0.2], [0.05, 0.6]])
    chosen = choose_batch(mean, np.zeros((4, 2)), known, n=2)
    assert chosen[0] in (0, 1, 2)
    assert chosen[1] == 3


def test_a_batch_holds_no_row_twice_and_no_more_rows_than_there_are():
    rng = np.random.default_rng(0)
    mean, known = rng.random((5, 2)), rng.random((4, 2))
    assert sorted(choose_batch(mean, np.full((5, 2), 0.1), known, n=9)) == list(range(5))


def test_what_has_no_chance_comes_last():
    known = np.array([[1.0, 1.0]])
    mean = np.array([[0.0, 0.0], [0.5, 0.5]])
    chosen = choose_batch(mean, np.zeros((2, 2)), known, n=2, chance=np.array([0.0, 0.5]))
    assert chosen == [1, 0]


def test_where_nothing_is_expected_the_least_known_comes_first():
    known = np.array([[0.0, 0.0], [1.0, 1.0]])
    mean, std = np.array([[2.0, 2.0], [2.0, 2.0]]), np.array([[0.0, 0.0], [1e-3, 0.0]])
    assert choose_batch(mean, std, known, n=1) == [1]


def test_a_narrow_front_leaves_room_beyond_it():
    """Three cheap members do not make whatever costs more worthless."""
    known = np.array([[12.0, 1.0], [11.0, 1.1], [10.0, 1.2], [60.0, 9.0]])
    assert front(known).sum() == 3
    mean, std = np.array([[8.0, 5.0], [50.0, 1.0]]), np.array([[2.0, 0.0], [0.5, 0.0]])
    assert choose_batch(mean, std, known, n=1) == [0]
