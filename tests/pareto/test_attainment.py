import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evonas.pareto.attainment import attainment_surface, n_attaining
from evonas.pareto.dominance import front

coordinate = st.integers(0, 6).map(float)
points = st.lists(st.tuples(coordinate, coordinate), max_size=8).map(
    lambda pairs: np.array(pairs, dtype=float).reshape(len(pairs), 2)
)
several = st.lists(points, min_size=1, max_size=5)
GRID = np.array([(x, y) for x in np.arange(-1, 8) for y in np.arange(-1, 8)], dtype=float)


def is_attained(points: np.ndarray) -> np.ndarray:
    """Which points of the grid are weakly dominated by one of these."""
    return (points[:, None] <= GRID).all(2).any(0)


@given(several)
def test_a_point_is_attained_by_at_least_k_runs_exactly_if_the_surface_dominates_it(runs):
    n_runs = np.sum([is_attained(run) for run in runs], axis=0)
    for k in range(1, len(runs) + 1):
        surface = attainment_surface(runs, n_attaining=k)
        assert (is_attained(surface) == (n_runs >= k)).all()


@given(several)
def test_a_surface_is_a_staircase_without_a_corner_too_many(runs):
    for k in range(1, len(runs) + 1):
        surface = attainment_surface(runs, n_attaining=k)
        assert (np.diff(surface[:, 0]) > 0).all()
        assert (np.diff(surface[:, 1]) < 0).all()


@given(several)
def test_surfaces_are_nested(runs):
    inner = [
        is_attained(attainment_surface(runs, n_attaining=k)) for k in range(1, len(runs) + 1)
    ]
    assert all((more <= fewer).all() for fewer, more in pairwise(inner))


@given(points, st.integers(1, 5))
def test_every_surface_of_equal_runs_is_their_front(run, n_runs):
    expected = np.unique(run[front(run)], axis=0)
    for k in range(1, n_runs + 1):
        assert attainment_surface([run] * n_runs, n_attaining=k).tolist() == expected.tolist()


@given(several)
def test_the_best_surface_is_the_front_of_all_runs_together(runs):
    together = np.concatenate(runs)
    expected = np.unique(together[front(together)], axis=0)
    assert attainment_surface(runs, n_attaining=1).tolist() == expected.tolist()


@given(several, st.randoms(use_true_random=False))
def test_the_order_of_runs_and_what_is_dominated_make_no_difference(runs, random):
    shuffled = [run[front(run)] for run in random.sample(runs, len(runs))]
    for k in range(1, len(runs) + 1):
        one, other = (attainment_surface(each, n_attaining=k) for each in (runs, shuffled))
        assert one.tolist() == other.tolist()


def test_the_surfaces_of_three_crossing_fronts_are_these():
    runs = [np.array(rows, float) for rows in ([(1, 5), (4, 1)], [(2, 3)], [(3, 2), (5, 0)])]
    surfaces = [attainment_surface(runs, n_attaining=k).tolist() for k in (1, 2, 3)]
    assert surfaces == [
        [[1, 5], [2, 3], [3, 2], [4, 1], [5, 0]],
        [[2, 5], [3, 3], [4, 2], [5, 1]],
        [[3, 5], [4, 3]],
    ]


@given(st.floats(0.01, 1), st.integers(1, 200))
def test_a_share_of_the_runs_is_the_least_number_that_is_no_less(share, n_runs):
    k = n_attaining(share, n_runs=n_runs)
    assert 1 <= k <= n_runs
    assert k / n_runs >= share - 1e-9
    assert k == 1 or (k - 1) / n_runs < share


def test_of_few_runs_the_quarters_are_these():
    shares = (0.25, 0.5, 0.75)
    found = {n: [n_attaining(q, n_runs=n) for q in shares] for n in (1, 2, 3, 4, 5, 11)}
    assert found == {
        **{1: [1, 1, 1], 2: [1, 1, 2], 3: [1, 2, 3]},
        **{4: [1, 2, 3], 5: [2, 3, 4], 11: [3, 6, 9]},
    }
    assert n_attaining(0.1 * 3, n_runs=10) == 3 != math.ceil(0.1 * 3 * 10)


@pytest.mark.parametrize(
    ("runs", "k", "message"),
    [
        ([], 1, "that 1 runs attain takes at least as many runs, and at least one; got 0"),
        ([np.zeros((1, 2))], 2, "that 2 runs attain takes at least as many runs.* got 1"),
        ([np.zeros((1, 2))], 0, "that 0 runs attain takes.* at least one; got 1"),
        ([np.zeros((1, 3))], 1, r"two objectives, \(n, 2\), got the shape \(1, 3\)"),
        ([np.zeros(2)], 1, r"two objectives, \(n, 2\), got the shape \(2,\)"),
    ],
)
def test_surfaces_that_there_are_not_are_refused(runs, k, message):
    with pytest.raises(ValueError, match=message):
        attainment_surface(runs, n_attaining=k)
