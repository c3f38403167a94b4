"""Successive halving toward a front: who is measured more thoroughly, and who is not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from evonas.evaluate import Evaluator
from evonas.fidelity import Fidelity, as_if_whole
from evonas.front import front
from evonas.objectives import Goals
from evonas.ordering import best_first
from evonas.ranks import kendall, spearman
from evonas.record import Record
from evonas.space import Genome


@dataclass(frozen=True)
class Rung:
    """What became of the architectures that reached a rung.

    Attributes:
        label: Of its fidelity.
        metric: The trained one that is compared.
        n: Architectures that were measured there.
        n_whole: Of them those that were measured as a whole too, and are compared.
        spearman: Rank correlation of the metric there with the whole one; NaN where too few
            can be compared. They were chosen by the former, so it is that of the better part.
        kendall: Likewise.
    """

    label: str
    metric: str
    n: int
    n_whole: int
    spearman: float
    kendall: float


class Ladder:
    """Measures architectures a little, and goes on with the promising ones.

    Successive halving without its brackets' barrier (Li et al. 2020, ASHA): of all that ever
    reached a rung the best share goes on, so that a strong generation sends up more than a
    weak one, and one that was left may follow later. What is best is a matter of several
    objectives: fewer violated constraints first, then the non-dominated rank, then the crowding
    distance (Deb et al. 2002), with the cheap objectives exact. Whatever is on the front of its
    rung always goes on.

    Args:
        evaluator: Measures.
        goals: What counts.
        rungs: From the least thorough to the whole.
        metric: The trained one by which rungs are compared.
        reduction: One in so many goes on.
    """

    def __init__(
        self,
        evaluator: Evaluator,
        goals: Goals,
        rungs: Sequence[Fidelity],
        *,
        metric: str,
        reduction: float,
    ) -> None:
        self._evaluator = evaluator
        self._goals = goals
        self._rungs = rungs
        self._metric = metric
        self._reduction = reduction

    def __call__(self, genomes: Sequence[Genome]) -> list[Record]:
        """One record per genome, in the same order; each as if its highest rung were the whole.

        Raises:
            StoppedError: The evaluator was told to stop.
        """
        self._evaluator(genomes, fidelity=self._rungs[0])
        for lower, upper in pairwise(self._rungs):
            chosen = self._promoted(lower, upper)
            if chosen:
                self._evaluator(chosen, fidelity=upper)
        known, canonical = self._evaluator.records, self._evaluator.problem.canonical
        return [self._as_if_whole(known[canonical(genome)]) for genome in genomes]

    def account(self) -> tuple[Rung, ...]:
        """What became of the architectures, rung by rung below the whole."""
        found, metric = [], self._metric
        for rung in self._rungs[:-1]:
            name = rung.named(metric)
            values = [r.metrics for r in self._evaluator.records.values() if name in r.metrics]
            pairs = [(m[name], m[metric]) for m in values if metric in m]
            lower, whole = np.array(pairs, dtype=float).reshape(-1, 2).T
            found.append(
                Rung(
                    rung.label,
                    metric,
                    n=len(values),
                    n_whole=len(pairs),
                    spearman=spearman(lower, whole),
                    kendall=kendall(lower, whole),
                )
            )
        return tuple(found)

    def _promoted(self, lower: Fidelity, upper: Fidelity) -> list[Genome]:
        """Who goes on, best first."""
        standing = [
            (record, metrics)
            for record in self._evaluator.records.values()
            if (metrics := self._at(record, lower)) is not None
        ]
        if not standing:
            return []
        goals = self._goals
        F = np.array([goals.scaled(metrics) for _, metrics in standing])
        violation = np.array([self._violation(metrics) for _, metrics in standing])
        has_gone_on = np.array([self._has_reached(record, upper) for record, _ in standing])
        order = best_first(F, violation)
        n_allowed = int(len(standing) / self._reduction) - int(has_gone_on.sum())
        waiting = [i for i in order if not has_gone_on[i]]
        is_on_front = np.zeros(len(F), dtype=bool)
        is_on_front[violation <= 0] = front(F[violation <= 0])
        chosen = [i for place, i in enumerate(waiting) if place < n_allowed or is_on_front[i]]
        return [standing[i][0].genome for i in chosen]

    def _at(self, record: Record, rung: Fidelity) -> Mapping[str, float] | None:
        """Metrics as they stood at a rung, under their own names; ``None`` if it was not."""
        if record.error is not None:
            return None
        place, metrics = as_if_whole(record.metrics, [rung])
        return metrics if place == 0 else None

    def _has_reached(self, record: Record, rung: Fidelity) -> bool:
        if rung.is_whole:
            return not record.fidelity
        return self._at(record, rung) is not None

    def _violation(self, metrics: Mapping[str, float]) -> float:
        broken = (c.violation(metrics[c.metric]) for c in self._goals.constraints)
        return sum(max(0.0, amount) for amount in broken)

    def _as_if_whole(self, record: Record) -> Record:
        if not record.fidelity:
            return record
        return replace(record, metrics=as_if_whole(record.metrics, self._rungs[:-1])[1])
