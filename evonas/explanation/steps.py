"""Which changes lead from one member of a front to the next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from evonas.explanation.attribution import attribute
from evonas.explanation.counting import Counter
from evonas.objectives import Metric
from evonas.record import Record
from evonas.space import Genome


@dataclass(frozen=True)
class Change:
    """A gene that differs between two members.

    Attributes:
        gene: Name of the gene.
        before: What it chooses in the first member.
        after: What it chooses in the second.
        shares: What the change brings of the difference in each counted metric, by name.
    """

    gene: str
    before: Any
    after: Any
    shares: Mapping[str, float]


@dataclass(frozen=True)
class Step:
    """From one member of a front to the next.

    Attributes:
        start: Genome of the first member.
        end: Genome of the second.
        changes: The genes that differ; those that change most first, in the metric by which
            the front is sorted.
        gains: The second member's value less the first one's, by the name of the metric.
        is_exact: Whether the shares are Shapley's values, and not estimates of them.
    """

    start: Genome
    end: Genome
    changes: tuple[Change, ...]
    gains: Mapping[str, float]
    is_exact: bool = True


def sorting_metric(objectives: Sequence[Metric]) -> Metric:
    """The objective that a front is sorted by: the first that is a cost, else the first.

    Args:
        objectives: The objectives of a run, one at least.
    """
    return next((metric for metric in objectives if metric.sign > 0), objectives[0])


def sorted_front(front: Sequence[Record], objectives: Sequence[Metric]) -> list[Record]:
    """The members of a front, the cheapest first.

    Args:
        front: The members.
        objectives: The objectives of the run, one at least.
    """
    by = sorting_metric(objectives).name
    others = [metric for metric in objectives if metric.name != by]
    return sorted(
        front, key=lambda r: (r.metrics[by], *(m.sign * r.metrics[m.name] for m in others))
    )


def step_between(
    first: Record,
    second: Record,
    architectures: tuple[Mapping[str, Any], Mapping[str, Any]],
    *,
    by: str,
    counter: Counter | None,
    seed: int,
) -> Step:
    """What leads from one member to another.

    Args:
        first: The member that the step begins at.
        second: The member that it ends at.
        architectures: The value of every gene of both, by its name, in the order of genomes.
        by: Name of the metric that the front is sorted by.
        counter: Counts what lies between the two; ``None`` where nothing can be counted.
        seed: Fixes what is drawn where many genes differ.
    """
    before, after = architectures
    genes = list(before)
    places = [i for i in range(len(genes)) if first.genome[i] != second.genome[i]]
    names = [genes[i] for i in places]
    shared, is_exact = (
        _shares(first.genome, second.genome, places, counter=counter, seed=seed)
        if counter
        else ({}, True)
    )
    changes = [
        Change(name, before[name], after[name], {m: float(s[i]) for m, s in shared.items()})
        for i, name in enumerate(names)
    ]
    return Step(
        start=first.genome,
        end=second.genome,
        changes=tuple(sorted(changes, key=lambda change: -abs(change.shares.get(by, 0.0)))),
        gains={
            name: second.metrics[name] - value
            for name, value in first.metrics.items()
            if name in second.metrics
        },
        is_exact=is_exact,
    )


def _shares(
    start: Genome, end: Genome, places: Sequence[int], *, counter: Counter, seed: int
) -> tuple[dict[str, np.ndarray], bool]:
    """What each differing gene brings, by metric, where all between the two can be counted."""

    def worth(members: np.ndarray, name: str) -> np.ndarray:
        genomes = np.tile(start, (len(members), 1))
        genomes[:, places] = np.where(members, np.array(end)[places], genomes[:, places])
        return counter.values(name, genomes)

    found = {
        name: attribute(partial(worth, name=name), len(places), seed=seed)
        for name in counter.names
    }
    kept = {name: each.shares for name, each in found.items() if np.isfinite(each.shares).all()}
    return kept, all(each.is_exact for each in found.values())
