"""Why members are on a front, in natural units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from evonas.explanation.membership import exclusive, margins
from evonas.objectives import Goals, Metric
from evonas.pareto.hypervolume import hypervolume
from evonas.record import Record
from evonas.space import Genome


@dataclass(frozen=True)
class Margin:
    """How much worse a member could be in one objective and still be on the front.

    Attributes:
        objective: Name of the objective.
        distance: In the objective's unit, 0 or more: worse by less, it stays; ``None`` where
            it stays however bad it gets, for nobody is as good in all else.
        rival: Genome of who would then be at least as good in everything; ``None`` where
            nobody is.
    """

    objective: str
    distance: float | None
    rival: Genome | None


@dataclass(frozen=True)
class Member:
    """Why one architecture is on the front.

    Attributes:
        genome: The genome of the member.
        metrics: What was measured of it, by the metric's name.
        exclusive: The hypervolume that it alone adds; ``None`` without a reference point.
        share: That as a share of the front's hypervolume; ``None`` without a reference point.
        margins: How much worse it could be, objective by objective.
    """

    genome: Genome
    metrics: Mapping[str, float]
    exclusive: float | None
    share: float | None
    margins: tuple[Margin, ...]


def members_of(front: Sequence[Record], goals: Goals) -> tuple[Member, ...]:
    """Why each record is on a front, in the order of the front.

    Args:
        front: Records of which none dominates another.
        goals: Objectives, and the scale of the hypervolume.
    """
    if not front:
        return ()
    F = turned(front, goals)
    found = margins(F)
    volumes: list[float | None] = [None] * len(front)
    whole = 0.0
    if goals.is_scaled:
        points = np.array([goals.scaled(record.metrics) for record in front])
        volumes, whole = [*exclusive(points).tolist()], hypervolume(points)
    return tuple(
        Member(
            record.genome,
            record.metrics,
            exclusive=volume,
            share=None if volume is None else volume / whole if whole else 0.0,
            margins=tuple(
                Margin(
                    objective.name,
                    float(distance) if rival >= 0 else None,
                    front[rival].genome if rival >= 0 else None,
                )
                for objective, distance, rival in zip(
                    goals.objectives, found.distance[i], found.rival[i].tolist(), strict=True
                )
            ),
        )
        for i, (record, volume) in enumerate(zip(front, volumes, strict=True))
    )


def dominating(
    metrics: Mapping[str, float], front: Sequence[Record], goals: Goals
) -> list[Record]:
    """The members of a front that dominate something, in the order of the front.

    Args:
        metrics: What was measured of it, all objectives among it.
        front: The members.
        goals: The objectives.
    """
    own = np.array(_turned(metrics, goals.objectives))
    rows = turned(front, goals)
    places = np.flatnonzero((rows <= own).all(axis=1) & (rows < own).any(axis=1))
    return [front[place] for place in places.tolist()]


def turned(records: Sequence[Record], goals: Goals) -> np.ndarray:
    """Objectives in natural units, turned to be minimised, ``(n, n_objectives)``.

    Args:
        records: What was measured, all objectives among it.
        goals: The objectives.
    """
    rows = [_turned(record.metrics, goals.objectives) for record in records]
    return np.array(rows).reshape(len(rows), len(goals.objectives))


def _turned(metrics: Mapping[str, float], objectives: Sequence[Metric]) -> list[float]:
    return [objective.sign * metrics[objective.name] for objective in objectives]
