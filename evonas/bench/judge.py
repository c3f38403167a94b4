"""How much of a known true front a set of architectures covers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evonas.evaluation.evaluator import Evaluator
from evonas.objectives import Goals
from evonas.pareto.dominance import front
from evonas.pareto.hypervolume import hypervolume
from evonas.plugins.asking import ask
from evonas.problem import Problem
from evonas.space import Genome

REFERENCE = 1.1  # where ideal and nadir of the true front are 0 and 1
MAX_ENUMERATED = 200_000  # genomes; a larger space must know its front itself


@dataclass(frozen=True)
class Verdict:
    """How much of the true front some architectures cover.

    Attributes:
        hypervolume: Hypervolume as a share of the true front's, [0, 1], up to 1.1 of its nadir.
        igd_plus: Mean distance from the points of the true front to the point that covers them
            best, where only what is worse counts (Ishibuchi et al. 2015); 0 if all are reached.
        recall: Share of the true front's points that are reached, [0, 1].
    """

    hypervolume: float
    igd_plus: float
    recall: float


class Judge:
    """Judges architectures by what is true of them, however noisy a search has seen them.

    Args:
        evaluator: Measures the same problem without noise.
        goals: Two objectives or more, and constraints, that the true front is of.

    Attributes:
        true_front: Distinct points of the true front, ``(n, n_objectives)``, to be minimised.

    Raises:
        ValueError: The true front cannot be known, or nothing keeps the constraints.
    """

    def __init__(self, evaluator: Evaluator, goals: Goals) -> None:
        self._evaluator = evaluator
        self._goals = goals
        F = self._values(_candidates(evaluator.problem, goals))
        if not len(F):
            kept = ", ".join(map(str, goals.constraints))
            reason = f"keeps {kept}; loosen it" if kept else "can be measured"
            raise ValueError(f"there is no true front: no architecture {reason}")
        self.true_front = np.unique(F[front(F)], axis=0)
        self._ideal = self.true_front.min(0)
        span = np.ptp(self.true_front, axis=0)
        self._span = np.where(span > 0, span, 1.0)
        self._best = self._hypervolume(self.true_front)

    def __call__(self, genomes: Sequence[Genome]) -> Verdict:
        """How much of the true front some architectures cover.

        Those that break a constraint count for nothing; where no other is given, the
        hypervolume is 0 and the distance infinite.
        """
        F = self._values(genomes)
        if not len(F):
            return Verdict(0.0, math.inf, 0.0)
        F = F[front(F)]
        missed = np.maximum(F[None] - self.true_front[:, None], 0.0) / self._span
        distances = np.sqrt((missed**2).sum(2)).min(1)
        return Verdict(
            hypervolume=self._hypervolume(F) / self._best,
            igd_plus=float(distances.mean()),
            recall=float(np.mean(distances == 0)),
        )

    def costs(self, genomes: Sequence[Genome], metric: str) -> np.ndarray:
        """What measuring each architecture takes, by a metric of the problem, ``(n,)``.

        Raises:
            MetricError: The problem has no such metric.
        """
        problem = self._evaluator.problem
        found = [ask(problem, genome, [metric], seed=0).metrics[metric] for genome in genomes]
        return np.array(found)

    def _values(self, genomes: Sequence[Genome]) -> np.ndarray:
        signs = [objective.sign for objective in self._goals.objectives]
        records = self._evaluator(genomes)
        met = [record for record in records if self._goals.are_met(record.metrics)]
        rows = [self._goals.natural(record.metrics) for record in met]
        return np.array(rows, dtype=float).reshape(len(rows), len(signs)) * signs

    def _hypervolume(self, F: np.ndarray) -> float:
        scaled = (F - self._ideal) / self._span
        return hypervolume(scaled, reference=REFERENCE)


def _candidates(problem: Problem, goals: Goals) -> list[Genome]:
    """Genomes among which the true front is."""
    names = [objective.name for objective in goals.objectives]
    if not goals.constraints and (known := problem.true_front_of(names)):
        return list(known)
    size = problem.space.cardinality
    if size > MAX_ENUMERATED:
        raise ValueError(
            f"nobody knows the true front of {', '.join(names)}: the space has {size:.3g} "
            f"genomes, more than the {MAX_ENUMERATED} that are looked through, and the "
            "problem's true_front says nothing of it"
        )
    return list(dict.fromkeys(map(problem.canonical, np.ndindex(*problem.space.sizes))))
