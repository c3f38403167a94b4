"""What is expected of architectures: moments, and draws of them together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Forecast:
    """What is expected of architectures, row by row.

    Attributes:
        mean: Expected objectives, ``(n, n_objectives)``, to be minimised.
        std: Standard deviations of the objectives, of the same shape; 0 where one is exact.
        violation: Expected violation of each constraint, ``(n, n_constraints)``, which is kept
            at 0 or below.
        chance: Probability, [0, 1], that each can be measured and keeps all constraints,
            ``(n,)``.
    """

    mean: np.ndarray
    std: np.ndarray
    violation: np.ndarray
    chance: np.ndarray

    def rows(self, indices: np.ndarray) -> Forecast:
        """The forecast of some of the architectures, by their row numbers."""
        columns = (self.mean, self.std, self.violation, self.chance)
        return Forecast(*(column[indices] for column in columns))


@dataclass(frozen=True)
class Draws:
    """Possible outcomes of architectures, drawn together.

    Attributes:
        F: Objectives, ``(n_draws, n, n_objectives)``, to be minimised.
        is_met: Whether each is measured and keeps all constraints, ``(n_draws, n)``.
    """

    F: np.ndarray
    is_met: np.ndarray

    def columns(self, start: int, stop: int | None = None) -> Draws:
        """The same draws of some of the architectures, from one row number to another."""
        return Draws(self.F[:, start:stop], self.is_met[:, start:stop])

    def every(self, start: int, step: int) -> Draws:
        """One draw in so many, from a first one on."""
        return Draws(self.F[start::step], self.is_met[start::step])
