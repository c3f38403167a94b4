"""The first architectures that a search measures, before anything is known of the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np

from evonas.space import Genome, SearchSpace

Counter = Callable[[Sequence[Genome]], list[Mapping[str, float]]]
MAX_STEPS = 100  # towards an end of the space


def first_design(
    space: SearchSpace,
    drawn: Sequence[Genome],
    *,
    canonical: Callable[[Genome], Genome],
    count: Counter,
    metrics: Sequence[str],
    is_affordable: Callable[[Sequence[Genome]], Sequence[bool]] = lambda genomes: (
        [True] * len(genomes)
    ),
) -> list[Genome]:
    """Genomes that fill the space, its cheapest and its dearest architecture among them.

    Args:
        space: The search space that is to be filled.
        drawn: Canonical and distinct genomes that fill the space.
        canonical: Maps a genome to the one that stands for it.
        count: Answers the cheap metrics of genomes, by name.
        metrics: Names of cheap metrics, by the first of which an architecture is cheap or dear;
            without any there are no ends.
        is_affordable: Which genomes may be measured before anything is known of their worth;
            the dearest architecture is the dearest of them.

    Returns:
        The ends, then as many of ``drawn`` as are needed for the same number.
    """
    if not metrics:
        return list(drawn)
    metric = metrics[0]

    def values(genomes: Sequence[Genome], sign: int) -> list[float]:
        found = [sign * row.get(metric, np.inf * sign) for row in count(genomes)]
        if sign > 0:
            return found
        fit = is_affordable(genomes)
        return [value if is_fit else np.inf for value, is_fit in zip(found, fit, strict=True)]

    ends = [
        descended(space, drawn, canonical=canonical, values=partial(values, sign=sign))
        for sign in (1, -1)
    ]
    return list(dict.fromkeys([*ends, *drawn]))[: len(drawn)]


def descended(
    space: SearchSpace,
    start: Sequence[Genome],
    *,
    canonical: Callable[[Genome], Genome],
    values: Callable[[Sequence[Genome]], Sequence[float]],
) -> Genome:
    """The genome of the least value that changing gene by gene leads to.

    Args:
        space: The search space of the genomes.
        start: Canonical genomes, from the best of which it goes on; at least one.
        canonical: Maps a genome to the one that stands for it.
        values: Answers the value of each genome, infinite where it has none.
    """
    near = list(start)
    best, least = near[0], np.inf
    for _ in range(MAX_STEPS):
        found = values(near)
        place = int(np.argmin(found))
        if not found[place] < least:
            break
        best, least = near[place], found[place]
        near = [
            canonical((*best[:i], choice, *best[i + 1 :]))
            for i, size in enumerate(space.sizes)
            for choice in range(size)
            if choice != best[i]
        ]
    return best
