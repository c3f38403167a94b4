"""How far predictions came true."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evonas.pareto.correlation import kendall, spearman

Z_90 = 1.6449  # of a normal distribution, 90 % lie within so many standard deviations


@dataclass(frozen=True)
class Reliability:
    """How far predictions came true, each made before its architecture was measured.

    Attributes:
        metric: Name of the metric that was predicted.
        model: Kind of the model that predicted it, such as ``gp``.
        n: How many predictions were compared with a measurement, [0, inf).
        kendall: Kendall's rank correlation of predicted and measured values; NaN where they
            have none.
        spearman: Spearman's rank correlation of predicted and measured values; NaN where they
            have none.
        within_90: Share of measured values within the 90 % interval of their prediction; .9
            for a model that knows how much it does not know. NaN where n is 0.
    """

    metric: str
    model: str
    n: int
    kendall: float
    spearman: float
    within_90: float

    def row(self) -> dict[str, object]:
        """The figures as columns of a table; a correlation that does not exist stays empty."""
        return {
            "predicted_by": self.model,
            "kendall": _text(self.kendall),
            "spearman": _text(self.spearman),
            "within_90": _text(self.within_90),
        }


@dataclass(frozen=True)
class Predictions:
    """Predicted values of a metric beside measured ones.

    Attributes:
        mean: The values as the model predicted them.
        std: The standard deviations that the model gave each measurement, noise included.
        measured: The values that measuring showed, in the order of the predictions.
    """

    mean: tuple[float, ...] = ()
    std: tuple[float, ...] = ()
    measured: tuple[float, ...] = ()

    def __add__(self, other: Predictions) -> Predictions:
        return Predictions(
            self.mean + other.mean, self.std + other.std, self.measured + other.measured
        )

    def last(self, n: int) -> Predictions:
        """The latest ``n`` of them; all, if there are fewer."""
        return Predictions(self.mean[-n:], self.std[-n:], self.measured[-n:])

    def judge(self, metric: str, *, model: str) -> Reliability:
        """How far the predictions came true."""
        mean, std, measured = map(np.array, (self.mean, self.std, self.measured))
        is_within = np.abs(measured - mean) <= Z_90 * std
        return Reliability(
            metric=metric,
            model=model,
            n=len(measured),
            kendall=kendall(mean, measured),
            spearman=spearman(mean, measured),
            within_90=float(is_within.mean()) if len(measured) else float("nan"),
        )


def _text(value: float) -> str:
    return "" if np.isnan(value) else f"{value:.3f}"
