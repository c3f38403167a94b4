"""The first architectures that a search measures, before anything is known of the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np

from evonas.space import Genome, SearchSpace

Counter = Callable[[Sequence[Genome]], list[Mapping[str, float]]]
MAX_PASSES = 10  # over all genes, towards an end of the space
N_DRAWN = 20  # genomes for every one that is chosen
COST_SHARE = 3.0  # of the distance in cost beside that in genes


def first_design(
    space: SearchSpace,
    drawn: Sequence[Genome],
    *,
    canonical: Callable[[Genome], Genome],
    count: Counter,
    cost: str | None,
    n: int,
    is_affordable: Callable[[Sequence[Genome]], Sequence[bool]] = lambda genomes: (
        [True] * len(genomes)
    ),
) -> list[Genome]:
    """Genomes that fill the space, and the range from its cheapest to its dearest architecture.

    Most genomes of most spaces cost about the same. So each one that is chosen is the farthest
    from all before it, in cost and in the share of genes that differ.

    Args:
        space: The search space that is to be filled.
        drawn: Canonical and distinct genomes to choose from, which fill the space.
        canonical: Maps a genome to the one that stands for it.
        count: Answers the cheap metrics of genomes, by name.
        cost: Name of the cheap metric by which an architecture is cheap or dear; where there is
            none the first of ``drawn`` are taken.
        n: How many genomes are wanted.
        is_affordable: Which genomes may be measured before anything is known of their worth;
            the dearest architecture is the dearest of them.

    Returns:
        At most ``n`` genomes, the cheapest and the dearest first.
    """
    if cost is None:
        return list(drawn[:n])

    def values(genomes: Sequence[Genome], sign: int) -> list[float]:
        found = [sign * row.get(cost, np.inf * sign) for row in count(genomes)]
        if sign > 0:
            return found
        fit = is_affordable(genomes)
        return [value if is_fit else np.inf for value, is_fit in zip(found, fit, strict=True)]

    ends = [
        descended(space, drawn, canonical=canonical, values=partial(values, sign=sign))
        for sign in (1, -1)
    ]
    pool = list(dict.fromkeys([*ends, *drawn]))
    costs = np.array(values(pool, 1))
    can_be_counted = np.isfinite(costs)
    pool = [genome for genome, is_it in zip(pool, can_be_counted, strict=True) if is_it]
    chosen = _farthest(np.array(pool), costs[can_be_counted], n=n)
    return [pool[row] for row in chosen]


def _farthest(genes: np.ndarray, costs: np.ndarray, *, n: int) -> list[int]:
    """Rows that lie far from each other, the first two being the first two."""
    if not len(genes):
        return []
    costs = (costs - costs.min()) / (np.ptp(costs) or 1.0)
    away = np.full((2, len(genes)), np.inf)  # from the nearest that was chosen: cost, genes
    chosen = list[int]()
    while len(chosen) < min(n, len(genes)):
        row = len(chosen) if len(chosen) < 2 else int((COST_SHARE * away[0] + away[1]).argmax())
        chosen.append(row)
        differ = (genes != genes[row]).mean(1)
        away = np.minimum(away, [np.abs(costs - costs[row]), differ])
        away[:, chosen] = -np.inf
    return chosen


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
    found = values(start)
    best = start[int(np.argmin(found))]
    least = min(found)
    for _ in range(MAX_PASSES):
        before = best
        for i in range(len(space.sizes)):
            near = [canonical(variant) for variant in space.variants(best, i)]
            found = values(near) if near else [np.inf]
            if min(found) < least:
                best, least = near[int(np.argmin(found))], min(found)
        if best == before:
            break
    return best
