"""Methods against each other, on problems whose true front is known."""

from __future__ import annotations

import logging
from collections.abc import Generator, Mapping, Sequence
from concurrent.futures import BrokenExecutor
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from itertools import chain
from pathlib import Path
from types import MappingProxyType

from joblib import Parallel, delayed, parallel_config
from threadpoolctl import threadpool_limits

from evonas.bench.cases import Case
from evonas.bench.judge import NOTHING, Judge, Verdict
from evonas.bench.methods import Method
from evonas.bench.peers import PEERS, check_peer
from evonas.bench.trials import tried
from evonas.config import Config
from evonas.engine.plan import SearchPlan
from evonas.space import Genome

FIRST_JUDGED = 10  # evaluations: before these a search has hardly begun
Points = tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class Score:
    """Where a method stood in one search after some evaluations.

    Attributes:
        problem: Label of the problem.
        method: Label of the method.
        seed: Seed of the search.
        n_evaluations: How many distinct architectures it had begun to measure.
        cost: Cost of all measurements so far, in the unit of the metric that tells it.
        verdict: How much of the true front the architectures cover that were measured as a
            whole.
    """

    problem: str
    method: str
    seed: int
    n_evaluations: int
    cost: float
    verdict: Verdict


@dataclass(frozen=True)
class Search:
    """One search of a contest.

    Attributes:
        case: The problem.
        method: The method.
        seed: The seed.
    """

    case: Case
    method: Method
    seed: int

    @property
    def config(self) -> Config:
        """Its config.

        Raises:
            ValueError: The method's words do not go together, or with the contest's.
        """
        shared = replace(self.case.instance(self.seed), seed=self.seed)
        return self.method.config(shared)

    @property
    def key(self) -> tuple[str, str, int]:
        """Labels of problem and method, and the seed."""
        return self.case.label, self.method.label, self.seed


@dataclass(frozen=True)
class Outcome:
    """What came of one search.

    Attributes:
        search: The search.
        scores: How it stood at every one of ``checkpoints``; empty if it failed.
        error: What it failed for; empty if it did not.
    """

    search: Search
    scores: tuple[Score, ...] = ()
    error: str = ""


def read_method(
    text: str, *, pythons: Mapping[str, str | Path] = MappingProxyType({})
) -> Method:
    """The method that a text names.

    Args:
        text: What a user wrote, such as ``gp+moead:batch=4``.
        pythons: The Pythons that peers run in, by their names; by the empty name that of all
            others.

    Raises:
        ValueError: It is no method, or cannot run here for want of a package.
    """
    method = Method.of(text, peers=PEERS)
    if not method.is_peer:
        return method
    python = pythons.get(method.name, pythons.get(""))
    check_peer(method.name, python=python)
    return replace(method, python=str(python or ""))


def check_search(search: Search) -> None:
    """Refuse a search that cannot work, before any begins.

    Raises:
        ValueError: The method cannot search this problem, or counts in something else.
        OSError: A file is not there.
    """
    plan = SearchPlan.of(search.config)
    if search.method.has_fidelity and search.case.cost != plan.problem.effort:
        raise ValueError(
            f"a fidelity is counted by the problem's effort, not by {search.case.cost}"
        )
    if not search.method.is_peer:
        try:
            plan.check()
        finally:
            plan.executor.close()


def play(
    searches: Sequence[Search], *, true_fronts: Mapping[Config, Points], n_jobs: int = 1
) -> Generator[Outcome, None, None]:
    """Make searches, and judge how each got on.

    Args:
        searches: The searches; those of one problem together, so that no process opens one
            twice.
        true_fronts: The true front of every problem, by the config that its searches share.
        n_jobs: How many searches run at a time, each in a process of its own and on one core.

    Yields:
        What came of each search as soon as it is done, in any order.

    Raises:
        ChildProcessError: A process was ended from outside.
    """
    jobs = (
        delayed(outcome)(search, true_fronts[search.case.instance(search.seed)])
        for search in searches
    )
    if n_jobs == 1:
        with threadpool_limits(1):
            yield from (job(*given, **words) for job, given, words in jobs)
        return
    with parallel_config("loky", inner_max_num_threads=1):
        pool = Parallel(n_jobs=n_jobs, return_as="generator_unordered", batch_size=1)
        try:
            yield from pool(jobs)
        except BrokenExecutor as error:
            raise ChildProcessError(
                "a process of the contest was ended from outside, perhaps for want of memory; "
                "every search that was done is kept, and the same command goes on"
            ) from error


def outcome(search: Search, true_front: Points) -> Outcome:
    """What comes of one search, whatever goes wrong in it.

    Args:
        search: The search.
        true_front: Points of the true front, to be minimised.
    """
    logger = logging.getLogger("evonas")
    level = logger.level
    logger.setLevel(logging.ERROR)  # or each search would say the same of its problem
    try:
        return Outcome(search, tuple(judged(search, true_front)))
    except Exception as error:  # of a peer, say: the others go on
        said = " ".join(str(error).split())
        return Outcome(search, error=f"{type(error).__name__}: {said}")
    finally:
        logger.setLevel(level)


def judged(search: Search, true_front: Points | None = None) -> list[Score]:
    """One search, judged at every one of ``checkpoints``.

    Architectures count when they are begun; only those that were measured as a whole are
    judged, and until there is one the hypervolume is 0.

    Args:
        search: The search.
        true_front: Points of the true front, where they are known; else they are looked for.
    """
    case, method, seed = search.case, search.method, search.seed
    judge = judge_of(case.instance(seed), true_front)
    trials = tried(search.config, method, cost_of=partial(judge.costs, metric=case.cost))
    F = judge.values([trial.genome for trial in trials if trial.is_whole])
    scores, begun, spent, n_whole = [], set[Genome](), 0.0, 0
    places = set(checkpoints(len({trial.genome for trial in trials})))
    for trial, following in zip(trials, chain(trials[1:], [None]), strict=True):
        begun.add(trial.genome)
        spent += trial.cost
        n_whole += trial.is_whole
        is_last = following is None or following.genome not in begun
        if is_last and len(begun) in places:
            verdict = judge.verdict(F[:n_whole]) if n_whole else NOTHING
            scores.append(Score(case.label, method.label, seed, len(begun), spent, verdict))
    return scores


def checkpoints(n: int) -> list[int]:
    """Evaluations after which a search is judged: every fifth to 50, then farther apart."""
    places = {*range(FIRST_JUDGED, 51, 5), *range(60, 201, 10), *range(250, n + 1, 50), n}
    return sorted(place for place in places if place <= n)


@lru_cache(maxsize=8)  # a process goes through the problems one after the other
def judge_of(base: Config, true_front: Points | None = None) -> Judge:
    """The judge of a config's problem, which sees no noise.

    Args:
        base: Config of searches, which may see noise.
        true_front: Points of the true front, where they are known; else they are looked for.

    Raises:
        ValueError: The true front cannot be known, or nothing keeps the constraints.
    """
    plan = SearchPlan.of(base)
    if getattr(plan.problem, "option", {}).get("noisy"):  # which may be so by default
        others = [text for text in base.option if text.partition("=")[0].strip() != "noisy"]
        plan = SearchPlan.of(replace(base, option=(*others, "noisy=false")))
    return Judge(plan.order, plan.goals, true_front=true_front)


def points_of(judge: Judge) -> Points:
    """The true front, as other processes are told of it."""
    return tuple(map(tuple, judge.true_front.tolist()))
