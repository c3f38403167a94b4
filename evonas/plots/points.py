"""What is drawn: runs as points in the space of some objectives."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from evonas.engine.result import Result
from evonas.objectives import (
    Constraint,
    Goals,
    Objective,
    broken,
)
from evonas.pareto.dominance import front
from evonas.record import Record
from evonas.runs.run import Trace

Runs = Result | Trace | Sequence[Result | Trace] | Sequence[Record]


@dataclass(frozen=True)
class Cloud:
    """Architectures as points in natural units, one column per objective.

    Attributes:
        measured: ``(n, n_objectives)``, of those that keep every constraint.
        is_on_front: ``(n,)`` booleans: no other measured one dominates it.
        numbers: ``(n,)``, which evaluation of its run each was, from 1.
        infeasible: ``(m, n_objectives)``, of those that break a constraint; NaN where that
            was known before all was measured.
    """

    measured: np.ndarray
    is_on_front: np.ndarray
    numbers: np.ndarray
    infeasible: np.ndarray

    @property
    def front(self) -> np.ndarray:
        """``(n_front, n_objectives)``, by the first objective, ascending."""
        members = self.measured[self.is_on_front]
        ordered: np.ndarray = members[np.lexsort(members.T[::-1])]
        return ordered

    def column(self, i: int) -> np.ndarray:
        """All values of the i-th objective, whether feasible or not; some may be NaN."""
        values: np.ndarray = np.concatenate([self.measured[:, i], self.infeasible[:, i]])
        return values

    def columns(self, *indices: int) -> Cloud:
        """The same points seen in some of the objectives; the front stays that of all."""
        chosen = list(indices)
        return replace(
            self, measured=self.measured[:, chosen], infeasible=self.infeasible[:, chosen]
        )


def traces_of(runs: Runs, *, constraints: Sequence[Constraint] = ()) -> tuple[Trace, ...]:
    """Whatever can be drawn, as traces.

    Args:
        runs: A result or a trace, several of them, or the records of one run.
        constraints: To be kept beside the runs' own.
    """
    if isinstance(runs, (Result, Trace)):
        runs = (runs,)
    records = tuple(run for run in runs if isinstance(run, Record))
    found = tuple(_trace(run) for run in runs if not isinstance(run, Record))
    if records or not found:
        found = (*found, Trace("records", records, Goals(())))
    return tuple(
        replace(
            trace,
            goals=replace(trace.goals, constraints=(*trace.goals.constraints, *constraints)),
        )
        for trace in found
    )


def choose(
    traces: Sequence[Trace], wanted: Sequence[Objective | str | None]
) -> list[Objective]:
    """The wanted objectives, in this order.

    Args:
        traces: At least one; each must have what is named.
        wanted: Objectives, names of metrics, or ``None`` for the next objective of the first
            run that is not wanted by name.

    Raises:
        ValueError: A run lacks one of them, or one is wanted twice.
    """
    names = [want if isinstance(want, str) else want.name for want in wanted if want]
    if len(set(names)) < len(names):
        raise ValueError(f"objectives name one twice: {', '.join(names)}")
    spare = [o.name for o in traces[0].goals.objectives if o.name not in names]
    if len(spare) < wanted.count(None):
        own = ", ".join(o.name for o in traces[0].goals.objectives) or "none"
        raise ValueError(
            f"this picture needs objectives, {len(wanted)} in number, and {traces[0].name} "
            f"has {own}; name the metrics to draw"
        )
    found: list[Objective] = []
    for want in (spare.pop(0) if want is None else want for want in wanted):
        if isinstance(want, str):
            offered = [trace.objective(want) for trace in traces]  # every run must have it
            want = offered[0]
        found.append(want)
    return found


def _trace(run: Result | Trace) -> Trace:
    if isinstance(run, Trace):
        return run
    return Trace(
        name=run.folder.resolve().name if run.folder else run.config.problem,
        records=run.records,
        goals=run.goals,
        hypervolumes=tuple(
            (generation.n_evaluations, generation.hypervolume)
            for generation in run.generations
            if generation.hypervolume is not None
        ),
        energy_kwh=run.spend.energy_kwh,
    )


def cloud_of(trace: Trace, objectives: Sequence[Objective]) -> Cloud:
    """The architectures in the space of some objectives; failed ones are left out."""
    goals = Goals(tuple(objectives), trace.goals.constraints)
    numbered = [(i, r.metrics) for i, r in enumerate(trace.records, 1) if r.error is None]
    kept = [(number, metrics) for number, metrics in numbered if goals.are_met(metrics)]
    measured = _matrix([goals.natural(metrics) for _, metrics in kept], objectives)
    return Cloud(
        measured=measured,
        is_on_front=front(measured * [objective.sign for objective in objectives]),
        numbers=np.array([number for number, _ in kept], dtype=int),
        infeasible=_matrix(
            [
                [metrics.get(objective.name, math.nan) for objective in objectives]
                for _, metrics in numbered
                if broken(goals.constraints, metrics)
            ],
            objectives,
        ),
    )


def _matrix(rows: Sequence[Sequence[float]], objectives: Sequence[Objective]) -> np.ndarray:
    return np.array(rows, dtype=float).reshape(len(rows), len(objectives))
