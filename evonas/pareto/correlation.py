"""How alike two columns of numbers order the same things."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from itertools import permutations
from math import comb, isnan, nan, sqrt

import numpy as np

FEWEST = 5  # rows; of four in an order at random, one in 24 agrees in full, which is 4 %
N_FOR_INTERVAL = 10  # rows; of fewer, draws with replacement are hardly different ones
N_DRAWS = 2000
_MOST_IN_FULL = 7  # rows all of whose orders, 5,040, are looked at


def spearman(a: np.ndarray, b: np.ndarray) -> float:
    """Spearman's rank correlation; equal numbers share their mean rank.

    It is that of ``scipy.stats``, whose import would cost every command half a second.

    Args:
        a: The first column of numbers, ``(n,)``.
        b: The second column of numbers, ``(n,)``, in the same order of rows.

    Returns:
        In [-1, 1]; NaN where either is constant or empty, or lacks a value (NaN).
    """
    if _is_flat(a, b):
        return nan
    return float(np.corrcoef(_mean_ranks(a), _mean_ranks(b))[0, 1])


def kendall(a: np.ndarray, b: np.ndarray) -> float:
    """Kendall's rank correlation, tau-b: pairs in the same order less those in the other.

    Pairs are counted row by row among those before it, which are kept in order (Knight 1966).

    Args:
        a: The first column of numbers, ``(n,)``.
        b: The second column of numbers, ``(n,)``, in the same order of rows.

    Returns:
        In [-1, 1]; NaN where either is constant or empty, or lacks a value (NaN).
    """
    if _is_flat(a, b):
        return nan
    rows = sorted(zip(a.tolist(), b.tolist(), strict=True))
    before, n_against = list[float](), 0
    for i, (_, value) in enumerate(rows):  # those before it are less in a, or equal
        place = bisect_right(before, value)
        n_against += i - place
        before.insert(place, value)
    n_pairs = comb(len(rows), 2)
    untied_a, untied_b = (n_pairs - _n_tied(column) for column in zip(*rows, strict=True))
    n_untied = untied_a + untied_b - n_pairs + _n_tied(rows)
    return (n_untied - 2 * n_against) / sqrt(untied_a * untied_b)


def _n_tied(values: Iterable[Hashable]) -> int:
    """How many pairs of values are equal."""
    return sum(comb(n, 2) for n in Counter(values).values())


@dataclass(frozen=True)
class Estimate:
    """A rank correlation, and how much it says.

    Attributes:
        value: The correlation, [-1, 1]; NaN where either column is constant or empty.
        chance: In which share of all orders of one column it is as high or higher, [0, 1]; NaN
            like the value. Of more than seven rows, 2,000 orders are drawn.
        interval: The 95 % percentile interval of a bootstrap over rows (Efron 1979), of 2,000
            draws; ``None`` of fewer than ten rows.
    """

    value: float
    chance: float
    interval: tuple[float, float] | None


@dataclass(frozen=True)
class Agreement:
    """How alike two columns order the same rows, by both correlations.

    Attributes:
        n: How many rows there are.
        spearman: Spearman's rank correlation.
        kendall: Kendall's rank correlation, tau-b.
    """

    n: int
    spearman: Estimate
    kendall: Estimate

    @classmethod
    def of(cls, a: np.ndarray, b: np.ndarray, *, seed: int = 0) -> Agreement:
        """The agreement of two columns.

        Args:
            a: The first column of numbers, ``(n,)``.
            b: The second column of numbers, ``(n,)``, in the same order of rows.
            seed: Fixes the orders and the rows that are drawn.
        """
        return cls(
            n=len(a),
            spearman=_estimate(spearman, a, b, seed=seed),
            kendall=_estimate(kendall, a, b, seed=seed),
        )


def _estimate(
    correlation: Callable[[np.ndarray, np.ndarray], float],
    a: np.ndarray,
    b: np.ndarray,
    *,
    seed: int,
) -> Estimate:
    n, value, rng = len(a), correlation(a, b), np.random.default_rng(seed)
    if isnan(value):
        return Estimate(nan, nan, None)
    if n <= _MOST_IN_FULL:
        orders = [np.array(order) for order in permutations(range(n))]
    else:  # the order as it is counts as one of those drawn
        orders = [np.arange(n), *(rng.permutation(n) for _ in range(N_DRAWS))]
    as_high = [correlation(a, b[order]) >= value - 1e-12 for order in orders]
    return Estimate(value, float(np.mean(as_high)), _interval(correlation, a, b, rng=rng))


def _interval(
    correlation: Callable[[np.ndarray, np.ndarray], float],
    a: np.ndarray,
    b: np.ndarray,
    *,
    rng: np.random.Generator,
) -> tuple[float, float] | None:
    n = len(a)
    if n < N_FOR_INTERVAL:
        return None
    rows = rng.integers(n, size=(N_DRAWS, n))
    drawn = [correlation(a[row], b[row]) for row in rows]
    low, high = np.nanpercentile(drawn, [2.5, 97.5])
    return float(low), float(high)


def _is_flat(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether either orders nothing: it is constant or empty, or lacks a value."""
    return len(a) == 0 or not (np.ptp(a) > 0 and np.ptp(b) > 0)


def _mean_ranks(values: np.ndarray) -> np.ndarray:
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks: np.ndarray = (np.cumsum(counts) - (counts - 1) / 2)[places]
    return ranks
