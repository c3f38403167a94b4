"""The front of all that was measured so far, and an account of every generation."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from evonas.carbon.meter import Meter
from evonas.carbon.spend import Spend
from evonas.evaluation.evaluator import Evaluator
from evonas.objectives import Goals
from evonas.pareto.dominance import front
from evonas.pareto.hypervolume import hypervolume
from evonas.record import Record
from evonas.reliability import Reliability
from evonas.runs.folder import METERED
from evonas.space import Genome


@dataclass(frozen=True)
class Generation:
    """Where a search stands after one generation.

    Attributes:
        number: From 1.
        n_evaluations: Distinct architectures measured so far.
        n_failures: How many of them failed.
        front_size: Distinct points on the front so far.
        hypervolume: Of the front, as a share of the box between ideal and reference point;
            ``None`` where there is no reference point.
        best: The best value of each objective so far, in natural units; NaN if there is
            none.
        spend: What it took so far.
        metered_kwh: The part of its energy that a meter in the machine has counted.
        reliability: How far predictions of this generation came true, if there were any.
    """

    number: int
    n_evaluations: int
    n_failures: int
    front_size: int
    hypervolume: float | None
    best: dict[str, float]
    spend: Spend
    metered_kwh: float = 0.0
    reliability: Reliability | None = None

    def row(self) -> dict[str, Any]:
        """The generation as a row of a table, with units in the names of its columns."""
        best = {
            f"best_{name}": "" if math.isnan(value) else value
            for name, value in self.best.items()
        }
        return {
            "generation": self.number,
            "evaluations": self.n_evaluations,
            "failures": self.n_failures,
            "front_size": self.front_size,
            "hypervolume": self.hypervolume,
            "wall [s]": round(self.spend.wall_seconds, 3),
            "busy [s]": round(self.spend.busy_seconds, 3),
            "cpu [s]": round(self.spend.cpu_seconds, 3),
            "fpo [FLOP]": f"{self.spend.fpo:.10g}",
            "energy [kWh]": f"{self.spend.energy_kwh:.6g}",
            "co2 [g]": f"{self.spend.co2_g:.6g}",
            METERED: f"{self.metered_kwh:.6g}",
            **best,
            **(self.reliability.row() if self.reliability else {}),
        }


class Archive:
    """The front of what an evaluator measured, and its account.

    Args:
        evaluator: Whose records count.
        goals: What makes a record better.
        meter: Reads what the search takes.

    Attributes:
        generations: One entry per call of ``close_generation``.
    """

    def __init__(self, evaluator: Evaluator, goals: Goals, *, meter: Meter) -> None:
        self.generations: list[Generation] = []
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
        """Account for what was measured since the last call, and predicted before."""
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
        return generation

    def spend(self) -> Spend:
        """What the search has taken so far."""
        evaluator = self._evaluator
        return self._meter.spend(
            busy_seconds=evaluator.busy_seconds,
            cpu_seconds=evaluator.cpu_seconds,
            fpo=evaluator.fpo,
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
