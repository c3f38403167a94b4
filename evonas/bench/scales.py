"""The scales on which a hypervolume is reckoned."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from evonas.objectives import Objective


class Scale(Protocol):
    """Makes values of objectives comparable with each other."""

    def __call__(self, F: np.ndarray) -> np.ndarray:
        """The values of ``(n, n_objectives)``, where 0 and 1 are the true front's ends."""


class LinearScale:
    """Every objective as it is: 0 is the true front's ideal, and 1 its nadir.

    Args:
        true_front: Points of the true front, ``(n, n_objectives)``, to be minimised. Where all
            are equal in an objective, a unit of it stays one.

    Attributes:
        span: How much of each objective is one on the scale, ``(n_objectives,)``.
    """

    def __init__(self, true_front: np.ndarray) -> None:
        self._ideal = true_front.min(0)
        span = np.ptp(true_front, axis=0)
        self.span = np.where(span > 0, span, 1.0)

    def __call__(self, F: np.ndarray) -> np.ndarray:
        """The scaled values, ``(n, n_objectives)``."""
        scaled: np.ndarray = (F - self._ideal) / self.span
        return scaled


class LogScale:
    """Every objective by the logarithm of how far it is from the best that there can be.

    That is the logarithm of MACs, parameters or a latency, whose best is 0, and of the error,
    100 - accuracy. On it, halving the MACs of a small network counts as much as halving those
    of a large one, and an accuracy of 98 is as far above 96 as 96 is above 92.

    Of an objective f with the best value b that its ``Metric`` states, the scale takes
    log(max(distance of f from b, d)), where d is the smallest distance above 0 on the true
    front: whoever has reached b counts as having come as near as that. Where no best is
    stated, it is 0 for what is to be made less. What is to be made more and has no best stays
    linear, and so does an objective in which the true front goes beyond b or lies at it alone.
    Then ideal and nadir of the true front are made 0 and 1, as on ``LinearScale``.

    Args:
        true_front: Points of the true front, ``(n, n_objectives)``, to be minimised.
        objectives: The objectives, of the columns in their order.
    """

    def __init__(self, true_front: np.ndarray, objectives: Sequence[Objective]) -> None:
        self._best = np.array([_best(objective) for objective in objectives])
        distance = true_front - self._best
        positive = np.where(distance > 0, distance, np.inf)
        least = positive.min(0)
        self._is_log = np.isfinite(least) & ~(distance < 0).any(0)
        self._least = np.where(self._is_log, least, 1.0)
        self._linear = LinearScale(self._of(true_front))

    def __call__(self, F: np.ndarray) -> np.ndarray:
        """The scaled values, ``(n, n_objectives)``."""
        return self._linear(self._of(F))

    def _of(self, F: np.ndarray) -> np.ndarray:
        distance = np.maximum(F - self._best, self._least)
        with np.errstate(invalid="ignore"):
            return np.where(self._is_log, np.log(distance), F)


def _best(objective: Objective) -> float:
    """The best value of an objective, to be minimised; NaN where there is none."""
    if objective.best is not None:
        return objective.sign * objective.best
    return 0.0 if objective.sign > 0 else np.nan
