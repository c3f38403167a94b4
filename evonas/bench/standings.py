"""Who is ahead of whom in a contest, and whether that is luck."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import mannwhitneyu

from evonas.bench.contest import Score

SHARES = (1 / 16, 1 / 8, 1 / 4, 1 / 2, 1)  # of the least that a search has spent
SHOWN = (30, 40, 50, 100, 150, 200, 300, 500, 1000)
COLUMNS = ("method", "seed", "evaluations", "cost", "hypervolume", "igd_plus", "recall")


@dataclass(frozen=True)
class Comparison:
    """One sample against another, larger values being better.

    Attributes:
        p: Two-sided p-value of the test of Mann and Whitney 1947, [0, 1].
        effect: Probability that a value of the first is larger than one of the second, ties
            half (the A of Vargha and Delaney 2000): 1 where all are, .5 for no difference.
    """

    p: float
    effect: float


def compare(one: Sequence[float], other: Sequence[float]) -> Comparison:
    """Compare two samples, each of one value at least."""
    statistic, p = mannwhitneyu(one, other)
    return Comparison(p=float(p), effect=float(statistic) / (len(one) * len(other)))


class Standings:
    """All scores of a contest, arranged.

    Args:
        scores: All scores of the searches, of any number of methods and seeds.
        methods: Names of the methods, in the order in which they are shown; the first is what
            the others are compared with.

    Attributes:
        methods: Names of the methods, in the order in which they are shown.
    """

    def __init__(self, scores: Sequence[Score], methods: Sequence[str]) -> None:
        self.methods = list(methods)
        order = {method: i for i, method in enumerate(methods)}
        self.scores = sorted(scores, key=lambda s: (order[s.method], s.seed, s.n_evaluations))

    @property
    def shown(self) -> list[int]:
        """The numbers of evaluations that a table has room for."""
        reached = {score.n_evaluations for score in self.scores}
        return sorted(reached.intersection((*SHOWN, max(reached, default=0))))

    def at(self, method: str, n_evaluations: int) -> list[float]:
        """Hypervolumes of a method after so many evaluations, by seed."""
        return [
            score.verdict.hypervolume
            for score in self.scores
            if (score.method, score.n_evaluations) == (method, n_evaluations)
        ]

    def areas(self, method: str) -> list[float]:
        """Mean hypervolume from the first to the last checkpoint, by seed."""
        by_seed: dict[int, list[tuple[int, float]]] = {}
        for score in self.scores:
            if score.method == method:
                point = (score.n_evaluations, score.verdict.hypervolume)
                by_seed.setdefault(score.seed, []).append(point)
        return [_mean_height(points) for points in by_seed.values()]

    def table(self) -> tuple[list[str], list[list[str]]]:
        """Medians and quartiles, the anytime area, and at the end how much of the front."""
        counts = self.shown
        header = ["method", *map(str, counts), "area", "recall", "igd+"]
        rows = []
        for method in self.methods:
            own = [score for score in self.scores if score.method == method]
            last = [score for score in own if score.n_evaluations == counts[-1]]
            rows.append(
                [
                    method,
                    *(_quartiles(self.at(method, n)) for n in counts),
                    _quartiles(self.areas(method)),
                    _median([score.verdict.recall for score in last]),
                    _median([score.verdict.igd_plus for score in last]),
                ]
            )
        return header, rows

    def by_cost(self) -> tuple[list[str], list[list[str]]]:
        """Medians and quartiles of the hypervolume for equal cost, up to the least of all."""
        last = {(s.method, s.seed): s.cost for s in self.scores}
        least = min(last.values(), default=0.0)
        levels = [least * share for share in SHARES]
        rows = [
            [method, *(_quartiles(self._for_cost(method, level)) for level in levels)]
            for method in self.methods
        ]
        return ["for a cost of", *(f"{level:.3g}" for level in levels)], rows

    def _for_cost(self, method: str, cost: float) -> list[float]:
        """Hypervolumes at the last checkpoint that costs no more, by seed; 0 before one."""
        found: dict[int, float] = {}
        for score in self.scores:
            if score.method == method:
                found.setdefault(score.seed, 0.0)
                if score.cost <= cost:
                    found[score.seed] = score.verdict.hypervolume
        return list(found.values())

    def tests(self) -> tuple[list[str], list[list[str]]]:
        """The first method against every other: p, and the probability to be ahead."""
        counts = self.shown
        first, *others = self.methods
        header = [f"{first} ahead of", *map(str, counts)]
        rows = []
        for other in others:
            cells = []
            for n in counts:
                one, two = self.at(first, n), self.at(other, n)
                found = compare(one, two) if one and two else None
                cells.append(f"{found.effect:.2f} (p {found.p:.1g})" if found else "-")
            rows.append([other, *cells])
        return header, rows

    def rows(self) -> list[list[str]]:
        """Every score as a row under ``COLUMNS``."""
        return [
            [
                score.method,
                str(score.seed),
                str(score.n_evaluations),
                f"{score.cost:.6g}",
                f"{score.verdict.hypervolume:.6f}",
                f"{score.verdict.igd_plus:.6f}",
                f"{score.verdict.recall:.4f}",
            ]
            for score in self.scores
        ]


def _mean_height(points: Sequence[tuple[int, float]]) -> float:
    n, height = np.array(points, dtype=float).T
    if len(n) < 2:
        return float(height[0])
    return float(np.trapezoid(height, n) / (n[-1] - n[0]))


def _quartiles(values: Sequence[float]) -> str:
    if not values:
        return "-"
    low, median, high = np.percentile(values, [25, 50, 75])
    return f"{median:.4f} [{low:.4f}, {high:.4f}]"


def _median(values: Sequence[float]) -> str:
    return f"{np.median(values):.3f}" if values else "-"
