"""What a peer measures of a problem of ours."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from evonas.bench.peers.running import run_peer
from evonas.bench.peers.task import PeerTask, SpentError
from evonas.config import Config
from evonas.engine.plan import SearchPlan
from evonas.evaluation.evaluator import Evaluator
from evonas.objectives import Goals
from evonas.space import Genome


def measured_by(
    name: str,
    config: Config,
    *,
    python: Mapping[str, str | Path] | str | Path | None = None,
) -> list[Genome]:
    """The canonical genomes that a peer has measured, in order, none of them twice.

    Args:
        name: one of ``PEERS``.
        config: config of the search: problem, objectives, seed, and number of evaluations.
        python: as ``run_peer`` takes it.

    Raises:
        ValueError: The peer's package is not installed, or there is no such Python.
        ChildProcessError: The peer's process failed, or it asks for what is no architecture.
    """
    plan = SearchPlan.of(config)
    evaluator, budget = Evaluator(plan.order), config.evaluations or 0

    def measure(genome: Genome) -> list[float]:
        is_new = plan.problem.canonical(genome) not in evaluator.records
        if is_new and len(evaluator.records) >= budget:
            raise SpentError
        (record,) = evaluator([genome])
        return plan.goals.scaled(record.metrics)

    run_peer(name, peer_task(plan, evaluator, measure=measure), python=python)
    return list(evaluator.records)


def peer_task(
    plan: SearchPlan,
    evaluator: Evaluator,
    *,
    measure: Callable[[Genome], Sequence[float]],
) -> PeerTask:
    """What a peer is given of a plan: its space, its counted objectives, and their scale.

    Args:
        plan: the plan of the search.
        evaluator: counts what is counted.
        measure: measures a genome until the budget is spent.
    """
    goals, counted = plan.goals, set(evaluator.counted)
    own = tuple(objective for objective in goals.objectives if objective.name in counted)
    scale = Goals(own, reference=goals.reference if goals.is_scaled else {})

    def count(genomes: Sequence[Genome]) -> np.ndarray:
        rows = [scale.scaled(metrics) for metrics in evaluator.count(genomes)]
        return np.array(rows).reshape(len(genomes), len(own))

    return PeerTask(
        space=plan.problem.space,
        n_objectives=len(goals.objectives),
        is_counted=tuple(objective in own for objective in goals.objectives),
        count=count,
        measure=measure,
        seed=plan.config.seed,
        n_evaluations=plan.config.evaluations or 0,
        reference=(1.0,) * len(goals.objectives) if goals.is_scaled else None,
    )
