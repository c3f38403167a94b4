"""Who is ahead of whom over several problems, and whether that is luck.

A problem is one block: the median over its seeds. Searches with other seeds on the same problem
are no further problems. To count each as a block of its own would say with how many seeds one
has looked, and not on how many problems a method is ahead: the critical difference could be
made as small as one likes by more seeds (Demšar 2006, sections 1 and 3.2.2).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import friedmanchisquare, norm, rankdata, studentized_range

from evonas.bench.standings import Standings

LEVEL = 0.05
LEAST_BLOCKS = 2  # problems, for which there is any difference between chance and none
PRIOR = 0.5  # weight of a problem without difference that is thought of beside those observed
N_DRAWS = 20_000


@dataclass(frozen=True)
class Ranking:
    """Methods by their ranks over several problems.

    Attributes:
        methods: Labels of the methods that have a value on every problem.
        ranks: Average rank of each, from 1 for the best; equal ones share theirs.
        n_blocks: Number of the problems.
        p: How likely such differences of ranks are where there is none (Friedman 1937, with
            ties), [0, 1]; NaN for fewer than three methods or two problems.
        critical_difference: By how much average ranks must differ at least to be told apart at
            5 % (Nemenyi 1963, as in Demšar 2006, section 3.2.2); NaN for one problem.
        difference_from_one: The same where only one method is compared with all others, and
            not every pair (Dunn 1961, as there).
    """

    methods: tuple[str, ...]
    ranks: tuple[float, ...]
    n_blocks: int
    p: float
    critical_difference: float
    difference_from_one: float = math.nan


def blocks_of(
    standings: Iterable[Standings], methods: Sequence[str]
) -> dict[str, dict[str, list[float]]]:
    """What each method has reached on each problem: the median over seeds, more being better.

    Args:
        standings: The standings, one for each problem, in their order.
        methods: Labels of the methods.

    Returns:
        By the word of the column, a number of evaluations or ``area``, by method, the values in
        the order of the problems. Left out are numbers of evaluations that are not shown for
        all problems, and methods that lack a value on one.
    """
    samples = [(each.sign, each.samples()) for each in standings]
    words = [w for w in samples[0][1] if all(w in found for _, found in samples)]
    return {
        word: {
            method: [
                -sign * float(np.median(list(found[word][method].values())))
                for sign, found in samples
            ]
            for method in methods
            if all(found[word].get(method) for _, found in samples)
        }
        for word in words
    }


def ranked(values: Mapping[str, Sequence[float]]) -> Ranking:
    """Rank methods on every problem, and average.

    Args:
        values: By method what it has reached on every problem, more being better; as many for
            each.
    """
    methods = tuple(values)
    table = np.array([values[method] for method in methods], float)  # (k, n)
    k, n = table.shape
    ranks = rankdata(-table, axis=0).mean(1)
    is_told = n >= LEAST_BLOCKS
    return Ranking(
        methods=methods,
        ranks=tuple(map(float, ranks)),
        n_blocks=n,
        p=_friedman(table) if k > 2 and is_told else math.nan,
        critical_difference=critical_difference(k, n) if is_told else math.nan,
        difference_from_one=difference_from_one(k, n) if is_told else math.nan,
    )


def critical_difference(k: int, n: int) -> float:
    """By how much average ranks must differ at least (Demšar 2006, section 3.2.2).

    It is q sqrt(k (k + 1) / 6 n), where q is the upper 5 % point of the studentised range of k
    values with endless degrees of freedom, divided by the root of 2.

    Args:
        k: Number of methods, 2 or more.
        n: Number of problems.
    """
    return critical_value(k) * math.sqrt(k * (k + 1) / (6 * n))


def difference_from_one(k: int, n: int) -> float:
    """By how much the average rank of one method must differ from each other's at least.

    As ``critical_difference``, with the z of 5 % divided by the k - 1 comparisons in place of q
    (Demšar 2006, Table 5 (b)).

    Args:
        k: Number of methods, 2 or more.
        n: Number of problems.
    """
    z = float(norm.ppf(1 - LEVEL / (2 * (k - 1))))
    return z * math.sqrt(k * (k + 1) / (6 * n))


def critical_value(k: int) -> float:
    """The q of Demšar 2006, Table 5 (a), for a two-tailed test at 5 %.

    Args:
        k: Number of methods, 2 or more.
    """
    return float(studentized_range.ppf(1 - LEVEL, k, np.inf)) / math.sqrt(2)


def cliques(ranking: Ranking) -> list[tuple[int, int]]:
    """Which methods cannot be told apart, as the ends of bars in a diagram.

    Returns:
        For each bar the places, from 0, of its best and its worst method, in the order of
        ranks. No bar lies within another, and none holds one method alone. There is none where
        there is no critical difference.
    """
    if math.isnan(ranking.critical_difference):
        return []
    ranks = sorted(ranking.ranks)
    bars: list[tuple[int, int]] = []
    for i, best in enumerate(ranks):
        j = max(j for j, r in enumerate(ranks) if r - best <= ranking.critical_difference)
        if j > i and (not bars or j > bars[-1][1]):
            bars.append((i, j))
    return bars


def chance_ahead(one: Sequence[float], other: Sequence[float]) -> float:
    """How likely one method is ahead of another on problems like these.

    The Bayesian signed-rank test of Benavoli et al. 2017, "Time for a Change", section 4.2.1,
    without a region of practical equivalence: the pseudo-median of the differences is positive
    with this probability, by a Dirichlet process whose prior holds one problem without
    difference, of weight .5.

    Args:
        one: What the one has reached on every problem, more being better.
        other: What the other has reached, on the same problems in the same order.

    Returns:
        The probability, [0, 1]; one half where there is no difference.
    """
    first, second = np.asarray(one, float), np.asarray(other, float)
    same = first == second  # also where both are infinite
    gaps = np.concatenate([[0.0], np.where(same, 0.0, first - np.where(same, 0.0, second))])
    weights = np.random.default_rng(0).dirichlet([PRIOR, *[1.0] * len(first)], N_DRAWS)
    sums = np.sign(gaps[:, None] + gaps)  # (n, n): above 0 where the mean of two is
    lead = np.einsum("di,ij,dj->d", weights, sums, weights, optimize=True)
    return float(np.mean((lead > 0) + 0.5 * (lead == 0)))


def _friedman(table: np.ndarray) -> float:
    """Friedman's p; 1 where all methods are equal on every problem."""
    if (table == table[0]).all():
        return 1.0
    return float(friedmanchisquare(*table).pvalue)
