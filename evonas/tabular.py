"""Problems whose architectures were all measured before, and stand in a table."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Collection, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from evonas.problem import Problem
from evonas.space import Genome


class TabularProblem(Problem):
    """A space whose measurements are looked up.

    A subclass sets ``space`` and ``objectives`` and writes ``lookup``. Where the table holds
    several trainings of one architecture, their mean is the answer; with the option ``noisy``
    one of them is drawn by the candidate's seed, as one training would be.
    """

    options: ClassVar[Mapping[str, Any]] = {"noisy": False}

    @abstractmethod
    def lookup(self, architecture: Mapping[str, Any]) -> Mapping[str, float | Sequence[float]]:
        """The metrics of one architecture; repeated trainings as a sequence.

        Raises:
            KeyError: The table lacks this architecture.
        """

    def measure(
        self, genome: Genome, wanted: Collection[str], *, seed: int
    ) -> Mapping[str, float]:
        """Look up the wanted metrics; all sequences give the value of the same training."""
        row = self.lookup(self.space.decode(genome))
        draw = np.random.default_rng(seed).random() if self.option["noisy"] else None
        return {name: _value(row[name], draw) for name in wanted if name in row}


def _value(entry: float | Sequence[float], draw: float | None) -> float:
    trainings = np.atleast_1d(np.asarray(entry, dtype=float))
    return float(trainings.mean() if draw is None else trainings[int(draw * len(trainings))])
