"""The front of all that was measured so far, and an account of every generation."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from evonas.carbon.marginal_return import Standing
from evonas.carbon.meter import Meter
from evonas.carbon.spend import Spend
from evonas.evaluation.evaluator import Evaluator
from evonas.listener import Generation
from evonas.objectives import Goals
from evonas.pareto.dominance import front
from evonas.pareto.hypervolume import hypervolume
from evonas.record import Record
from evonas.reliability import Reliability
from evonas.space import Genome


class Archive:
    """The front of what an evaluator measured, and its account.

    Args:
        evaluator: Holds the records that the front is taken from.
        goals: Objectives and constraints that decide what is on the front.
        meter: Reads what time and energy the search takes.

    Attributes:
        generations: Accounts of generations, one per call of ``close_generation``.
        course: Where the search stood at the end of each, by its records alone: a search that
            is resumed comes to the same.
    """

    def __init__(self, evaluator: Evaluator, goals: Goals, *, meter: Meter) -> None:
        self.generations: list[Generation] = []
        self.course: list[Standing] = []
        self._evaluator = evaluator
        self._goals = goals
        self._meter = meter
        self._members: list[Record] = []
        self._n_seen = 0
        self._unfinished: list[Genome] = []  # seen at a lower rung; more may come
        self._n_failures = 0

    def front(self) -> list[Record]:
        """The front of all records so far: by the first objective, best first."""
        records = list(self._evaluator.records.values())
        fresh = [self._evaluator.records[genome] for genome in self._unfinished]
        fresh += records[self._n_seen :]
        self._n_seen = len(records)
        self._unfinished = [r.genome for r in fresh if r.fidelity and r.error is None]
        self._n_failures += sum(record.error is not None for record in fresh)
        candidates = self._members + [
            record for record in fresh if self._goals.are_met(record.metrics)
        ]
        points = self._scaled(candidates)
        kept = [
            (point, record.genome, record)
            for point, record, is_kept in zip(
                points.tolist(), candidates, front(points), strict=True
            )
            if is_kept
        ]
        kept.sort(key=lambda entry: (entry[0], str(entry[1])))
        self._members = [record for _, _, record in kept]
        return self._members

    def close_generation(self, reliability: Reliability | None = None) -> Generation:
        """Account for what was measured since the last call.

        Args:
            reliability: How far the predictions of this generation came true; ``None`` where
                nothing was predicted.
        """
        points = self._scaled(self.front())
        generation = Generation(
            number=len(self.generations) + 1,
            n_evaluations=len(self._evaluator.records),
            n_failures=self._n_failures,
            front_size=len(np.unique(points, axis=0)),
            hypervolume=self._hypervolume(points),
            best=self._best(),
            spend=self.spend(),
            metered_kwh=self._meter.measured_kwh(),
            reliability=reliability,
        )
        self.generations.append(generation)
        self.course.append(self._standing(generation))
        return generation

    def spend(self) -> Spend:
        """What the search has taken so far."""
        taken = self._evaluator.tally + self._evaluator.last_tally
        return self._meter.spend(
            busy_seconds=taken.busy_seconds, cpu_seconds=taken.cpu_seconds, fpo=taken.fpo
        )

    def _standing(self, generation: Generation) -> Standing:
        tally = self._evaluator.tally
        return Standing(
            n_evaluations=generation.n_evaluations,
            flops=tally.fpo,
            kwh=self._meter.tariff.kwh(
                busy_seconds=tally.busy_seconds, core_seconds=tally.cpu_seconds
            ),
            hypervolume=generation.hypervolume or 0.0,
        )

    def _scaled(self, records: Sequence[Record]) -> np.ndarray:
        rows = [self._goals.scaled(record.metrics) for record in records]
        return np.array(rows, dtype=float).reshape(len(rows), len(self._goals.objectives))

    def _hypervolume(self, points: np.ndarray) -> float | None:
        if not self._goals.is_scaled:
            return None
        return hypervolume(points)

    def _best(self) -> dict[str, float]:
        best = {}
        for objective in self._goals.objectives:
            values = [record.metrics[objective.name] for record in self._members]
            choose = min if objective.sign > 0 else max
            best[objective.name] = choose(values, default=math.nan)
        return best
