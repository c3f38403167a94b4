"""Genomes and metrics as numbers that a regression takes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from evonas.objectives import Objective
from evonas.space import Genome, SearchSpace

SAME = 0.9999  # correlation beyond which one metric says what another has said
TRAITS_SHARE = 2.0  # of the variance of a genome
HARDLY = 1e-3  # of the scale: added to a distance before its logarithm is taken


class Encoder:
    """Encodes genomes gene by gene, by each gene's kind.

    A categorical gene is one-hot. An ordered gene has a column for every step between
    neighbouring choices, 1 above it and 0 below (a thermometer), so that two choices are as far
    apart as there are steps between them, and a model may still bend at each. All columns have
    mean 0 over uniformly drawn genomes, and every gene the same variance, however many choices
    it has.

    Args:
        space: The search space whose genomes are encoded.
    """

    def __init__(self, space: SearchSpace) -> None:
        gene_of_column: list[int] = []
        choices: list[int] = []
        is_step: list[bool] = []
        for i, (gene, size) in enumerate(zip(space.genes, space.sizes, strict=True)):
            marks = range(1, size) if gene.ordered else range(size if size > 1 else 0)
            gene_of_column += [i] * len(marks)
            choices += marks
            is_step += [bool(gene.ordered)] * len(marks)
        self._n_genes = len(space.sizes)
        self._gene = np.array(gene_of_column, dtype=int)
        self._choice = np.array(choices, dtype=int)
        self._is_step = np.array(is_step, dtype=bool)
        sizes = np.array(space.sizes)[self._gene]
        n_columns = np.bincount(self._gene, minlength=len(space.sizes))[self._gene]
        self._mean = np.where(self._is_step, (sizes - self._choice) / sizes, 1 / sizes)
        self._scale = np.sqrt(self._mean * (1 - self._mean) * n_columns)

    @property
    def n_columns(self) -> int:
        """Numbers in an encoded genome."""
        return len(self._gene)

    @property
    def n_genes(self) -> int:
        """Genes of a genome."""
        return self._n_genes

    @property
    def gene_of_column(self) -> np.ndarray:
        """Number of the gene that each column encodes, ``(n_columns,)``."""
        return self._gene

    def columns_of(self, gene: int) -> np.ndarray:
        """Numbers of the columns that encode a gene, in the order of its choices."""
        return np.flatnonzero(self._gene == gene)

    def __call__(self, genomes: Sequence[Genome]) -> np.ndarray:
        """Genomes as rows, ``(n, n_columns)``."""
        values = np.array(genomes, dtype=int).reshape(len(genomes), self._n_genes)[
            :, self._gene
        ]
        marks = np.where(self._is_step, values >= self._choice, values == self._choice)
        encoded: np.ndarray = (marks - self._mean) / self._scale
        return encoded


class AlikeGenes:
    """How often each choice stands in genes that choose from the same, wherever it stands.

    Such genes are the layers of a chain or the edges of a cell: how many are convolutions says
    a good deal of what says which (White et al. 2021 count paths likewise). For ordered genes
    it is how many go beyond each choice.

    Args:
        space: The search space whose genomes are encoded.
    """

    def __init__(self, space: SearchSpace) -> None:
        self._encode = Encoder(space)
        groups: dict[tuple[object, ...], list[int]] = {}
        for i, gene in enumerate(space.genes):
            if len(gene.choices) > 1:
                groups.setdefault((gene.ordered, *map(repr, gene.choices)), []).append(i)
        alike = [genes for genes in groups.values() if len(genes) > 1]
        n_alike = sum(map(len, alike))
        sums = [np.zeros((self._encode.n_columns, 0))]
        for genes in alike:
            columns = [self._encode.columns_of(gene) for gene in genes]
            block = np.zeros((self._encode.n_columns, len(columns[0])))
            for own in columns:
                block[own, range(len(own))] = 1.0 / math.sqrt(n_alike)
            sums.append(block)
        self._sums = np.hstack(sums)

    def __call__(self, encoded: np.ndarray) -> np.ndarray:
        """Encoded genomes ``(n, n_columns)`` as counts ``(n, n_counts)``.

        All counts together have mean 0 and variance 1 over uniformly drawn genomes.
        """
        return encoded @ self._sums


class TraitColumns:
    """What a space tells of its architectures by name, as columns of mean 0.

    All columns together have a variance of ``TRAITS_SHARE``. A name that none of those had that
    it was fitted to, or that all had alike, tells nothing yet, and has no column.
    """

    def __init__(self) -> None:
        self._names: list[str] = []
        self._mean = self._scale = np.zeros(0)

    def fit(self, traits: Sequence[Mapping[str, float]]) -> None:
        """Learn names and scales from traits of architectures; at least one."""
        names = sorted({name for each in traits for name in each})
        rows = self._rows(traits, names)
        std = rows.std(0)
        kept = np.flatnonzero(std > 0)
        self._names = [names[i] for i in kept]
        self._mean = rows.mean(0)[kept]
        self._scale = std[kept] * math.sqrt(max(len(kept), 1) / TRAITS_SHARE)

    def __call__(self, traits: Sequence[Mapping[str, float]]) -> np.ndarray:
        """Scaled traits, ``(n, n_kept)``."""
        scaled: np.ndarray = (self._rows(traits, self._names) - self._mean) / self._scale
        return scaled

    @staticmethod
    def _rows(traits: Sequence[Mapping[str, float]], names: Sequence[str]) -> np.ndarray:
        rows = [[each.get(name, 0.0) for name in names] for each in traits]
        return np.array(rows, dtype=float).reshape(len(traits), len(names))


class CheapColumns:
    """Metrics that are known without training as columns of mean 0 and variance 1.

    Those that are positive throughout count by their logarithm. One that says what another has
    said, as MACs do beside FLOPs, is left out, and so is one that is always the same.
    """

    def __init__(self) -> None:
        self._kept: np.ndarray = np.arange(0)
        self._is_positive: np.ndarray = np.zeros(0, dtype=bool)
        self._mean: np.ndarray = np.zeros(0)
        self._std: np.ndarray = np.zeros(0)

    def fit(self, values: np.ndarray) -> None:
        """Learn the scales from metrics in natural units, ``(n, n_metrics)``."""
        self._is_positive = np.asarray((values > 0).all(0))
        columns = self._logarithms(values)
        std = columns.std(0)
        kept: list[int] = []
        for i in np.flatnonzero(std > 0):
            alike = [abs(np.corrcoef(columns[:, i], columns[:, j])[0, 1]) for j in kept]
            if max(alike, default=0.0) < SAME:
                kept.append(int(i))
        self._kept = np.array(kept, dtype=int)
        self._mean, self._std = columns.mean(0)[self._kept], std[self._kept]

    def __call__(self, values: np.ndarray) -> np.ndarray:
        """Scaled metrics, ``(n, n_kept)``; what is unknown (NaN) counts as the mean."""
        columns = self._logarithms(values)[:, self._kept]
        scaled: np.ndarray = np.nan_to_num((columns - self._mean) / self._std)
        return scaled

    def _logarithms(self, values: np.ndarray) -> np.ndarray:
        least = np.finfo(float).tiny
        return np.where(self._is_positive, np.log(np.maximum(values, least)), values)


class ErrorScale:
    """A learnt metric on the scale on which a model sees it.

    Where the best possible value is known it is the logarithm of the distance to it: between
    2 % and 4 % error lies as much as between 20 % and 40 %. Otherwise it is the value itself.

    Args:
        objective: The learnt metric, with its best value and direction.
    """

    def __init__(self, objective: Objective) -> None:
        self._sign = objective.sign
        self._best = objective.best
        bounds = (objective.best, objective.worst)
        span = 1.0 if None in bounds else abs(float(bounds[0] or 0) - float(bounds[1] or 0))
        self._least = HARDLY * (span or 1.0)

    def forward(self, values: np.ndarray) -> np.ndarray:
        """Values in natural units on the scale of the model, less being better."""
        if self._best is None:
            return np.asarray(self._sign * values)
        distance = np.maximum(self._sign * (values - self._best), 0.0)
        return np.asarray(np.log(distance + self._least))

    def natural(self, scaled: np.ndarray) -> np.ndarray:
        """Values on the scale of the model in natural units; undoes ``forward``."""
        if self._best is None:
            return np.asarray(self._sign * scaled)
        distance = np.exp(scaled) - self._least
        return np.asarray(self._best + self._sign * np.maximum(distance, 0.0))

    def backward(self, mean: np.ndarray, std: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Means and standard deviations of the model in natural units, to first order."""
        return self.natural(mean), std if self._best is None else np.exp(mean) * std
