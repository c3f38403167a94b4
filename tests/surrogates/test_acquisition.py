import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pymoo.indicators.hv import HV

from evonas.pareto.dominance import front
from evonas.surrogates.acquisition import (
    N_COORDINATES,
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
def test_of_three_objectives_what_is_certain_improves_by_it_too(known, candidates):
    std = np.zeros_like(candidates)
    expected = [gain(known, candidate) for candidate in candidates]
    assert expected_improvement(candidates, std, known) == pytest.approx(expected, abs=1e-9)


def round_front(n, m):
    """Members of a front that bulges, all of them good for something."""
    rng = np.random.default_rng(n)
    directions = np.abs(rng.standard_normal((n, m)))
    F = 1 - directions / np.linalg.norm(directions, axis=1, keepdims=True)
    F = (F - F.min(0)) / np.ptp(F, axis=0)
    assert front(F).all()
    return F


@pytest.mark.parametrize(("n", "m"), [(20, 2), (120, 2), (N_COORDINATES - 1, 3)])
def test_it_is_exact_as_long_as_the_cells_are_those_of_the_front(n, m):
    known, rng = round_front(n, m), np.random.default_rng(0)
    candidates = 1.2 * rng.random((20, m)) - 0.1
    expected = [gain(known, candidate) for candidate in candidates]
    found = expected_improvement(candidates, np.zeros((20, m)), known)
    assert found == pytest.approx(expected, abs=1e-9)


def simulated(mean, std, known):
    """The volume by random points that a random outcome covers and nothing known does.

    Returns:
        The estimate and its standard error.
    """
    rng, shape = np.random.default_rng(0), (300_000, len(mean))
    low = np.minimum(known.min(0), mean - 6 * std)
    places = low + (REFERENCE - low) * rng.random(shape)
    outcomes = mean + std * rng.standard_normal(shape)
    reached = places[(outcomes <= places).all(1)]
    is_new = ~(known[None] <= reached[:, None]).all(2).any(1)
    share, volume = is_new.sum() / len(places), (REFERENCE - low).prod()
    return volume * share, volume * np.sqrt(share * (1 - share) / len(places))


@pytest.mark.parametrize("stds", [(0.2, 0.1), (0.0, 0.2), (0.1, 0.0), (0.05, 0.3)])
@pytest.mark.parametrize("n", [6, 40])
def test_expected_improvement_of_two_objectives_is_what_a_simulation_finds(n, stds):
    known, mean, std = round_front(n, 2), np.array([0.15, 0.25]), np.array(stds)
    found = expected_improvement(mean[None], std[None], known)[0]
    expected, error = simulated(mean, std, known)
    assert found == pytest.approx(expected, abs=4 * error)


@pytest.mark.parametrize(
    "stds", [(0.2, 0.1, 0.05), (0.0, 0.2, 0.1), (0.1, 0.0, 0.0), (0.1, 0.2, 0.05, 0.1),
             (0.0, 0.0, 0.1, 0.2)],
)  # fmt: skip
@pytest.mark.parametrize("n", [6, 40, 100])
def test_of_more_objectives_it_is_so_within_a_few_per_cent(n, stds):
    known, std = round_front(n, len(stds)), np.array(stds)
    mean = np.array([0.3, 0.2, 0.35, 0.25][: len(stds)])
    found = expected_improvement(mean[None], std[None], known)[0]
    expected, error = simulated(mean, std, known)
    assert found == pytest.approx(expected, abs=4 * error + 0.05 * expected)


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


def test_of_four_objectives_what_is_better_than_all_that_is_known_counts_as_a_whole():
    known = np.random.default_rng(1).random((8, 4))
    candidates = np.array([[-0.5] * 4, [-0.5, 0.2, -0.3, 0.1]])
    estimate = expected_improvement(candidates, np.full((2, 4), 1e-6), known)
    exact = [gain(known, candidate) for candidate in candidates]
    assert estimate == pytest.approx(exact, rel=0.05)


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


seeds = st.integers(0, 2**32 - 1)


@settings(max_examples=25)
@given(seeds, st.integers(2, 3))
def test_a_batch_adds_the_largest_hypervolume_one_by_one(seed, m):
    """On the scale of what is known, whatever the units, and as if each came out so."""
    rng = np.random.default_rng(seed)
    shares, candidates = rng.random((8, m)), 1.2 * rng.random((12, m)) - 0.2
    low, span = shares.min(0), np.ptp(shares, axis=0)
    known, mean = (shares - low) / span, (candidates - low) / span
    unit, least = 10.0 ** rng.integers(-6, 7, m), rng.normal(size=m)
    chosen = choose_batch(
        unit * (candidates + least), np.zeros((12, m)), unit * (shares + least), n=5
    )
    for i, row in enumerate(chosen):
        left = [gain(known, mean[j]) for j in range(12) if j not in chosen[:i]]
        assert gain(known, mean[row]) == pytest.approx(max(left), abs=1e-6)
        known = np.vstack([known, mean[row]])


@settings(max_examples=25)
@given(seeds)
def test_the_chance_of_being_measured_multiplies_what_is_expected(seed):
    rng = np.random.default_rng(seed)
    known = np.vstack([np.eye(2), rng.random((4, 2))])  # the scale is that of the eye
    mean, std, chance = rng.random((9, 2)), 0.3 * rng.random((9, 2)), rng.random(9)
    known = np.clip(known, 0, 1)
    (first,) = choose_batch(mean, std, known, n=1, chance=chance)
    worth = expected_improvement(mean, std, known) * chance
    assert worth[first] == pytest.approx(worth.max(), rel=1e-9)


def test_where_one_point_is_known_its_own_size_is_the_scale():
    known = np.array([[10.0, 2.0]])  # the reference is at (21, 4.2)
    mean = np.array([[5.0, 4.1], [9.0, 3.0], [11.0, 1.9]])
    # By hand in shares of (10, 2): 0.5 x 0.05, 0.1 x 0.6 and 1.0 x 0.05.
    assert choose_batch(mean, np.zeros((3, 2)), known, n=3) == [1, 2, 0]


def test_where_nothing_is_known_the_candidates_are_the_scale():
    mean = np.array([[0.0, 1000.0], [1.0, 0.0], [0.1, 600.0]])
    # By hand in shares of (1, 1000): 1.1 x 0.1, 0.1 x 1.1 and 1.0 x 0.5.
    assert choose_batch(mean, np.zeros((3, 2)), np.empty((0, 2)), n=1) == [2]


def test_a_large_batch_is_as_large_as_it_should_be():
    rng = np.random.default_rng(0)
    chosen = choose_batch(
        rng.random((300, 2)), np.full((300, 2), 0.01), rng.random((4, 2)), n=230
    )
    assert len(set(chosen)) == 230


def test_a_narrow_front_leaves_room_beyond_it():
    """Three cheap members do not make whatever costs more worthless."""
    known = np.array([[12.0, 1.0], [11.0, 1.1], [10.0, 1.2], [60.0, 9.0]])
    assert front(known).sum() == 3
    mean, std = np.array([[8.0, 5.0], [50.0, 1.0]]), np.array([[2.0, 0.0], [0.5, 0.0]])
    assert choose_batch(mean, std, known, n=1) == [0]
