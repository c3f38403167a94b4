"""Successive halving toward a front: who is measured more thoroughly, and who is not."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from evonas.evaluation.evaluator import Evaluator
from evonas.evaluation.flops_budget import PassedOver
from evonas.evaluation.oracle import Around
from evonas.fidelity import Fidelity
from evonas.objectives import Goals, violation_of
from evonas.pareto.correlation import kendall, spearman
from evonas.pareto.dominance import front
from evonas.pareto.sorting import best_first
from evonas.record import Record
from evonas.space import Genome

LEAST_RISEN = 8  # whole measurements, before a learning curve is judged by theirs


@dataclass(frozen=True)
class Rung:
    """What became of the architectures that reached a rung.

    Attributes:
        label: Label of the rung's fidelity, such as ``epochs=3``.
        metric: Name of the trained metric that is compared.
        n: How many architectures were measured at the rung.
        n_whole: How many of them were measured as a whole too, and are compared.
        spearman: Spearman's rank correlation of the metric at the rung with the whole one; NaN
            where too few can be compared. They were chosen by the former, so it is that of the
            better part.
        kendall: Kendall's rank correlation of the same values; NaN where too few can be
            compared.
        n_hopeless: How many of those measured at the rung wait there with a learning curve
            that cannot reach the front.
        n_put_off: How many of those measured at the rung would go on, but for what their next
            step takes.
        agreement: Share of pairs that the rung puts in the order of the whole, [0, 1], of those
            architectures on which rungs were chosen; NaN where they were told.
        among_dear: The same share among the dearer half of them.
        is_used: Whether candidates are measured at the rung; not those alone on which rungs
            were chosen.
    """

    label: str
    metric: str
    n: int
    n_whole: int
    spearman: float
    kendall: float
    n_hopeless: int = 0
    n_put_off: int = 0
    agreement: float = math.nan
    among_dear: float = math.nan
    is_used: bool = True

    @classmethod
    def of(cls, records: Iterable[Record], label: str, *, metric: str) -> Rung:
        """What a rung's measurements say beside the whole ones.

        Args:
            records: All that was measured.
            label: Label of the rung's fidelity.
            metric: Name of the trained metric that is compared.
        """
        seen = [record for record in records if label in record.partial]
        values = [(r.partial[label][metric], r.metrics.get(metric)) for r in seen]
        pairs = [(low, high) for low, high in values if high is not None]
        lower, whole = np.array(pairs, dtype=float).reshape(-1, 2).T
        return cls(
            label,
            metric,
            n=len(values),
            n_whole=len(pairs),
            spearman=spearman(lower, whole),
            kendall=kendall(lower, whole),
        )


@dataclass(frozen=True)
class _Standing:
    """All that were measured at a rung: genomes, F ``(n, n_objectives)``, and ``(n,)`` each."""

    genomes: list[Genome]
    F: np.ndarray
    violation: np.ndarray
    has_gone_on: np.ndarray
    is_on_front: np.ndarray
    is_hopeless: np.ndarray


class Ladder(Around):
    """An oracle that measures architectures a little, and goes on with the promising ones.

    Successive halving without its brackets' barrier (Li et al. 2020, ASHA): of all that ever
    reached a rung the best share goes on, so that a strong generation sends up more than a
    weak one, and one that was left may follow later. What is best is a matter of several
    objectives: fewer violated constraints first, then the non-dominated rank, then the crowding
    distance (Deb et al. 2002), with the cheap objectives exact. Whatever is on the front of its
    rung always goes on. What is not, and what even the steepest rise ever seen from that rung
    to the whole would leave dominated, never does: its learning curve cannot reach the front.
    A step that takes more than all of the others so far is put off until it does not, so that
    no single architecture, such as the dearest of a space, eats up what a search was to save.

    Args:
        evaluator: Measures architectures at a rung, and keeps their records.
        goals: Objectives and constraints that decide who goes on.
        rungs: Fidelities to measure at, from the least thorough to the whole.
        metric: Name of the trained metric by which ``account`` compares rungs.
        reduction: One architecture in so many goes on from a rung to the next.
        beyond: Those that went all the way whatever they showed, and count neither among those
            that reached a rung nor among those that went on.
    """

    def __init__(
        self,
        evaluator: Evaluator,
        goals: Goals,
        rungs: Sequence[Fidelity],
        *,
        metric: str,
        reduction: float,
        beyond: Collection[Genome] = (),
    ) -> None:
        super().__init__(evaluator)
        self._evaluator = evaluator
        self._goals = goals
        self._rungs = rungs
        self._metric = metric
        self._reduction = reduction
        self._beyond = frozenset(beyond)
        self._n_put_off = {rung.label: 0 for rung in rungs[:-1]}
        self._efforts: dict[tuple[Genome, str], float] = {}

    @property
    def rungs(self) -> Sequence[Fidelity]:
        """Fidelities that it measures at, the whole last."""
        return self._rungs

    def __call__(self, genomes: Sequence[Genome]) -> list[Record | PassedOver]:
        """One record per genome, in the same order; each as if its highest rung were the whole.

        Who was too dear for the first rung has none.

        Raises:
            StoppedError: The search was told to end before all were measured.
        """
        told = self._evaluator(genomes, fidelity=self._rungs[0])
        for lower, upper in pairwise(self._rungs):
            chosen, put_off = self._promoted(lower, upper)
            self._n_put_off[lower.label] = len(put_off)
            if chosen:
                self._evaluator(chosen, fidelity=upper)
        known = self._evaluator.records
        return [
            self._as_if_whole(known[answer.genome]) if answer.genome in known else answer
            for answer in told
        ]

    def account(self) -> tuple[Rung, ...]:
        """What became of the architectures, rung by rung below the whole."""
        found, records = [], self._evaluator.records.values()
        for rung, upper in pairwise(self._rungs):
            standing = self._standing(rung, upper)
            given_up = standing.is_hopeless & ~standing.has_gone_on & ~standing.is_on_front
            found.append(
                replace(
                    Rung.of(records, rung.label, metric=self._metric),
                    n_hopeless=int(given_up.sum()),
                    n_put_off=self._n_put_off[rung.label],
                )
            )
        return tuple(found)

    def _promoted(self, lower: Fidelity, upper: Fidelity) -> tuple[list[Genome], list[Genome]]:
        """Who goes on, best first, and who would if the step took less."""
        standing = self._standing(lower, upper)
        decided = np.array([genome not in self._beyond for genome in standing.genomes], bool)
        n_allowed = int(decided.sum() / self._reduction)
        n_allowed -= int((standing.has_gone_on & decided).sum())
        waiting = ~standing.has_gone_on & (~standing.is_hopeless | standing.is_on_front)
        ordered = [i for i in best_first(standing.F, standing.violation) if waiting[i]]
        spent = self._spent()
        chosen, put_off = list[Genome](), list[Genome]()
        for i in ordered:
            if len(chosen) < n_allowed or standing.is_on_front[i]:
                genome = standing.genomes[i]
                (effort,) = self._effort([genome], upper)
                of_others = spent - self._spent_on(genome, lower)
                if (genome, upper.label) not in self._evaluator.budget.passed_over:
                    (put_off if effort > of_others else chosen).append(genome)
        return chosen, put_off

    def _spent(self) -> float:
        """FLOPs of all steps so far; not those of tests, which come when a search has ended."""
        trained = [record for record in self._evaluator.records.values() if record.effort]
        total = list[float]()
        places = {rung.label: place for place, rung in enumerate(self._rungs)}
        for place, rung in enumerate(self._rungs):
            reached = [r.genome for r in trained if places[r.fidelity] >= place]
            total += self._effort(reached, rung)
        return math.fsum(total)

    def _spent_on(self, genome: Genome, highest: Fidelity) -> float:
        """FLOPs of the steps of one architecture up to a rung."""
        done = self._rungs[: self._rungs.index(highest) + 1]
        return math.fsum(self._effort([genome], rung)[0] for rung in done)

    def _effort(self, genomes: Sequence[Genome], rung: Fidelity) -> list[float]:
        """FLOPs that the step to a rung takes each."""
        known = self._efforts
        new = [genome for genome in genomes if (genome, rung.label) not in known]
        efforts = self._evaluator.effort(new, fidelity=rung)
        known.update(((g, rung.label), effort) for g, effort in zip(new, efforts, strict=True))
        return [known[genome, rung.label] for genome in genomes]

    def _standing(self, lower: Fidelity, upper: Fidelity) -> _Standing:
        """All that were measured at a rung, as they stood there."""
        records = list(self._evaluator.records.values())
        at = [(r, m) for r in records if (m := self._at(r, lower)) is not None]
        n_objectives = len(self._goals.objectives)
        F = np.array([self._goals.scaled(m) for _, m in at]).reshape(-1, n_objectives)
        violation = np.array(
            [violation_of(self._goals.constraints, metrics) for _, metrics in at]
        )
        is_on_front = np.zeros(len(F), dtype=bool)
        is_on_front[violation <= 0] = front(F[violation <= 0])
        met = np.array([self._goals.are_met(record.metrics) for record, _ in at], dtype=bool)
        whole = [self._goals.scaled(at[i][0].metrics) for i in np.flatnonzero(met)]
        return _Standing(
            [record.genome for record, _ in at],
            F,
            violation,
            has_gone_on=np.array([self._has_reached(r, upper) for r, _ in at], dtype=bool),
            is_on_front=is_on_front,
            is_hopeless=_hopeless(F, F[met], np.array(whole).reshape(-1, n_objectives)),
        )

    def _at(self, record: Record, rung: Fidelity) -> Mapping[str, float] | None:
        """Metrics as they stood at a rung, by name; ``None`` if the rung was not reached."""
        if record.error is not None:
            return None
        return record.at(rung.label)

    def _has_reached(self, record: Record, rung: Fidelity) -> bool:
        if rung.is_whole:
            return not record.fidelity
        return self._at(record, rung) is not None

    def _as_if_whole(self, record: Record) -> Record:
        if not record.fidelity:
            return record
        at = [record.at(rung.label) for rung in reversed(self._rungs[:-1])]
        highest = next((metrics for metrics in at if metrics is not None), record.metrics)
        return replace(record, metrics=highest)


def _hopeless(F: np.ndarray, risen: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Which rows cannot reach the front, whatever they have yet to learn, ``(n,)``.

    Args:
        F: Objectives at a rung, ``(n, n_objectives)``, to be minimised.
        risen: Objectives at the same rung of those that were measured as a whole since,
            ``(n_whole, n_objectives)``.
        whole: Objectives of the latter as measured as a whole, of the same shape.
    """
    if len(whole) < LEAST_RISEN:
        return np.zeros(len(F), dtype=bool)
    best = F - np.maximum(risen - whole, 0.0).max(0)
    no_worse = (whole <= best[:, None]).all(2)
    doomed: np.ndarray = (no_worse & (whole < best[:, None]).any(2)).any(1)
    return doomed
