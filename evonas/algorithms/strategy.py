"""How far predictions came true."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from evonas.pareto.correlation import kendall, spearman

Z_90 = 1.6449  # of a normal distribution, 90 % lie within so many standard deviations


@dataclass(frozen=True)
class Reliability:
    """How far predictions came true, each made before its architecture was measured.

    Attributes:
        metric: That was predicted.
        model: What predicted it.
        n: How many were compared.
        kendall: Rank correlation of predicted and measured values; NaN where it has none.
        spearman: Likewise.
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
        """As columns of a table; a correlation that there is none of stays empty."""
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
        mean: As predicted.
        std: Standard deviation that the model gave a measurement, noise included.
        measured: What came out.
    """

    mean: tuple[float, ...] = ()
    std: tuple[float, ...] = ()
    measured: tuple[float, ...] = ()

    def __add__(self, other: Predictions) -> Predictions:
        return Predictions(
            self.mean + other.mean, self.std + other.std, self.measured + other.measured
        )

    def judge(self, metric: str, *, model: str) -> Reliability:
        """How far they came true."""
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


class Steps(Protocol):
    """A search, to be iterated generation by generation.

    Attributes:
        stopped: Why it ended, in words; empty while it runs.
        reliability: How far predictions of the last generation came true, if there were any.
        overall: Likewise of all.
        foretold: How far a warm start foretold each metric: rank correlations.
    """

    stopped: str

    @property
    def reliability(self) -> Reliability | None: ...  # noqa: D102
    @property
    def overall(self) -> Reliability | None: ...  # noqa: D102
    @property
    def foretold(self) -> Mapping[str, float]: ...  # noqa: D102

    def __iter__(self) -> Iterator[None]: ...
