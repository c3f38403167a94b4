"""What is drawn: runs as points in the space of some objectives."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from evonas.objectives import Constraint, Goals, Objective, broken
from evonas.pareto.dominance import front
from evonas.record import Record
from evonas.runs.reading import generation_row
from evonas.runs.run import Run
from evonas.runs.schema import metrics_of

if TYPE_CHECKING:  # who draws a run that was read needs no engine, which loads pymoo
    from evonas.engine.result import Result

Runs: TypeAlias = "Result | Run | Sequence[Result | Run] | Sequence[Record]"


@dataclass(frozen=True)
class Cloud:
    """Architectures as points in natural units, one column per objective.

    Attributes:
        measured: Objectives of those that keep every constraint, ``(n, n_objectives)``.
        is_on_front: Whether no other of those measured dominates it, ``(n,)`` booleans.
        numbers: Which evaluation of its run each of those measured was, ``(n,)``, from 1.
        infeasible: Objectives of those that break a constraint, ``(m, n_objectives)``; NaN
            where that was known before all was measured.
    """

    measured: np.ndarray
    is_on_front: np.ndarray
    numbers: np.ndarray
    infeasible: np.ndarray

    @property
    def front(self) -> np.ndarray:
        """Objectives of the front, ``(n_front, n_objectives)``, ascending by the first."""
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


def runs_of(runs: Runs, *, constraints: Sequence[Constraint] = ()) -> tuple[Run, ...]:
    """Whatever can be drawn, as runs.

    Args:
        runs: A result or a run, several of them, or the records of one run.
        constraints: Constraints that are to be kept beside the runs' own.
    """
    given = runs if isinstance(runs, Iterable) else (runs,)
    records: list[Record] = []
    found: list[Run] = []
    for each in given:
        if isinstance(each, Record):
            records.append(each)
        else:
            found.append(each if isinstance(each, Run) else _run(each))
    if records or not found:
        found.append(Run("records", tuple(records), Goals(())))
    return tuple(
        replace(
            run, goals=replace(run.goals, constraints=(*run.goals.constraints, *constraints))
        )
        for run in found
    )


def choose(runs: Sequence[Run], wanted: Sequence[Objective | str | None]) -> list[Objective]:
    """The wanted objectives, in this order.

    Args:
        runs: Runs to be drawn, at least one; each must have what is named.
        wanted: Objectives, names of metrics, or ``None`` for the next objective of the first
            run that is not wanted by name.

    Raises:
        ValueError: A run lacks one of them or does not tell its direction, two runs tell
            different ones, or one is wanted twice.
    """
    names = [want if isinstance(want, str) else want.name for want in wanted if want]
    if len(set(names)) < len(names):
        raise ValueError(f"objectives name one twice: {', '.join(names)}")
    spare = [o.name for o in runs[0].objectives if o.name not in names]
    if len(spare) < wanted.count(None):
        own = ", ".join(o.name for o in runs[0].objectives) or "none"
        raise ValueError(
            f"this picture needs objectives, {len(wanted)} in number, and {runs[0].name} "
            f"has {own}; name the metrics to draw"
        )
    chosen = [spare.pop(0) if want is None else want for want in wanted]
    return [_named(want, runs) if isinstance(want, str) else want for want in chosen]


def _named(name: str, runs: Sequence[Run]) -> Objective:
    """A metric that every run has, with one direction."""
    offered = [_offered(name, run) for run in runs]
    for run, other in zip(runs, offered, strict=True):
        if other.sign != offered[0].sign:
            raise ValueError(
                f"run {runs[0].name} and run {run.name} tell different directions of {name!r}; "
                "draw them apart, or give an Objective"
            )
    return offered[0]


def _offered(name: str, run: Run) -> Objective:
    """A metric that all architectures of a run have, or those of its final front."""
    if not run.shared:
        raise ValueError(f"run {run.name} holds no architecture that was measured in full")
    final = [m.name for m in run.metrics if m.when == "final" and m.name in run.measured]
    if name not in (*run.shared, *final):
        offered = ", ".join(dict.fromkeys([*run.shared, *final]))
        raise ValueError(f"unknown objective {name!r}; run {run.name} has {offered}")
    return run.metric(name)


def _run(result: Result) -> Run:
    return Run(
        name=result.folder.resolve().name if result.folder else result.config.problem,
        records=result.records,
        goals=result.goals,
        metrics=metrics_of(result.problem, result.goals),
        generations=tuple(generation_row(g.row()) for g in result.generations),
        spend=result.spend,
        config=result.config,
    )


def are_comparable(runs: Sequence[Run]) -> bool:
    """Whether all hypervolumes of these runs, if any, have one scale."""
    scales = {
        tuple(
            (objective.name, objective.best, run.goals.reference.get(objective.name))
            for objective in run.objectives
        )
        for run in runs
        if run.hypervolumes
    }
    return len(scales) <= 1


def cloud_of(run: Run, objectives: Sequence[Objective]) -> Cloud:
    """The architectures in the space of some objectives; failed ones are left out."""
    goals = Goals(tuple(objectives), run.goals.constraints)
    numbered = [(i, r.metrics) for i, r in enumerate(run.records, 1) if r.error is None]
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
