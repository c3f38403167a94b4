"""Which rungs a search had best have, judged by architectures that went all the way."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, combinations
from statistics import NormalDist

import numpy as np

N_DOUBTS = 2  # architectures that agree by chance, which are added to those that were seen
MOST_RUNGS = 3  # below the whole
LEAST_KEPT = 0.5  # of the best, that rungs together must let pass
LEAST_SAVED = 0.1  # of whole trainings, that rungs must save for every correct decision
LEARNT = 1 / 8  # of the way from the lowest to the median of the whole; who is below guesses
_normal = NormalDist()
_MIDDLES = tuple((i + 0.5) / 64 for i in range(64))  # of equal parts of a share


@dataclass(frozen=True)
class Curves:
    """What some architectures showed at several amounts, and in the end.

    Attributes:
        amounts: The amounts, in rising order, ``(n_amounts,)``: epochs, images or pixels.
        shares: What a training with each amount takes, as a share of the whole, (0, 1).
        values: What was trained, the more the better, ``(n, n_metrics, n_amounts + 1)``; the
            last column is that of the whole.
        effort: FLOPs of the whole training of each, ``(n,)``; all 0 where nobody knows.
        goes_on: Whether a larger amount goes on where a smaller one ended.
    """

    amounts: Sequence[int]
    shares: Sequence[float]
    values: np.ndarray
    effort: np.ndarray
    goes_on: bool


@dataclass(frozen=True)
class Tried:
    """An amount less than the whole, and how far it tells what the whole would.

    Attributes:
        amount: How many epochs, images or pixels it is.
        agreement: Share of the pairs of architectures that it puts in the order of the whole,
            [0, 1]; 0.5 is chance.
        among_dear: The same share among the dearer half of the architectures.
        is_rung: Whether it was chosen.
    """

    amount: int
    agreement: float
    among_dear: float
    is_rung: bool = False


@dataclass(frozen=True)
class RungChoice:
    """The rungs that were chosen, and how they came to be.

    Attributes:
        tried: All amounts below the whole that were looked at, in rising order.
        n: How many architectures were seen at all of them and as a whole.
        takes: What a correct decision is expected to take with the rungs, in whole trainings,
            (0, 1]; 1 where there are none.
    """

    tried: tuple[Tried, ...]
    n: int
    takes: float

    @property
    def amounts(self) -> tuple[int, ...]:
        """The amounts that are rungs, in rising order; empty where none is."""
        return tuple(each.amount for each in self.tried if each.is_rung)


def choose_rungs(curves: Curves, *, reduction: float) -> RungChoice:
    """The rungs with which a correct decision takes least; none where they save too little.

    At a rung it is decided who is among the best, of whom one in ``reduction`` goes on. Rank
    correlation says, by the bivariate normal distribution that has the same, which share of
    the best is among them. What the steps take, divided by the share of the best that reaches
    the whole, is what a correct decision takes; without rungs that is one whole training.

    Args:
        curves: What architectures showed that went all the way.
        reduction: One architecture in so many goes on from a rung to the next.
    """
    n = len(curves.values)
    by_effort = np.argsort(curves.effort, kind="stable")
    dear = by_effort[n // 2 :] if curves.effort.any() else by_effort
    tried = [
        Tried(amount, _agreement(curves.values, i), _agreement(curves.values[dear], i))
        for i, amount in enumerate(curves.amounts)
    ]
    trusted = _trusted(tried, n)
    best: tuple[int, ...] = ()
    takes = 1.0 - LEAST_SAVED
    for ladder in _subsets(len(tried)):
        kept = _kept([trusted[i] for i in ladder], reduction)
        cost = _cost([curves.shares[i] for i in ladder], reduction, goes_on=curves.goes_on)
        if kept >= LEAST_KEPT and cost / kept < takes:
            best, takes = ladder, cost / kept
    chosen = tuple(replace(each, is_rung=i in best) for i, each in enumerate(tried))
    return RungChoice(chosen, n, takes if best else 1.0)


def _subsets(n: int) -> Iterator[tuple[int, ...]]:
    """Every choice of up to ``MOST_RUNGS`` of so many places, the smaller choices first."""
    sizes = range(1, MOST_RUNGS + 1)
    return chain.from_iterable(combinations(range(n), size) for size in sizes)


def _agreement(values: np.ndarray, place: int) -> float:
    """Share of pairs in the order of the whole, that of the metric that agrees least.

    Who is no better than the lowest, but for an eighth of what there is to learn, guesses: a
    pair of such is in no order, and half of it counts as by chance.
    """
    if len(values) < 2:
        return 0.5
    found = []
    for seen, whole in zip(values[:, :, place].T, values[:, :, -1].T, strict=True):
        guess = seen.min() + LEARNT * max(0.0, float(np.median(whole)) - seen.min())
        found.append(_concordance(np.maximum(seen, guess), whole))
    return min(found)


def _concordance(seen: np.ndarray, whole: np.ndarray) -> float:
    """Share of the pairs that differ in the whole which are in the same order, [0, 1]."""
    above = np.triu_indices(len(whole), 1)
    order = np.sign(whole[:, None] - whole)[above]
    same = np.sign(seen[:, None] - seen)[above] * order
    n_pairs = np.count_nonzero(order)
    return float(0.5 + same.sum() / (2 * n_pairs)) if n_pairs else 0.5


def _trusted(tried: Sequence[Tried], n: int) -> list[float]:
    """Rank correlations to count on, [-1, 1]: of the normal distribution that agrees so.

    Of all and of the dearer half, which often learns late, the lesser agreement counts. To all
    some architectures are added that agree by chance; to the half, whose few pairs say little,
    some that agree as all do. No amount is trusted further than a larger one: more is luck.
    """
    found = list[float]()
    least = 1.0
    for each in reversed(tried):
        of_all = (n * each.agreement + N_DOUBTS * 0.5) / (n + N_DOUBTS)
        of_dear = (n / 2 * each.among_dear + N_DOUBTS * of_all) / (n / 2 + N_DOUBTS)
        least = min(least, of_all, of_dear)
        found.append(math.sin(math.pi * (least - 0.5)))  # Greiner 1909, of Kendall's tau
    return found[::-1]


def _kept(correlations: Sequence[float], reduction: float) -> float:
    """The share of the best that passes all rungs, [0, 1]; one rung as if by itself."""
    best = reduction ** -len(correlations)
    passed = [
        _passed(correlation, kept=reduction**-place, best=best)
        for place, correlation in enumerate(correlations, start=1)
    ]
    return math.prod(passed)


def _passed(correlation: float, *, kept: float, best: float) -> float:
    """Chance, [0, 1], to be in the upper share of one normal variable if in that of another."""
    threshold = _normal.inv_cdf(1 - kept)
    rest = math.sqrt(max(1e-9, 1 - correlation**2))
    high = [_normal.inv_cdf(1 - best * share) for share in _MIDDLES]
    return math.fsum(_normal.cdf((correlation * y - threshold) / rest) for y in high) / len(
        high
    )


def _cost(shares: Sequence[float], reduction: float, *, goes_on: bool) -> float:
    """What all steps take for each architecture that begins, in whole trainings."""
    total, before = 0.0, 0.0
    for place, share in enumerate((*shares, 1.0)):
        total += (share - before if goes_on else share) / reduction**place
        before = share
    return total
