"""What is drawn: runs as points in the space of some objectives."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from evonas.objectives import Constraint, Goals, Objective, broken
from evonas.pareto.dominance import front
from evonas.parsing import listed
from evonas.record import Record
from evonas.runs.run import Run

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
        names: The short id of each of those measured, as all tables show it.
        finals: What each of those measured has on the test part, ``(n, n_objectives)``; NaN
            where that was not measured, or an objective has no such counterpart.
    """

    measured: np.ndarray
    is_on_front: np.ndarray
    numbers: np.ndarray
    infeasible: np.ndarray
    names: tuple[str, ...]
    finals: np.ndarray

    @property
    def members(self) -> np.ndarray:
        """Which of those measured are on the front, ``(n_front,)``, ascending by the first."""
        found = np.flatnonzero(self.is_on_front)
        ordered: np.ndarray = found[np.lexsort(self.measured[found].T[::-1])]
        return ordered

    @property
    def front(self) -> np.ndarray:
        """Objectives of the front, ``(n_front, n_objectives)``, ascending by the first."""
        found: np.ndarray = self.measured[self.members]
        return found

    def column(self, i: int) -> np.ndarray:
        """All values of the i-th objective, whether feasible or not; some may be NaN."""
        values: np.ndarray = np.concatenate([self.measured[:, i], self.infeasible[:, i]])
        return values

    def columns(self, *indices: int) -> Cloud:
        """The same points seen in some of the objectives; the front stays that of all."""
        chosen = list(indices)
        return replace(
            self,
            measured=self.measured[:, chosen],
            infeasible=self.infeasible[:, chosen],
            finals=self.finals[:, chosen],
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
            found.append(each if isinstance(each, Run) else each.as_run())
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


def chosen_of(runs: Sequence[Run], objectives: Sequence[Objective | str]) -> list[Objective]:
    """The wanted objectives; those of the first run if none is named.

    Args:
        runs: Runs to be drawn, at least one.
        objectives: Objectives or names of metrics, or one text with commas.

    Raises:
        ValueError: A run lacks one of them, or there is none.
    """
    own = [objective.name for objective in runs[0].objectives]
    wanted = listed(objectives) if isinstance(objectives, str) else objectives
    return choose(runs, wanted or own or [None])


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
    numbered = [(i, r) for i, r in enumerate(run.records, 1) if r.error is None]
    kept = [(number, record) for number, record in numbered if goals.are_met(record.metrics)]
    measured = _matrix([goals.natural(record.metrics) for _, record in kept], objectives)
    finals = _finals(run, objectives)
    return Cloud(
        measured=measured,
        is_on_front=front(measured * [objective.sign for objective in objectives]),
        numbers=np.array([number for number, _ in kept], dtype=int),
        infeasible=_matrix(
            [
                [record.metrics.get(objective.name, math.nan) for objective in objectives]
                for _, record in numbered
                if broken(goals.constraints, record.metrics)
            ],
            objectives,
        ),
        names=tuple(run.ids[record.genome] for _, record in kept),
        finals=_matrix(
            [[r.metrics.get(name, math.nan) for name in finals] for _, r in kept], objectives
        ),
    )


def _finals(run: Run, objectives: Sequence[Objective]) -> list[str]:
    """What each objective is called on the test part; ``""`` where it is not measured there."""
    final = {metric.name for metric in run.metrics if metric.when == "final"}
    names = [f"test_{objective.name}" for objective in objectives]
    return [name if name in final else "" for name in names]


def _matrix(rows: Sequence[Sequence[float]], objectives: Sequence[Objective]) -> np.ndarray:
    return np.array(rows, dtype=float).reshape(len(rows), len(objectives))
