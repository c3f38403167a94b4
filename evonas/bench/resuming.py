"""A contest that keeps what is done, so that it can be stopped and gone on with."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from evonas.bench.cases import Case
from evonas.bench.contest import (
    Outcome,
    Points,
    Score,
    Search,
    check_search,
    judge_of,
    play,
    points_of,
)
from evonas.bench.methods import Method
from evonas.bench.scores_file import ScoresFile, conditions_of, held_scores
from evonas.config import Config


def file_of(case: Case, folder: Path) -> Path:
    """Where the scores of a problem are kept.

    Args:
        case: The problem.
        folder: The folder of the contest.
    """
    return folder / f"{case.label}-{case.base.evaluations}evaluations.csv"


def searches_of(
    cases: Sequence[Case], methods: Sequence[Method], *, n_seeds: int
) -> list[Search]:
    """All searches of a contest: problem by problem, and seed by seed with every method.

    Args:
        cases: The problems.
        methods: The methods.
        n_seeds: How many searches a method makes on each problem, with the seeds from 0 on.
    """
    return [
        Search(case, method, seed)
        for case in cases
        for seed in range(n_seeds)
        for method in methods
    ]


def held(searches: Sequence[Search], folder: Path) -> list[Score]:
    """The scores of those searches that were made before.

    Args:
        searches: The searches of the contest.
        folder: The folder of the contest; nothing is written.

    Raises:
        ValueError: A file there holds something else, or searches under other conditions.
        OSError: A file cannot be read.
    """
    keys = {search.key for search in searches}
    found: list[Score] = []
    for case in {search.case.label: search.case for search in searches}.values():
        scores = held_scores(file_of(case, folder), conditions_of(case))
        found += [s for s in scores if (s.problem, s.method, s.seed) in keys]
    return found


def true_fronts(searches: Sequence[Search]) -> dict[Config, Points]:
    """The true front of every problem that is searched, by the config that searches share.

    Args:
        searches: The searches that are to be made. Each method is tried for whether it suits
            each problem, and each problem for whether it tells what measuring takes.

    Raises:
        ValueError: A true front cannot be known, or a search cannot work.
        OSError: A file is not there.
    """
    found: dict[Config, Points] = {}
    checked: set[tuple[str, str]] = set()
    for search in searches:
        shared = search.case.instance(search.seed)
        if shared not in found:
            judge = judge_of(shared)
            judge.costs(judge.space.sample(1, np.random.default_rng(0)), search.case.cost)
            found[shared] = points_of(judge)
        if search.key[:2] not in checked:
            check_search(search)
            checked.add(search.key[:2])
    return found


def carried_on(
    searches: Sequence[Search],
    folder: Path,
    *,
    true_fronts: Mapping[Config, Points],
    n_jobs: int = 1,
) -> Generator[Outcome, None, None]:
    """Make searches, and keep what comes of each as soon as it is done.

    Args:
        searches: The searches that are to be made.
        folder: The folder of the contest.
        true_fronts: The true front of every problem, by the config that its searches share.
        n_jobs: How many searches run at a time, each in a process of its own.

    Yields:
        What came of each search, once it is on the disk, in any order.

    Raises:
        BusyError: Another process is writing to a file of the contest.
    """
    cases = {search.case.label: search.case for search in searches}
    with ExitStack() as stack:
        files = {
            label: stack.enter_context(ScoresFile(file_of(case, folder), conditions_of(case)))
            for label, case in cases.items()
        }
        for outcome in play(searches, true_fronts=true_fronts, n_jobs=n_jobs):
            if outcome.scores:
                files[outcome.search.case.label].append(outcome.scores)
            yield outcome
