"""How much of a known true front a set of architectures covers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evonas.bench.scales import LinearScale, LogScale, Scale
from evonas.evaluation.candidate import Order, attempt
from evonas.objectives import Goals
from evonas.pareto.dominance import front
from evonas.pareto.hypervolume import hypervolume
from evonas.plugins.asking import ask
from evonas.problem import Problem
from evonas.record import candidate_seed
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
        log_hypervolume: As ``hypervolume``, with every objective on the scale of ``LogScale``;
            NaN where nobody has reckoned it.
    """

    hypervolume: float
    igd_plus: float
    recall: float
    log_hypervolume: float = math.nan


NOTHING = Verdict(0.0, math.inf, 0.0, 0.0)  # reached, as where all break a constraint


class Judge:
    """Judges architectures by what is true of them, however noisy a search has seen them.

    Args:
        order: Measures the same problem without noise.
        goals: Two objectives or more, and constraints, that the true front is of.
        true_front: Its points, where another judge of the same has found them; else they are
            looked for, in all of the space if the problem does not know them.

    Attributes:
        true_front: Distinct points of the true front, ``(n, n_objectives)``, to be minimised.
        space: The space of the problem.

    Raises:
        ValueError: The true front cannot be known, or nothing keeps the constraints.
    """

    def __init__(
        self, order: Order, goals: Goals, *, true_front: Sequence[Sequence[float]] | None = None
    ) -> None:
        self._order = order
        self._goals = goals
        self._problem = order.spec.open()
        self.space = self._problem.space
        self.true_front = self._found() if true_front is None else np.asarray(true_front)
        self._scale = LinearScale(self.true_front)
        self._log_scale = LogScale(self.true_front, goals.objectives)
        self._best = self._hypervolume(self.true_front, self._scale)
        self._log_best = self._hypervolume(self.true_front, self._log_scale)

    def __call__(self, genomes: Sequence[Genome]) -> Verdict:
        """How much of the true front some architectures cover.

        Those that break a constraint count for nothing; where no other is given, the
        hypervolume is 0 and the distance infinite.
        """
        return self.verdict(self.values(genomes))

    def verdict(self, F: np.ndarray) -> Verdict:
        """How much of the true front some architectures cover.

        Args:
            F: Their values, as ``values`` gives them; any of its first rows will do.
        """
        F = F[~np.isnan(F).any(1)]
        if not len(F):
            return NOTHING
        F = F[front(F)]
        missed = np.maximum(F[None] - self.true_front[:, None], 0.0) / self._scale.span
        distances = np.sqrt((missed**2).sum(2)).min(1)
        return Verdict(
            hypervolume=self._hypervolume(F, self._scale) / self._best,
            igd_plus=float(distances.mean()),
            recall=float(np.mean(distances == 0)),
            log_hypervolume=self._hypervolume(F, self._log_scale) / self._log_best,
        )

    def values(self, genomes: Sequence[Genome]) -> np.ndarray:
        """What is true of architectures, to be minimised, ``(n, n_objectives)``.

        The row of an architecture that breaks a constraint, or that cannot be measured, holds
        NaN.
        """
        names = [objective.name for objective in self._goals.objectives]
        signs = [objective.sign for objective in self._goals.objectives]
        F = np.full((len(genomes), len(names)), np.nan)
        for i, genome in enumerate(genomes):
            seed = candidate_seed(self._order.seed, genome)
            found = attempt(self._order, genome, seed=seed).record
            if found.error is None and self._goals.are_met(found.metrics):
                F[i] = [found.metrics[name] for name in names]
        return F * signs

    def costs(self, genomes: Sequence[Genome], metric: str) -> np.ndarray:
        """What measuring each architecture takes, by a metric of the problem, ``(n,)``.

        Raises:
            MetricError: The problem has no such metric.
        """
        return np.array(
            [ask(self._problem, g, [metric], seed=0).metrics[metric] for g in genomes]
        )

    def _found(self) -> np.ndarray:
        F = self.values(_candidates(self._problem, self._goals))
        F = F[~np.isnan(F).any(1)]
        if not len(F):
            kept = ", ".join(map(str, self._goals.constraints))
            reason = f"keeps {kept}; loosen it" if kept else "can be measured"
            raise ValueError(f"there is no true front: no architecture {reason}")
        found: np.ndarray = np.unique(F[front(F)], axis=0)
        return found

    def _hypervolume(self, F: np.ndarray, scale: Scale) -> float:
        return hypervolume(scale(F), reference=REFERENCE)


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
