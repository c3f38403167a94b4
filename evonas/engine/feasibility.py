"""Whether the constraints of a search can be kept, as far as counting tells."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evonas.engine.plan import SearchPlan
from evonas.evaluation.counts import Counts
from evonas.objectives import Constraint, broken, nearest_to_kept
from evonas.plugins.plain_pymoo import ForeignProblem
from evonas.space import Genome
from evonas.surrogates.initial_design import descended


@dataclass(frozen=True)
class Bound:
    """Whether a constraint can be kept.

    Attributes:
        constraint: The constraint, in words; of several together, all of them.
        is_counted: Whether that is known before a training.
        n_met: How many of the counted architectures keep it.
        n_counted: How many architectures were counted.
        is_whole_space: Whether these are all that there are.
        nearest: Of those that were looked at, the genome that keeps it, or misses it least;
            ``None`` where nothing was counted.
        value: What the nearest has, in natural units; ``None`` for several together.
        is_met: Whether the nearest keeps it.
        n_looked_at: How many were looked at beyond the counted ones, changing gene by gene,
            where none of these keeps it.
    """

    constraint: str
    is_counted: bool
    n_met: int = 0
    n_counted: int = 0
    is_whole_space: bool = False
    nearest: Genome | None = None
    value: float | None = None
    is_met: bool = False
    n_looked_at: int = 0


def judged(
    plan: SearchPlan, counts: Counts, sample: Sequence[Genome], *, is_whole: bool
) -> tuple[Bound, ...]:
    """Each constraint of a search, and those that are counted together, if several are.

    Args:
        plan: The search.
        counts: Counts architectures.
        sample: Canonical genomes that were counted.
        is_whole: Whether these are all of the space.
    """
    constraints = plan.goals.constraints
    counted = [c for c in constraints if c.metric in counts.names]
    found = [
        _judged(plan, counts, sample, [constraint], is_whole=is_whole)
        if constraint in counted
        else Bound(str(constraint), is_counted=False)
        for constraint in constraints
    ]
    if len(counted) > 1 and all(bound.is_met for bound in found if bound.is_counted):
        found.append(_judged(plan, counts, sample, counted, is_whole=is_whole))
    return tuple(found)


def _judged(
    plan: SearchPlan,
    counts: Counts,
    sample: Sequence[Genome],
    constraints: Sequence[Constraint],
    *,
    is_whole: bool,
) -> Bound:
    rows = counts(sample)
    told = [(g, row) for g, row in zip(sample, rows, strict=True) if row]
    text = " and ".join(map(str, constraints))
    place = nearest_to_kept(constraints, [row for _, row in told])
    if place is None:
        return Bound(text, is_counted=False)
    nearest, n_before = told[place][0], len(counts.known)
    n_met = sum(not broken(tuple(constraints), row) for _, row in told)
    if not n_met and not is_whole and not isinstance(plan.problem, ForeignProblem):
        nearest = descended(
            plan.problem.space,
            [nearest],
            canonical=plan.problem.canonical,
            values=lambda genomes: [_miss(constraints, row) for row in counts(genomes)],
        )
    (row,) = counts([nearest])
    return Bound(
        text,
        is_counted=True,
        n_met=n_met,
        n_counted=len(told),
        is_whole_space=is_whole,
        nearest=nearest,
        value=row.get(constraints[0].metric) if len(constraints) == 1 else None,
        is_met=not broken(tuple(constraints), row),
        n_looked_at=len(counts.known) - n_before,
    )


def _miss(constraints: Sequence[Constraint], row: Mapping[str, float]) -> float:
    """By how much the worst kept constraint is missed, relative to it; infinite if unknown."""
    if not row:
        return math.inf
    return max(c.violation(row[c.metric]) for c in constraints)
