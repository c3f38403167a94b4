"""Methods against each other, on a problem whose true front is known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from joblib import Parallel, delayed

from evonas.algorithms.registry import ALGORITHMS
from evonas.bench.judge import Judge, Verdict
from evonas.bench.peers import PEERS, check_peer, measured_by
from evonas.config import SURROGATES, Config
from evonas.engine.plan import SearchPlan
from evonas.engine.search import search
from evonas.evaluation.evaluator import Evaluator
from evonas.fidelity import FIDELITIES
from evonas.plugins.loading import nearest
from evonas.record import Record
from evonas.space import Genome

SCREEN = "screen"
MODELS = tuple(kind for kind in SURROGATES if kind != "none")
PARTS = (*ALGORITHMS, *MODELS, *FIDELITIES, SCREEN)


@dataclass(frozen=True)
class Score:
    """Where a method stood in one search after some evaluations.

    Attributes:
        method: Name of the method.
        seed: Seed of the search.
        n_evaluations: How many distinct architectures it had begun to measure.
        cost: Cost of all measurements so far, in the unit of the metric that tells it.
        verdict: How much of the true front the architectures cover that were measured as a
            whole.
    """

    method: str
    seed: int
    n_evaluations: int
    cost: float
    verdict: Verdict


@dataclass(frozen=True)
class Trial:
    """One measurement of a search.

    Attributes:
        genome: Canonical genome of the architecture.
        cost: Cost of this measurement, in the unit of the metric that tells it.
        is_whole: Whether it was the whole measurement, and not that of a lower rung.
    """

    genome: Genome
    cost: float
    is_whole: bool = True


def check_method(name: str) -> None:
    """Refuse what is no method, or cannot run here.

    Raises:
        ValueError: The name is neither one of ``PEERS``, nor an algorithm, a surrogate, a
            fidelity or ``screen``, or several of these with a plus; or a package is missing.
    """
    if name in PEERS:
        check_peer(name)
        return
    for part in name.split("+"):
        if part not in PARTS:
            raise ValueError(
                f"unknown method {name!r}{nearest(part, [*PARTS, *PEERS])}; choose from "
                f"{', '.join([*PARTS, *PEERS])}, or several of ours with a plus, as gp+moead"
            )


def has_fidelity(name: str) -> bool:
    """Whether a method measures in several steps."""
    return not set(FIDELITIES).isdisjoint(name.split("+"))


def play(
    base: Config, methods: Sequence[str], seeds: Sequence[int], *, cost: str, n_jobs: int = 1
) -> Iterator[list[Score]]:
    """Run every method with every seed, and judge how it got on.

    Args:
        base: Config that all searches share: problem, noisy or not, objectives and number of
            evaluations, with ``n_jobs=0``.
        methods: Names of the methods, as ``check_method`` allows them.
        seeds: Seeds of the searches, one search for each with every method.
        cost: A metric of the problem that says what measuring an architecture takes; its
            ``effort`` where a method has a fidelity.
        n_jobs: How many searches run at a time, each in a process of its own.

    Yields:
        The scores of one search, in any order of searches.
    """
    tasks = [(method, seed) for seed in seeds for method in methods]
    pool = Parallel(n_jobs=n_jobs, return_as="generator_unordered")
    yield from pool(delayed(judged)(base, method, seed, cost) for method, seed in tasks)


def judged(base: Config, method: str, seed: int, cost: str) -> list[Score]:
    """One search, judged at every one of ``checkpoints``.

    Architectures count when they are begun; only those that were measured as a whole are
    judged, and until there is one the hypervolume is 0.

    Args:
        base: Config that all searches share.
        method: Name of the method.
        seed: Seed of the search.
        cost: A metric of the problem that says what measuring an architecture takes.
    """
    judge = judge_of(replace(base, seed=0))
    scores, begun, spent = [], dict[Genome, None](), 0.0
    whole: list[Genome] = []
    trials = tried(base, method, seed, cost)
    places = set(checkpoints(len({trial.genome for trial in trials})))
    for trial, following in zip(trials, [*trials[1:], None], strict=True):
        begun[trial.genome] = None
        spent += trial.cost
        if trial.is_whole:
            whole.append(trial.genome)
        is_last = following is None or following.genome not in begun
        if is_last and len(begun) in places:
            verdict = judge(whole) if whole else Verdict(0.0, np.inf, 0.0)
            scores.append(Score(method, seed, len(begun), spent, verdict))
    return scores


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


def tried(base: Config, method: str, seed: int, cost: str) -> list[Trial]:
    """What a method measures, in order.

    Args:
        base: Config that all searches share.
        method: Name of the method.
        seed: Seed of the search.
        cost: A metric of the problem that says what measuring an architecture takes.
    """
    if method in PEERS:
        genomes = measured_by(method, replace(base, seed=seed))
    else:
        records = _records(base, method, seed)
        if has_fidelity(method):  # which an evaluator counts step by step
            return [Trial(r.genome, r.effort, is_whole=not r.fidelity) for r in records]
        genomes = [record.genome for record in records]
    costs = judge_of(replace(base, seed=0)).costs(genomes, cost).tolist()
    return [Trial(genome, value) for genome, value in zip(genomes, costs, strict=True)]


def _records(base: Config, method: str, seed: int) -> list[Record]:
    """What one of our own methods measures, step by step."""
    parts = method.split("+")
    config = replace(
        base,
        algorithm=next((part for part in parts if part in ALGORITHMS), base.algorithm),
        surrogate=next((part for part in parts if part in MODELS), "none"),
        fidelity=next((part for part in parts if part in FIDELITIES), None),
        screen="gp" if SCREEN in parts else "none",
        seed=seed,
        n_jobs=0,
    )
    records: list[Record] = []
    search(config, on_record=records.append)
    return records
