"""Whether every objective of a search says something that the others do not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from evonas.objectives import Goals
from evonas.pareto.correlation import spearman
from evonas.pareto.dominance import front
from evonas.record import Record

SAME_RANKS = 0.999
LEAST_RECORDS = 10  # fewer say nothing


@dataclass(frozen=True)
class Degeneracy:
    """What each objective adds to a front.

    Attributes:
        names: Names of the objectives.
        correlations: Spearman's rank correlations of the objectives over all measured
            architectures, ``(n_objectives, n_objectives)``, each turned so that smaller is
            better; NaN where one is constant.
        front_size: How many members the front of all objectives has.
        sizes_without: How many members the front of all other objectives has, by objective.
        is_idle: Whether the front is the same without the objective, by objective.
    """

    names: tuple[str, ...]
    correlations: np.ndarray
    front_size: int
    sizes_without: tuple[int, ...]
    is_idle: tuple[bool, ...]

    @property
    def twins(self) -> list[tuple[str, str, float]]:
        """Pairs of objectives that rank all architectures the same, or nearly."""
        return [pair for pair in self.pairs if pair[2] > SAME_RANKS]

    @property
    def pairs(self) -> list[tuple[str, str, float]]:
        """Every pair of objectives with its rank correlation."""
        n = len(self.names)
        return [
            (self.names[i], self.names[j], float(self.correlations[i, j]))
            for i in range(n)
            for j in range(i + 1, n)
        ]

    def warning(self) -> str:
        """One line where an objective adds nothing, else empty."""
        if self.twins:
            one, other, rank = self.twins[0]
            return (
                f"objectives {one} and {other} rank all architectures alike (Spearman "
                f"{rank:.4f}); one of them adds nothing"
            )
        idle = [n for n, is_idle in zip(self.names, self.is_idle, strict=True) if is_idle]
        if idle:
            return f"the front is the same without {' or '.join(idle)}: it adds nothing here"
        return ""

    def table(self) -> tuple[list[str], list[list[Any]]]:
        """Header and rows: each objective, the front without it, its rank correlations."""
        header = ["objective", "front_size_without", *(f"spearman_{n}" for n in self.names)]
        rows = [
            [name, size, *(f"{rank:.6f}" for rank in ranks)]
            for name, size, ranks in zip(
                self.names, self.sizes_without, self.correlations, strict=True
            )
        ]
        return header, rows


def examine(records: Sequence[Record], goals: Goals) -> Degeneracy | None:
    """What each of two objectives or more adds; nothing to say of one, or of few records."""
    kept = [record for record in records if goals.are_met(record.metrics)]
    n = len(goals.objectives)
    if n < 2 or len(kept) < LEAST_RECORDS:
        return None
    plain = replace(goals, reference={})  # turned to be minimised, in natural units
    F = np.array([plain.scaled(record.metrics) for record in kept])  # (n_records, n)
    whole = front(F)
    without = [front(np.delete(F, i, axis=1)) for i in range(n)]
    return Degeneracy(
        names=tuple(objective.name for objective in goals.objectives),
        correlations=_ranks(F),
        front_size=int(whole.sum()),
        sizes_without=tuple(int(kept.sum()) for kept in without),
        is_idle=tuple(bool((kept == whole).all()) for kept in without),
    )


def _ranks(F: np.ndarray) -> np.ndarray:
    n = F.shape[1]
    ranks = np.eye(n)
    for i in range(n):
        for j in range(i + 1, n):
            ranks[i, j] = ranks[j, i] = spearman(F[:, i], F[:, j])
    return ranks
