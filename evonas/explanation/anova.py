"""Functional analysis of variance of a function that is tabulated over its genes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

FLAT = 1e-12  # of the largest value or of the variance: less is that of rounding


@dataclass(frozen=True)
class Table:
    """What some genes contribute to a function, for every combination of their choices.

    Attributes:
        genes: Places of the genes, in the order of the axes.
        values: One axis per gene, as long as the gene has choices.
    """

    genes: tuple[int, ...]
    values: np.ndarray


@dataclass(frozen=True)
class Indices:
    """What genes that are drawn uniformly and independently do to a function.

    The shares are of its variance, and all are zero where it does not vary. Those of all
    genes alone and of all sets of genes together add up to 1; see Sobol 1993.

    Attributes:
        mean: Mean of the function over its space, in its own unit.
        variance: Variance of the function over its space.
        main: Share of each gene alone, ``(n_genes,)``.
        total: Share of each gene alone and together with others, ``(n_genes,)``.
        pairs: Share of each two genes together beyond what each does alone, ``(n_genes,
            n_genes)``; above the diagonal, and zero elsewhere.
        means: For every gene the mean of the function at each of its choices.
    """

    mean: float
    variance: float
    main: np.ndarray
    total: np.ndarray
    pairs: np.ndarray
    means: tuple[np.ndarray, ...]


def components(values: np.ndarray, *, order: int) -> dict[tuple[int, ...], float]:
    """The variance that every set of axes brings about together, beyond its subsets.

    The effect of a set is the mean over all other axes, less the effects of its subsets
    (Hooker 2007, with uniform weights, which is that of Sobol 1993). With the order of all
    axes the variances add up to that of the table.

    Args:
        values: The table, one axis per gene.
        order: How many axes a set has at most.
    """
    effects: dict[tuple[int, ...], np.ndarray] = {(): values.mean(keepdims=True)}
    axes = range(values.ndim)
    for size in range(1, order + 1):
        for chosen in combinations(axes, size):
            others = tuple(axis for axis in axes if axis not in chosen)
            effect = values.mean(axis=others, keepdims=True)
            for smaller in range(size):
                for subset in combinations(chosen, smaller):
                    effect = effect - effects[subset]
            effects[chosen] = effect
    return {chosen: float((e**2).mean()) for chosen, e in effects.items() if chosen}


def indices_of(tables: Sequence[Table], *, sizes: Sequence[int]) -> Indices:
    """The indices of a function that is a sum of tables of disjoint genes.

    Args:
        tables: What each group of genes contributes; no gene stands in two of them.
        sizes: How many choices each gene has.
    """
    n = len(sizes)
    mean = float(sum(table.values.mean() for table in tables))
    variance = float(sum(table.values.var() for table in tables))
    main, total, pairs = np.zeros(n), np.zeros(n), np.zeros((n, n))
    means = [np.full(size, mean) for size in sizes]
    largest = sum(float(np.abs(table.values).max()) for table in tables)
    unit = variance if variance > (FLAT * largest) ** 2 else np.inf
    for table in tables:
        centred = table.values - table.values.mean()
        for axis, gene in enumerate(table.genes):
            others = tuple(i for i in range(centred.ndim) if i != axis)
            means[gene] = mean + centred.mean(axis=others)
            total[gene] = centred.var(axis=axis).mean() / unit
        for chosen, part in components(centred, order=min(2, centred.ndim)).items():
            genes = sorted(table.genes[axis] for axis in chosen)
            if len(genes) == 1:
                main[genes[0]] = part / unit
            else:
                pairs[genes[0], genes[1]] = part / unit
    for shares in (main, total, pairs):
        shares[shares < FLAT] = 0.0
    return Indices(mean, variance if unit < np.inf else 0.0, main, total, pairs, tuple(means))
