"""Nothing that happens to a candidate or to the process changes the end of a search."""

from itertools import cycle

import pytest
from faults.campaign import Outcome, trial
from matrix import slow_but

from evonas.algorithms.registry import ALGORITHMS

POP_SIZES = (10, 11, 12)  # first populations that together have every kind of fault


def assert_unbroken(outcome):
    assert not outcome.wrong, outcome
    assert outcome.lost == outcome.differing == outcome.spoilt == outcome.orphans == 0, outcome


@pytest.mark.parametrize("n_jobs", slow_but([2], [1, 2]))
def test_a_search_with_faults_that_is_killed_ends_as_if_it_had_not_been(tmp_path, n_jobs):
    outcome = trial(
        tmp_path, algorithm="nsga2", n_jobs=n_jobs, seed=0, evaluations=14, n_kills=1
    )
    assert_unbroken(outcome)
    assert outcome.faults.total() >= 5


@pytest.mark.slow
def test_many_faults_and_kills_across_algorithms_and_workers(tmp_path):
    total = Outcome()
    for i, (algorithm, n_jobs) in enumerate(zip(ALGORITHMS, cycle((1, 2)), strict=False)):
        folder = tmp_path / f"{algorithm}-{n_jobs}"
        folder.mkdir()
        total.add(
            trial(
                folder,
                algorithm=algorithm,
                n_jobs=n_jobs,
                seed=i,
                evaluations=30,
                n_kills=4,
                pop_size=POP_SIZES[i % len(POP_SIZES)],
            )
        )
    assert_unbroken(total)
    assert total.faults.total() >= 100
    assert set(total.faults) >= {"raised", "invalid", "diverged", "timeout", "died"}
    assert total.n_kills >= 25
