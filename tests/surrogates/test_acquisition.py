import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pymoo.indicators.hv import HV

from evonas.pareto.dominance import front
from evonas.surrogates.acquisition import (
    N_COORDINATES,
    REFERENCE,
    expected_excess,
    expected_improvement,
    promise,
)
from evonas.surrogates.forecast import Forecast

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
    assert found == pytest.approx([0.6 * 0.6])  # up to the reference


def test_the_expected_length_below_a_bound_tends_to_what_is_certain():
    bound, mean = np.array([1.0, 1.0]), np.array([0.25, 3.0])
    assert expected_excess(bound, mean, np.full(2, 1e-12)) == pytest.approx([0.75, 0.0])


def expected_of(mean, std=None, *, chance=None):
    """A forecast; certain, if nothing else is said."""
    mean = np.asarray(mean, dtype=float)
    std = np.zeros_like(mean) if std is None else np.asarray(std, dtype=float)
    chance = np.ones(len(mean)) if chance is None else np.asarray(chance, dtype=float)
    return Forecast(mean, std, np.zeros((len(mean), 0)), chance)


seeds = st.integers(0, 2**32 - 1)


@settings(max_examples=40)
@given(seeds, st.integers(2, 3))
def test_the_promise_of_what_is_certain_is_what_it_adds_on_scales_of_two_widths(seed, m):
    """Of the front that is reached, and of all that there is; whatever the units."""
    rng = np.random.default_rng(seed)
    known, mean = rng.random((8, m)), 1.2 * rng.random((9, m)) - 0.2
    everything = np.vstack([known, mean])
    reached = everything[front(everything)]
    assume(len(reached) > 1)
    ideal, expected = reached.min(0), 0.0
    for side in (np.ptp(reached, axis=0), np.ptp(everything, axis=0)):
        expected += np.array(
            [gain((known - ideal) / side, (row - ideal) / side) for row in mean]
        )
    unit, least = 10.0 ** rng.integers(-6, 7, m), rng.normal(size=m)
    found = promise(expected_of(unit * (mean + least)), unit * (known + least))
    assert found == pytest.approx(expected, abs=1e-6)


@settings(max_examples=30)
@given(seeds)
def test_a_narrow_scale_ends_where_the_front_may_end(seed):
    """Two standard deviations better than predicted; the wide one is of what is certain."""
    rng = np.random.default_rng(seed)
    known, mean = rng.random((6, 2)), rng.random((5, 2))
    std = np.stack([0.3 * rng.random(5), np.zeros(5)], axis=1)
    everything = np.vstack([known, mean - 2 * std])
    reached = everything[front(everything)]
    assume(len(reached) > 1)
    ideal, span = reached.min(0), np.ptp(reached, axis=0)
    wide = np.array([span[0], np.ptp(everything[:, 1])])  # the first is not certain
    expected = sum(
        expected_improvement((mean - ideal) / side, std / side, (known - ideal) / side)
        for side in (span, wide)
    )
    assert promise(expected_of(mean, std), known) == pytest.approx(expected, rel=1e-9)


@settings(max_examples=40)
@given(arrays(float, (5, 2), elements=share), arrays(float, (4, 2), elements=share))
def test_what_is_dominated_for_sure_promises_nothing_and_what_is_not_something(known, mean):
    everything = np.vstack([known, mean])
    found = promise(expected_of(mean), known)
    assert (found >= 0).all()
    for row, value in zip(mean, found, strict=True):
        if (known <= row).all(1).any():
            assert value == pytest.approx(0.0, abs=1e-9)
        elif front(everything)[len(known) :][(mean == row).all(1)].any():
            assert value > 1e-7


def test_what_is_dominated_but_uncertain_promises_something():
    known, mean = np.array([[0.0, 1.0], [0.5, 0.5], [1.0, 0.0]]), np.array([[0.6, 0.6]])
    assert promise(expected_of(mean), known) == pytest.approx([0.0], abs=1e-9)
    little, much = (promise(expected_of(mean, [[std, 0]]), known)[0] for std in (0.05, 0.3))
    assert 0 < little < much


@settings(max_examples=25)
@given(seeds)
def test_the_chance_of_being_measured_multiplies_what_is_expected(seed):
    rng = np.random.default_rng(seed)
    known, mean, std = rng.random((4, 2)), rng.random((9, 2)), 0.3 * rng.random((9, 2))
    chance = rng.uniform(0.01, 1.0, 9)
    found = promise(expected_of(mean, std, chance=chance), known)
    assert found == pytest.approx(promise(expected_of(mean, std), known) * chance)


def test_what_has_no_chance_promises_nothing_and_is_no_part_of_the_scale():
    known = np.array([[0.0, 1.0], [1.0, 0.0]])
    mean, chance = np.array([[0.2, 0.3], [-1e30, 1e30]]), [1.0, 0.0]
    found = promise(expected_of(mean, chance=chance), known)
    assert found[1] == 0
    assert found[0] == pytest.approx(promise(expected_of(mean[:1]), known)[0])


def test_where_nothing_has_a_chance_nothing_is_promised():
    found = promise(expected_of([[0.2, 0.3], [0.1, 0.4]], chance=[0.0, 0.0]), np.eye(2))
    assert found.tolist() == [0.0, 0.0]


def test_where_one_point_is_reached_its_own_size_is_the_narrow_scale():
    known, mean = np.array([[20.0, 4.0]]), np.array([[10.0, 2.0]])
    # By hand: its own size is (10, 2), and so is all that there is. On either scale it is at
    # (0, 0), and the known at (1, 1), which covers a corner of 0.1 x 0.1.
    assert promise(expected_of(mean), known) == pytest.approx([2 * (1.21 - 0.01)])


def test_where_nothing_is_known_the_candidates_are_the_scale():
    mean = np.array([[0.0, 1000.0], [1.0, 0.0], [0.1, 600.0]])
    found = promise(expected_of(mean), np.empty((0, 2)))
    # By hand in shares of (1, 1000), on either scale: 1.1 x 0.1, 0.1 x 1.1 and 1.0 x 0.5.
    assert found == pytest.approx([0.22, 0.22, 1.0])


def test_what_is_dearer_than_the_best_so_far_promises_something_on_the_wide_scale():
    """Three cheap members do not make whatever costs more worthless."""
    known = np.array([[12.0, 1.0], [11.0, 1.1], [10.0, 1.2], [60.0, 9.0]])
    assert front(known).sum() == 3
    mean, std = np.array([[8.0, 5.0], [50.0, 1.0]]), np.array([[2.0, 0.0], [0.5, 0.0]])
    dear, bad = promise(expected_of(mean, std), known)
    assert dear > 10 * bad
