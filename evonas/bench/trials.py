"""What a method measures in one search, in order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from evonas.bench.methods import Method
from evonas.bench.other_optimisers import PEERS
from evonas.config import Config
from evonas.engine.plan import SearchPlan
from evonas.engine.search import search
from evonas.evaluation.evaluator import Evaluator
from evonas.record import Record
from evonas.space import Genome

MAX_ASKED = 10  # times the budget: what a peer may ask for what it knows, before it is ended

CostOf = Callable[[Sequence[Genome]], np.ndarray]


class SpentError(Exception):
    """A peer has had all that its budget pays for."""


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


def tried(config: Config, method: Method, *, cost_of: CostOf) -> list[Trial]:
    """What a method measures, in order.

    Args:
        config: Config of the search, as the method has it.
        method: The method.
        cost_of: What measuring each of some architectures takes, ``(n,)``. A method with a
            fidelity is not asked for it: of that, an evaluator counts the effort step by step.
    """
    if method.has_fidelity:
        return [Trial(r.genome, r.effort, is_whole=not r.fidelity) for r in _records(config)]
    genomes = (
        _of_peer(config, method) if method.is_peer else [r.genome for r in _records(config)]
    )
    costs = cost_of(genomes).tolist()
    return [Trial(genome, cost) for genome, cost in zip(genomes, costs, strict=True)]


def _records(config: Config) -> list[Record]:
    """What one of our own methods measures, step by step."""
    records: list[Record] = []
    search(config, on_record=records.append)
    return records


def _of_peer(config: Config, method: Method) -> list[Genome]:
    plan = SearchPlan.of(config)
    evaluator, budget = Evaluator(plan.order), config.evaluations or 0
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
        PEERS[method.name](plan.problem.space, oracle, len(plan.goals.objectives), config.seed)
    return list(evaluator.records)
