"""Tabulating a function of genes: as a whole, or part by part where it is a sum of parts."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from evonas.explanation.anova import Table

Function = Callable[[np.ndarray], np.ndarray]
"""Values ``(n,)`` of genomes ``(n, n_genes)``; NaN where one has none."""

N_ANCHORS = 12  # genomes around which pairs of genes are looked at
N_CHECKED = 1000  # genomes on which a sum of parts must be right
TOLERANCE = 1e-9  # of the largest value


def tabulate(
    function: Function, sizes: Sequence[int], *, limit: int, seed: int
) -> tuple[Table, ...] | None:
    """Tables whose sum is the function, each of genes of its own.

    A space that is small enough is tabulated as a whole. In a larger one, two genes belong
    together where the function's mixed second difference is not zero around one of a few
    genomes that are drawn; each group is tabulated with all other genes held fixed, and the
    sum is compared with the function on genomes that are drawn anew.

    Args:
        function: The function.
        sizes: How many choices each gene has.
        limit: How many genomes may be tabulated.
        seed: Fixes the genomes that are drawn.

    Returns:
        The tables; ``None`` where the function is no sum of parts that are small enough, or
        where it has no value somewhere.
    """
    if math.prod(sizes) <= limit:
        values = function(_grid(sizes))
        is_whole = bool(np.isfinite(values).all())
        return (Table(tuple(range(len(sizes))), values.reshape(sizes)),) if is_whole else None
    rng = np.random.default_rng(seed)
    groups = _groups(function, sizes, limit=limit, rng=rng)
    if groups is None:
        return None
    anchor = rng.integers(0, sizes)
    tables = _around(function, sizes, groups, anchor=anchor)
    checked = rng.integers(0, sizes, size=(N_CHECKED, len(sizes)))
    wanted = function(checked)
    missed = np.abs(total_of(tables, checked) - wanted)
    return tables if bool((missed <= TOLERANCE * np.abs(wanted).max()).all()) else None


def total_of(tables: Sequence[Table], genomes: np.ndarray) -> np.ndarray:
    """The sum of tables at genomes, ``(n,)``.

    Args:
        tables: The tables.
        genomes: The genomes, ``(n, n_genes)``.
    """
    found: np.ndarray = np.zeros(len(genomes))
    for table in tables:
        found = found + table.values[tuple(genomes[:, gene] for gene in table.genes)]
    return found


def _grid(sizes: Sequence[int]) -> np.ndarray:
    """Every genome, ``(n, n_genes)``, the last gene changing fastest."""
    return np.indices(tuple(sizes)).reshape(len(sizes), -1).T


def _around(
    function: Function,
    sizes: Sequence[int],
    groups: Sequence[Sequence[int]],
    *,
    anchor: np.ndarray,
) -> tuple[Table, ...]:
    """A table for every group, of what it adds to the anchor, which the first has in it."""
    base = function(anchor[None])[0]
    tables = []
    for i, group in enumerate(groups):
        own = _grid([sizes[gene] for gene in group])
        genomes = np.tile(anchor, (len(own), 1))
        genomes[:, group] = own
        values = function(genomes) - (base if i else 0.0)
        tables.append(Table(tuple(group), values.reshape([sizes[gene] for gene in group])))
    return tuple(tables)


def _groups(
    function: Function, sizes: Sequence[int], *, limit: int, rng: np.random.Generator
) -> list[list[int]] | None:
    """Genes that belong together; ``None`` where they are too many to be tabulated."""
    home = np.arange(len(sizes))
    many = [gene for gene, size in enumerate(sizes) if size > 1]
    for _ in range(N_ANCHORS):
        start = rng.integers(0, sizes)
        other = (start + 1 + rng.integers(0, np.maximum(1, np.array(sizes) - 1))) % sizes
        apart = [
            (a, b) for i, a in enumerate(many) for b in many[i + 1 :] if home[a] != home[b]
        ]
        for a, b in _interacting(function, start, other, apart):
            home[home == home[b]] = home[a]
        groups = [np.flatnonzero(home == label).tolist() for label in np.unique(home)]
        if sum(math.prod(sizes[gene] for gene in group) for group in groups) > limit:
            return None
    return groups


def _interacting(
    function: Function,
    start: np.ndarray,
    other: np.ndarray,
    pairs: Sequence[tuple[int, int]],
) -> list[tuple[int, int]]:
    """Pairs of genes whose change together is not the sum of their changes alone."""
    involved = sorted({gene for pair in pairs for gene in pair})
    sets = [(), *((gene,) for gene in involved), *pairs]
    genomes = np.tile(start, (len(sets), 1))
    for row, changed in zip(genomes, sets, strict=True):
        row[list(changed)] = other[list(changed)]
    values = dict(zip(sets, function(genomes).tolist(), strict=True))
    least = TOLERANCE * max(map(abs, values.values()), default=0.0)
    return [
        (a, b)
        for a, b in pairs
        if not abs(values[a, b] - values[(a,)] - values[(b,)] + values[()]) <= least
    ]
