"""What a model learns from: measurements, rung by rung, and no more than it has time for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from evonas.fidelity import Fidelity
from evonas.objectives import Goals
from evonas.pareto.dominance import front
from evonas.plugins.goals import trained_metrics
from evonas.plugins.plain_pymoo import ForeignProblem
from evonas.problem import Problem
from evonas.record import Record
from evonas.space import Genome

N_LEARNT = 300  # samples at most, so that a fit takes no longer however long a search is
N_BEST = 200  # of them the nearest to the front; the others are drawn


def learnable(problem: Problem, goals: Goals) -> list[str]:
    """Names of the metrics that a model is needed for: all of the goals that take a training.

    Raises:
        ValueError: There is nothing to predict, or the problem does not say what.
    """
    if isinstance(problem, ForeignProblem):
        raise ValueError(
            "a plain pymoo problem does not say what of it is cheap, and so takes no "
            "surrogate and no screen; leave them out"
        )
    found = trained_metrics(problem, goals)
    if not found:
        raise ValueError(
            f"nothing of {', '.join(goals.metrics)} takes a training, so there is nothing "
            "for a surrogate or a screen to predict; leave them out"
        )
    return found


@dataclass(frozen=True)
class Sample:
    """A sample of the training set: what one measurement of an architecture showed.

    Attributes:
        genome: Canonical genome of the architecture.
        metrics: Value in natural units by metric name.
        rung: Place of the rung that it was measured at, from 0 for the lowest; that of the
            whole is the highest, and -1 in a search without rungs.
    """

    genome: Genome
    metrics: Mapping[str, float]
    rung: int


def samples_of(
    records: Sequence[Record], rungs: Sequence[Fidelity], learnt: Sequence[str]
) -> list[Sample]:
    """The samples that records hold of the learnt metrics, at every rung and as a whole.

    Args:
        records: What was measured; failures among it hold no sample.
        rungs: Fidelities that architectures are measured at, the whole last; empty for none.
        learnt: Names of the metrics that a sample must have.
    """
    found = []
    for record in records:
        for i, rung in enumerate(rungs[:-1]):
            metrics = record.at(rung.label)
            if metrics is not None and all(name in metrics for name in learnt):
                found.append(Sample(record.genome, metrics, i))
        if all(name in record.metrics for name in learnt):
            found.append(Sample(record.genome, record.metrics, len(rungs) - 1))
    return found


def subsample(samples: Sequence[Sample], goals: Goals, *, seed: int) -> list[Sample]:
    """The samples to learn from: all, or the nearest to the front and some of the others.

    Args:
        samples: Samples to choose from; at most ``N_LEARNT`` of them are taken, in their order.
        goals: Objectives whose front is meant.
        seed: Fixes which of those far from the front are drawn.
    """
    if len(samples) <= N_LEARNT:
        return list(samples)
    F = np.array([goals.scaled(sample.metrics) for sample in samples])
    order = from_the_front(F)
    rest = np.random.default_rng(seed).permutation(order[N_BEST:])
    chosen = sorted([*order[:N_BEST], *rest[: N_LEARNT - N_BEST].tolist()])
    return [samples[i] for i in chosen]


def from_the_front(F: np.ndarray, *, n: int | None = None) -> list[int]:
    """Rows from the front inward, front by front; all, or the first ``n``."""
    n = len(F) if n is None else n
    order: list[int] = []
    left = np.arange(len(F))
    while len(left) and len(order) < n:
        is_next = front(F[left])
        order += left[is_next].tolist()
        left = left[~is_next]
    return order[:n]
