"""Which genes drive a metric, with names, choices and intervals."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from evonas.explanation.anova import Indices
from evonas.objectives import Metric
from evonas.reliability import Z_90, Reliability
from evonas.space import SearchSpace

LEAST_KENDALL = 0.4  # of two records a model orders 70 % rightly; with less it is not believed


@dataclass(frozen=True)
class Estimate:
    """A number, and the 90 % interval that it lies in; of no width where it is exact.

    All three are NaN where there is nothing to tell it from.
    """

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class GeneEffect:
    """What one gene does to a metric.

    Attributes:
        gene: Name of the gene.
        alone: Share of the metric's variance that the gene brings about alone.
        total: Share that it brings about alone and together with others.
        is_ordered: Whether neighbouring choices of the gene are alike.
        choices: The gene's choices, in their order.
        means: Mean of the metric over the space with each of the choices, in their order, in
            the metric's unit.
    """

    gene: str
    alone: Estimate
    total: Estimate
    is_ordered: bool
    choices: tuple[Any, ...]
    means: tuple[Estimate, ...]


@dataclass(frozen=True)
class PairEffect:
    """The share of a metric's variance of two genes together, beyond what each does alone."""

    genes: tuple[str, str]
    share: Estimate


@dataclass(frozen=True)
class Drivers:
    """Which genes drive a metric over the uniform space.

    Attributes:
        metric: The metric.
        how: ``exact`` where it was counted for the whole space or part by part, ``estimated``
            where for a sample, ``predicted`` where a model of the records stands in.
        basis: What it rests on, in a phrase.
        mean: Mean of the metric over the space, in its unit.
        std: Standard deviation of the metric over the space, in its unit.
        genes: The genes, the largest total share first.
        pairs: Pairs of genes, the largest share first.
        reliability: How well the model tells records that it has not seen; ``None`` where none
            stands in.
    """

    metric: Metric
    how: Literal["exact", "estimated", "predicted"]
    basis: str
    mean: float
    std: float
    genes: tuple[GeneEffect, ...]
    pairs: tuple[PairEffect, ...] = field(repr=False)
    reliability: Reliability | None = None

    @property
    def is_reliable(self) -> bool:
        """Whether it was counted, or is predicted by a model that is to be believed."""
        return self.reliability is None or self.reliability.kendall >= LEAST_KENDALL

    @property
    def beyond_pairs(self) -> float:
        """Share of the variance that takes three genes or more; 0 where nothing varies."""
        if self.std == 0:
            return 0.0
        told = sum(gene.alone.value for gene in self.genes)
        return 1.0 - told - sum(pair.share.value for pair in self.pairs)


def drivers_of(
    metric: Metric,
    indices: Indices,
    replicas: Sequence[Indices],
    *,
    space: SearchSpace,
    how: Literal["exact", "estimated", "predicted"],
    basis: str,
    reliability: Reliability | None = None,
) -> Drivers:
    """Indices with names and intervals.

    Args:
        metric: The metric.
        indices: Its indices.
        replicas: The indices of as many bootstrap samples; their standard deviations make the
            intervals. None where the indices are exact.
        space: The genes.
        how: Where the indices are from.
        basis: What they rest on, in a phrase.
        reliability: How well the model tells records that it has not seen, if there is one.
    """
    main = _estimates(indices.main, [each.main for each in replicas])
    total = _estimates(indices.total, [each.total for each in replicas])
    genes = [
        GeneEffect(
            gene.name,
            alone=main[i],
            total=total[i],
            is_ordered=bool(gene.ordered),
            choices=gene.choices,
            means=tuple(_estimates(indices.means[i], [each.means[i] for each in replicas])),
        )
        for i, gene in enumerate(space.genes)
    ]
    a, b = np.triu_indices(len(genes), 1)
    shares = _estimates(indices.pairs[a, b], [each.pairs[a, b] for each in replicas])
    names = [(space.names[i], space.names[j]) for i, j in zip(a, b, strict=True)]
    pairs = [PairEffect(pair, share) for pair, share in zip(names, shares, strict=True)]
    return Drivers(
        metric,
        how,
        basis,
        mean=indices.mean,
        std=float(np.sqrt(indices.variance)),
        genes=tuple(sorted(genes, key=lambda gene: -gene.total.value)),
        pairs=tuple(sorted(pairs, key=lambda pair: -pair.share.value)),
        reliability=reliability,
    )


def _estimates(values: np.ndarray, replicas: Sequence[np.ndarray]) -> list[Estimate]:
    """Values with their intervals, from the standard deviations of bootstrap samples."""
    half = np.zeros(values.shape)
    if replicas:
        with warnings.catch_warnings():  # of a choice of which none has a value
            warnings.simplefilter("ignore", RuntimeWarning)
            half = Z_90 * np.nanstd(np.stack(replicas), axis=0)
    return [
        Estimate(float(value), float(value - width), float(value + width))
        for value, width in zip(values, half, strict=True)
    ]
