"""Two ways of doing a thing, compared seed by seed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import rankdata, t, ttest_1samp, wilcoxon

LEVEL = 0.95  # of an interval


@dataclass(frozen=True)
class Interval:
    """A mean over seeds, and where the true one lies with a confidence of 95 %.

    Attributes:
        mean: The mean.
        low: The lower end of the interval; NaN for one seed.
        high: The upper end.
    """

    mean: float
    low: float
    high: float

    def __str__(self) -> str:
        ends = "" if math.isnan(self.low) else f" [{self.low:.2f}, {self.high:.2f}]"
        return f"{self.mean:.2f}{ends}"


@dataclass(frozen=True)
class Difference:
    """By how much one way is above another, over the seeds that both were tried with.

    Attributes:
        interval: The mean difference and its interval.
        p: How likely so large a mean difference is where there is none: Student's paired test,
            two-sided; NaN for one seed.
    """

    interval: Interval
    p: float


@dataclass(frozen=True)
class Comparison:
    """One sample against another of the same seeds, larger values being better.

    Attributes:
        p: How likely differences so one-sided are where there is none: Wilcoxon's signed-rank
            test (1945), two-sided, [0, 1]; equal pairs are ranked, then dropped (Pratt 1959).
        effect: Probability that a value of the first is larger than one of the second, ties
            half (the A of Vargha and Delaney 2000): 1 where all are, .5 for no difference.
    """

    p: float
    effect: float


def compare(one: Sequence[float], other: Sequence[float]) -> Comparison:
    """Compare two samples pair by pair.

    Args:
        one: One value for each seed, at least one; none is NaN.
        other: The values of the other way, of the same seeds in the same order.

    Raises:
        ValueError: There are not as many of both.
    """
    check_pairs(one, other)
    first, second = np.asarray(one, float), np.asarray(other, float)
    ranks = rankdata(np.concatenate([first, second]))
    n = len(first)
    effect = float(ranks[:n].sum() - n * (n + 1) / 2) / (n * n)
    same = first == second  # also where both are infinite
    if same.all():
        return Comparison(1.0, effect)
    with np.errstate(invalid="ignore"):
        gaps = np.where(same, 0.0, first - second)
    return Comparison(float(wilcoxon(gaps, zero_method="pratt").pvalue), effect)


def check_pairs(first: Sequence[float], second: Sequence[float]) -> None:
    """Refuse values that are no pairs.

    Raises:
        ValueError: There are not as many of both.
    """
    if len(first) != len(second):
        raise ValueError(f"{len(first)} values beside {len(second)}; expected pairs of a seed")


def interval(values: Sequence[float]) -> Interval:
    """Mean and Student's interval of some values, one for each seed.

    Args:
        values: The values, at least one.
    """
    column = np.asarray(values, float)
    mean, n = float(column.mean()), len(column)
    if n < 2:
        return Interval(mean, float("nan"), float("nan"))
    half = float(t.ppf((1 + LEVEL) / 2, n - 1) * column.std(ddof=1) / np.sqrt(n))
    return Interval(mean, mean - half, mean + half)


def difference(first: Sequence[float], second: Sequence[float]) -> Difference:
    """By how much the first values are above the second ones, in pairs.

    Args:
        first: One value for each seed.
        second: The values of the other way, of the same seeds in the same order.

    Raises:
        ValueError: There are not as many of both.
    """
    check_pairs(first, second)
    gaps = np.subtract(first, second)
    if len(gaps) < 2 or not gaps.std():
        return Difference(interval(gaps.tolist()), float("nan") if gaps[0] else 1.0)
    return Difference(interval(gaps.tolist()), float(ttest_1samp(gaps, 0.0).pvalue))


def holm(p_values: Sequence[float]) -> list[float]:
    """The p-values of several comparisons, corrected for there being several.

    Holm 1979: the smallest is multiplied by how many there are, the next by one less, and so
    on, and none is below one before it.

    Args:
        p_values: One p-value for each comparison, in any order; NaN stays NaN and counts.

    Returns:
        The corrected values in the same order, at most 1.
    """
    p = np.asarray(p_values, float)
    order = np.argsort(p)
    factors = np.arange(len(p), 0, -1)
    corrected = np.full(len(p), np.nan)
    corrected[order] = np.minimum(1.0, np.maximum.accumulate(p[order] * factors))
    return [float(value) for value in corrected]
