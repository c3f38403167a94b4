"""How good a trained network is, with intervals, and how much that varies with the seed."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

Z_95 = 1.959964  # the 97.5 % point of the normal distribution


def wilson(n_right: int, n: int) -> tuple[float, float]:
    """The 95 % confidence interval of a share (Wilson 1927).

    Args:
        n_right: How many of the cases are right, [0, n].
        n: How many cases there are.

    Returns:
        The lower and the upper bound, [0, 1]; all of that without any case.
    """
    if n == 0:
        return 0.0, 1.0
    share, spread = n_right / n, Z_95**2 / n
    centre = (share + spread / 2) / (1 + spread)
    reach = Z_95 / (1 + spread) * math.sqrt(share * (1 - share) / n + spread / (4 * n))
    return max(0.0, centre - reach), min(1.0, centre + reach)


@dataclass(frozen=True, eq=False)
class Judgement:
    """How good a network is on one part of a data set.

    Attributes:
        confusion: How many images of each class (rows) were taken for each class (columns),
            ``(n_classes, n_classes)``.
        scores: The task's scores on the same images, by name.
    """

    confusion: np.ndarray
    scores: Mapping[str, float]

    @classmethod
    def of(
        cls, predicted: np.ndarray, labels: np.ndarray, *, n_classes: int, scores: Any = None
    ) -> Judgement:
        """The judgement of predictions.

        Args:
            predicted: The class that the network gave each image, ``(n,)``.
            labels: The class that each image has, ``(n,)``.
            n_classes: How many classes there are.
            scores: The task's scores on the same images, by name.
        """
        confusion = np.zeros((n_classes, n_classes), dtype=int)
        np.add.at(confusion, (labels, predicted), 1)
        return cls(confusion, dict(scores or {}))

    @property
    def n(self) -> int:
        """How many images were judged by."""
        return int(self.confusion.sum())

    @property
    def n_right(self) -> int:
        """How many images were told rightly."""
        return int(self.confusion.trace())

    @property
    def accuracy(self) -> float:
        """The share of images that were told rightly, in percent."""
        return 100 * self.n_right / max(1, self.n)

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % confidence interval of the accuracy, in percent."""
        low, high = wilson(self.n_right, self.n)
        return 100 * low, 100 * high

    def per_class(self) -> list[tuple[int, int, tuple[float, float]]]:
        """Of each class: how many were right, of how many, and the interval in percent."""
        found = []
        for label, row in enumerate(self.confusion):
            n_right, n = int(row[label]), int(row.sum())
            low, high = wilson(n_right, n)
            found.append((n_right, n, (100 * low, 100 * high)))
        return found

    def as_dict(self) -> dict[str, Any]:
        """The judgement as keys and values, JSON-able."""
        return {
            "accuracy": self.accuracy,
            "interval_95": list(self.interval),
            "n": self.n,
            "scores": dict(self.scores),
            "confusion": self.confusion.tolist(),
        }


@dataclass(frozen=True)
class Spread:
    """How several trainings of one architecture, each with its seed, differ.

    Attributes:
        n: How many trainings there are.
        mean: Their mean.
        sd: Their standard deviation as an estimate (divided by n - 1); NaN of one alone.
        median: Their median.
        low: The least of them.
        high: The greatest of them.
    """

    n: int
    mean: float
    sd: float
    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Iterable[float]) -> Spread:
        """The spread of at least one value."""
        found = list(values)
        return cls(
            n=len(found),
            mean=statistics.fmean(found),
            sd=statistics.stdev(found) if len(found) > 1 else math.nan,
            median=statistics.median(found),
            low=min(found),
            high=max(found),
        )

    def __str__(self) -> str:
        return (
            f"mean {self.mean:.2f}, s.d. {self.sd:.2f}, median {self.median:.2f}, min "
            f"{self.low:.2f}, max {self.high:.2f} (n = {self.n})"
        )
