"""Estimating Sobol indices from a sample, where a space is too large to be tabulated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evonas.explanation.anova import FLAT, Indices


@dataclass(frozen=True)
class Design:
    """Genomes of which each shares some genes with others.

    Attributes:
        sizes: How many choices each gene has.
        genomes: ``(2 n_genes + 2, n, n_genes)``. The first two blocks, A and B, are drawn
            uniformly and independently; then follows A with each gene in turn from B, and then
            B with each gene in turn from A.
    """

    sizes: tuple[int, ...]
    genomes: np.ndarray

    @property
    def rows(self) -> np.ndarray:
        """All genomes one below the other, ``((2 n_genes + 2) n, n_genes)``."""
        return self.genomes.reshape(-1, len(self.sizes))


def designed(sizes: Sequence[int], n: int, *, rng: np.random.Generator) -> Design:
    """A design of n rows a block.

    Args:
        sizes: How many choices each gene has.
        n: How many genomes each block has.
        rng: Draws the first two blocks.
    """
    A, B = rng.integers(0, sizes, size=(2, n, len(sizes)))
    blocks = [A, B]
    for own, other in ((A, B), (B, A)):
        for gene in range(len(sizes)):
            block = own.copy()
            block[:, gene] = other[:, gene]
            blocks.append(block)
    return Design(tuple(sizes), np.stack(blocks))


class Estimator:
    """Estimates indices from the values of a design, as it is or with its rows weighted.

    First-order shares by Saltelli et al. 2010, Table 2 (b), total ones by Jansen 1999, Table 2
    (f) there, pairs by Saltelli 2002, Theorem 2; each the mean over the two roles that A and B
    can have, of centred values, which differ less. The mean at each choice is over all genomes
    that have it. What has no value is left out of the means that it would stand in.

    Args:
        design: The genomes.
        values: The function at ``design.rows``, of their length; NaN where it has no value.
    """

    def __init__(self, design: Design, values: np.ndarray) -> None:
        n_blocks, n, _ = design.genomes.shape
        by_block = values.reshape(n_blocks, n)
        self._is_known = np.isfinite(by_block)
        self._scale = float(np.abs(by_block[self._is_known]).max(initial=0.0))
        self._centre = float(by_block[:2][self._is_known[:2]].mean())
        self._f = np.where(self._is_known, by_block - self._centre, 0.0)
        self._sums = [
            np.stack([self._by_row(design.genomes[:, :, i] == c) for c in range(size)], 1)
            for i, size in enumerate(design.sizes)
        ]

    def _by_row(self, is_chosen: np.ndarray) -> np.ndarray:
        """Sum and number of the values that are chosen in every row, ``(2, n)``."""
        return np.stack([(self._f * is_chosen).sum(0), (self._is_known & is_chosen).sum(0)])

    def indices(self, weights: np.ndarray | None = None) -> Indices:
        """The indices.

        Args:
            weights: How often each row counts, ``(n,)``; each once if left out.
        """
        w = np.ones(self._f.shape[1]) if weights is None else weights
        d = len(self._sums)
        f, known = self._f, self._is_known.astype(float)
        (fA, fB), fAB, fBA = f[:2], f[2 : 2 + d], f[2 + d :]
        (kA, kB), kAB, kBA = known[:2], known[2 : 2 + d], known[2 + d :]
        moments = [(w * fX).sum() / (w * kX).sum() for fX, kX in ((fA, kA), (fB, kB))]
        shift = float(np.mean(moments))
        variance = float((w * (fA**2 + fB**2)).sum() / (w * (kA + kB)).sum()) - shift**2
        main = (
            _mean(w, fB * (fAB - fA), kA * kB * kAB) + _mean(w, fA * (fBA - fB), kA * kB * kBA)
        ) / 2
        total = (_mean(w, (fA - fAB) ** 2, kA * kAB) + _mean(w, (fB - fBA) ** 2, kB * kBA)) / 4
        with np.errstate(invalid="ignore"):
            shared = ((fBA * w) @ fAB.T) / ((kBA * w) @ kAB.T)  # (d, d), off the diagonal
        closed = (shared + shared.T) / 2 - _mean(w, fA * fB, kA * kB)
        pairs = np.triu(closed - main[:, None] - main, 1)
        unit = variance if variance > (FLAT * self._scale) ** 2 else np.inf
        return Indices(
            mean=self._centre + shift,
            variance=variance if unit < np.inf else 0.0,
            main=main / unit,
            total=total / unit,
            pairs=pairs / unit,
            means=tuple(self._means(sums, w) for sums in self._sums),
        )

    def resampled(self, n: int, *, rng: np.random.Generator) -> list[Indices]:
        """The indices of n bootstrap samples of the rows (Archer et al. 1997).

        Args:
            n: How many samples.
            rng: Draws the rows.
        """
        return [self.indices(self.drawn(rng)) for _ in range(n)]

    def drawn(self, rng: np.random.Generator) -> np.ndarray:
        """Weights of one bootstrap sample of the rows, ``(n,)``."""
        n = self._f.shape[1]
        return np.bincount(rng.integers(0, n, n), minlength=n).astype(float)

    def _means(self, sums: np.ndarray, w: np.ndarray) -> np.ndarray:
        total, count = sums @ w  # (2, n_choices)
        with np.errstate(invalid="ignore"):
            return np.asarray(self._centre + total / count)


def _mean(w: np.ndarray, terms: np.ndarray, known: np.ndarray) -> np.ndarray:
    """The weighted mean over rows of what is known, along the last axis."""
    with np.errstate(invalid="ignore"):
        return np.asarray((w * terms * known).sum(-1) / (w * known).sum(-1))
