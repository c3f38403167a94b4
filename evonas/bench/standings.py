"""Who is ahead of whom on one problem, and whether that is luck."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Literal

import numpy as np

from evonas.bench.contest import Score
from evonas.bench.paired import Comparison, compare, holm

SHARES = (1 / 8, 1 / 4, 1 / 2, 3 / 4, 1)  # of the least that a whole search took
SHOWN = (10, 20, 30, 40, 60, 100, 200, 300, 500, 1000)
AREA = "area"
Measure = Literal["hypervolume", "log_hypervolume", "igd_plus", "recall"]
MEASURES: tuple[Measure, ...] = ("hypervolume", "log_hypervolume", "igd_plus", "recall")


class Standings:
    """All scores of a contest on one problem, arranged.

    Args:
        scores: All scores of the searches, of any number of methods and seeds.
        methods: Labels of the methods, in the order in which they are shown; the first is what
            the others are compared with.
        measure: What is compared; of ``igd_plus`` less is better, of all others more.

    Attributes:
        scores: The scores, by method in their order, seed and evaluations.
        methods: Labels of the methods, in the order in which they are shown.
        measure: What is compared.
    """

    def __init__(
        self,
        scores: Iterable[Score],
        methods: Sequence[str],
        *,
        measure: Measure = "hypervolume",
    ) -> None:
        self.methods = list(methods)
        self.measure = measure
        order = {method: i for i, method in enumerate(methods)}
        self.scores = sorted(scores, key=lambda s: (order[s.method], s.seed, s.n_evaluations))
        self._by_count: dict[tuple[str, int], dict[int, float]] = {}
        self._curves: dict[str, dict[int, list[Score]]] = {method: {} for method in methods}
        for score in self.scores:
            if np.isnan(self.value(score)):  # not in files of earlier versions
                continue
            values = self._by_count.setdefault((score.method, score.n_evaluations), {})
            values[score.seed] = self.value(score)
            self._curves[score.method].setdefault(score.seed, []).append(score)

    @property
    def sign(self) -> int:
        """The direction of the measure: +1 if smaller is better, -1 if larger is better."""
        return 1 if self.measure == "igd_plus" else -1

    def value(self, score: Score) -> float:
        """What a score says of the measure."""
        return float(getattr(score.verdict, self.measure))

    @property
    def counts(self) -> list[int]:
        """All numbers of evaluations after which searches were judged."""
        return sorted({score.n_evaluations for score in self.scores})

    @property
    def shown(self) -> list[int]:
        """The numbers of evaluations that a table has room for."""
        counts = self.counts
        return sorted(set(counts).intersection((*SHOWN, *counts[-1:])))

    def at(self, method: str, n_evaluations: int) -> Mapping[int, float]:
        """What a method has reached after so many evaluations, by seed."""
        return self._by_count.get((method, n_evaluations), {})

    def areas(self, method: str) -> Mapping[int, float]:
        """Mean height of a method's curve from the first checkpoint to the last, by seed.

        It is the area under the curve, over evaluations, as a share of the whole. A method that
        was given fewer evaluations than others has none.
        """
        return {
            curve[0].seed: _mean_height([(s.n_evaluations, self.value(s)) for s in curve])
            for curve in self.whole_curves(method)
        }

    def samples(self) -> dict[str, dict[str, Mapping[int, float]]]:
        """What is compared: by budget, and at last by area, the values of every method.

        Returns:
            By the word of the column, by method, by seed.
        """
        found = {str(n): {m: self.at(m, n) for m in self.methods} for n in self.shown}
        return {**found, AREA: {method: self.areas(method) for method in self.methods}}

    def curves(self, method: str) -> list[list[Score]]:
        """The scores of a method, search by search, in the order of the seeds."""
        return list(self._curves[method].values())

    def whole_curves(self, method: str) -> list[list[Score]]:
        """Those of its searches that came to the last number of evaluations."""
        return [curve for curve in self.curves(method) if curve[-1].n_evaluations == self.last]

    @property
    def last(self) -> int:
        """The largest number of evaluations after which a search was judged."""
        return max((score.n_evaluations for score in self.scores), default=0)

    def cost_at(self, method: str, n_evaluations: int) -> float:
        """What so many evaluations have cost, the median over seeds."""
        spent = [
            score.cost
            for curve in self.curves(method)
            for score in curve
            if score.n_evaluations == n_evaluations
        ]
        return float(np.median(spent))

    @property
    def cost_levels(self) -> list[float]:
        """Costs at which methods are compared, up to the least that a whole search took."""
        ends = [curve[-1].cost for m in self.methods for curve in self.whole_curves(m)]
        return [min(ends, default=0.0) * share for share in SHARES]

    def for_cost(self, method: str, cost: float) -> list[float]:
        """What was reached at the last checkpoint that costs no more, in order of the seeds.

        It is NaN for a search that had not come to any, or was over before.
        """
        return [
            next((self.value(s) for s in reversed(curve) if s.cost <= cost), np.nan)
            if curve[-1].n_evaluations == self.last or curve[-1].cost >= cost
            else np.nan
            for curve in self.curves(method)
        ]

    def comparisons(self) -> dict[tuple[str, str], Comparison]:
        """The first method against every other, by the word of the column and the other."""
        first, *others = self.methods
        found = {}
        for word, values in self.samples().items():
            for other in others:
                pairs = paired(values[first], values[other])
                if pairs:
                    one, two = zip(*pairs, strict=True)
                    found[word, other] = compare(
                        [-self.sign * value for value in one],
                        [-self.sign * value for value in two],
                    )
        return found


def compared(
    standings: Mapping[str, Standings],
) -> dict[tuple[str, str, str], Comparison]:
    """Compare the first method with every other on every problem.

    Pairs are the searches with equal seeds. The p-values are corrected after Holm for all that
    is compared here.

    Args:
        standings: The standings by the label of the problem, all of the same methods.

    Returns:
        The comparisons by label of the problem, word of the column and label of the other.
    """
    found = {
        (label, *key): comparison
        for label, each in standings.items()
        for key, comparison in each.comparisons().items()
    }
    corrected = holm([comparison.p for comparison in found.values()])
    return {
        key: replace(comparison, p=p)
        for (key, comparison), p in zip(found.items(), corrected, strict=True)
    }


def paired(one: Mapping[int, float], other: Mapping[int, float]) -> list[tuple[float, float]]:
    """The values of two methods that have a seed in common, in pairs."""
    return [(one[seed], other[seed]) for seed in sorted(one.keys() & other.keys())]


def quantiles(values: Sequence[float]) -> tuple[float, float, float]:
    """Lower quartile, median and upper quartile, of which some may be infinite."""
    finite = np.nan_to_num(np.asarray(values, float), posinf=np.finfo(float).max / 4)
    found = np.percentile(finite, [25, 50, 75])
    low, median, high = np.where(found > 1e300, np.inf, found)
    return float(low), float(median), float(high)


def _mean_height(points: Sequence[tuple[int, float]]) -> float:
    n, height = np.array(points, dtype=float).T
    if len(n) < 2:
        return float(height[0])
    return float(np.trapezoid(height, n) / (n[-1] - n[0]))
