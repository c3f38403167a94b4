"""Methods against each other, on a problem whose true front is known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from joblib import Parallel, delayed

from evonas.algorithms import ALGORITHMS
from evonas.config import SURROGATES, Config
from evonas.engine import search
from evonas.evaluate import Evaluator
from evonas.judge import Judge, Verdict
from evonas.loading import nearest
from evonas.peers import PEERS, lacking
from evonas.plan import SearchPlan
from evonas.space import Genome

MAX_ASKED = 50  # times the budget: what a peer may ask for what it knows, before it is ended


@dataclass(frozen=True)
class Score:
    """Where a method stood in one search after some evaluations.

    Attributes:
        method: Its name.
        seed: Of the search.
        n_evaluations: Distinct architectures that it had measured.
        cost: Of these, summed.
        verdict: On all of them.
    """

    method: str
    seed: int
    n_evaluations: int
    cost: float
    verdict: Verdict


class SpentError(Exception):
    """A peer has had all that its budget pays for."""


def check_method(name: str) -> None:
    """Refuse what is no method, or cannot run here.

    Raises:
        ValueError: It is neither an algorithm, nor a surrogate, nor both with a plus, nor one
            of ``PEERS``; or a package is missing.
    """
    if name in PEERS:
        if package := lacking(name):
            raise ValueError(f"method {name} needs {package}: pip install {package}")
        return
    known = [*ALGORITHMS, *(kind for kind in SURROGATES if kind != "none")]
    for part in name.split("+"):
        if part not in known:
            raise ValueError(
                f"unknown method {name!r}{nearest(part, [*known, *PEERS])}; choose from "
                f"{', '.join([*known, *PEERS])}, or a surrogate and an algorithm, as gp+moead"
            )


def play(
    base: Config, methods: Sequence[str], seeds: Sequence[int], *, cost: str, n_jobs: int = 1
) -> Iterator[list[Score]]:
    """Run every method with every seed, and judge how it got on.

    Args:
        base: Problem, objectives and number of evaluations; noisy or not; ``n_jobs=0``.
        methods: See ``check_method``.
        seeds: Of the searches.
        cost: A metric of the problem that says what measuring an architecture takes.
        n_jobs: Searches at a time, each in a process of its own.

    Yields:
        The scores of one search, in any order of searches.
    """
    tasks = [(method, seed) for seed in seeds for method in methods]
    pool = Parallel(n_jobs=n_jobs, return_as="generator_unordered")
    yield from pool(delayed(judged)(base, method, seed, cost) for method, seed in tasks)


def judged(base: Config, method: str, seed: int, cost: str) -> list[Score]:
    """One search, judged at every one of ``checkpoints``."""
    genomes = asked_for(base, method, seed)
    judge = judge_of(replace(base, seed=0))
    spent = np.cumsum(judge.costs(genomes, cost))
    return [
        Score(method, seed, n, float(spent[n - 1]), judge(genomes[:n]))
        for n in checkpoints(len(genomes))
    ]


def checkpoints(n: int) -> list[int]:
    """Evaluations after which a search is judged: every fifth to 50, then farther apart."""
    places = {*range(5, 51, 5), 32, *range(60, 201, 10), *range(250, n + 1, 50), n}
    return sorted(place for place in places if place <= n)


@lru_cache(maxsize=1)
def judge_of(base: Config) -> Judge:
    """The judge of a config's problem, which sees no noise."""
    exact = tuple(text for text in base.option if not text.startswith("noisy"))
    plan = SearchPlan.of(replace(base, option=exact))
    return Judge(Evaluator(plan.order), plan.goals)


def asked_for(base: Config, method: str, seed: int) -> list[Genome]:
    """The distinct architectures that a method measures, in order."""
    if method in PEERS:
        return _of_peer(base, method, seed)
    parts = method.split("+")
    surrogate = next((part for part in parts if part in SURROGATES), "none")
    algorithm = next((part for part in parts if part in ALGORITHMS), base.algorithm)
    changed = replace(base, algorithm=algorithm, surrogate=surrogate, seed=seed, n_jobs=0)
    return [record.genome for record in search(changed).records]


def _of_peer(base: Config, method: str, seed: int) -> list[Genome]:
    plan = SearchPlan.of(replace(base, seed=seed))
    evaluator, budget = Evaluator(plan.order), base.evaluations or 0
    n_asked = 0

    def oracle(genome: Genome) -> list[float]:
        nonlocal n_asked
        n_asked += 1
        is_new = plan.problem.canonical(genome) not in evaluator.records
        if (is_new and len(evaluator.records) >= budget) or n_asked > MAX_ASKED * budget:
            raise SpentError
        (record,) = evaluator([genome])
        return plan.goals.scaled(record.metrics)

    with suppress(SpentError):
        PEERS[method](plan.problem.space, oracle, len(plan.goals.objectives), seed)
    return list(evaluator.records)
