"""Problems whose measurements are looked up in a table."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Collection, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from evonas.faults import MetricError
from evonas.fidelity import Fidelity
from evonas.problem import Problem
from evonas.space import Genome

Row = Mapping[str, float | Sequence[float]]


class TabularProblem(Problem):
    """A space whose measurements are looked up.

    A subclass sets ``space`` and ``metrics`` and writes ``lookup``. Where the table holds
    several trainings of one architecture, their mean is the answer; with the option ``noisy``
    one of them is drawn by the candidate's seed, as one training would be. A table of single
    trainings may state options of its own without that one.

    A table that knows trainings after fewer epochs too says after how many in ``epochs``, and
    a subclass writes ``lookup_at``. Methods that measure in several steps then go along curves
    that were really trained.

    Attributes:
        epochs: After how many epochs the table knows its architectures, in rising order, the
            last being the whole training. Empty where it knows whole trainings alone.
        restarts: Whether the shorter trainings are trainings of their own, with a schedule that
            ends with them. Nothing goes on where such a training ended: a longer one begins
            anew, and all of it counts.
    """

    options: ClassVar[Mapping[str, Any]] = {"noisy": False}
    epochs: tuple[int, ...] = ()
    restarts: bool = False

    @abstractmethod
    def lookup(self, architecture: Mapping[str, Any]) -> Row:
        """The metrics of one architecture; repeated trainings as a sequence.

        Raises:
            KeyError: The table lacks this architecture.
        """

    def lookup_at(self, architecture: Mapping[str, Any], epochs: int) -> Row:
        """The metrics of one architecture after fewer epochs; by default there are none.

        Args:
            architecture: The architecture, by gene name.
            epochs: One of ``self.epochs``. The effort is that of all epochs so far.

        Raises:
            KeyError: The table lacks this architecture.
        """
        raise NotImplementedError

    def measure(
        self, genome: Genome, wanted: Collection[str], *, seed: int
    ) -> Mapping[str, float]:
        """Look up the wanted metrics; all sequences give the value of the same training."""
        return self._drawn(self.lookup(self.space.decode(genome)), wanted, seed)

    def full_amount(self, kind: str) -> int:
        """How many epochs a whole training has; there is nothing else to have less of."""
        if kind == "epochs" and len(self.epochs) > 1:
            return self.epochs[-1]
        return super().full_amount(kind)

    def amounts(self, kind: str) -> Sequence[int]:
        """The epochs after which the table knows its architectures."""
        return self.epochs if kind == "epochs" else super().amounts(kind)

    def measure_at(
        self, genome: Genome, wanted: Collection[str], *, seed: int, fidelity: Fidelity
    ) -> Mapping[str, float]:
        """Look up the wanted metrics as they stood after some epochs.

        The effort is that of this step: what the table's training took after the epochs that
        were measured before, or all of it where that was another training.

        Raises:
            ValueError: The table knows nothing of so many epochs.
        """
        self.full_amount(fidelity.kind)
        if fidelity.amount not in self.epochs:
            raise ValueError(
                f"{type(self).__name__} knows nothing after {fidelity.amount} epochs, only "
                f"after {', '.join(map(str, self.epochs))}"
            )
        architecture = self.space.decode(genome)
        if fidelity.is_whole:
            found = dict(self.measure(genome, wanted, seed=seed))
        else:
            found = self._drawn(self.lookup_at(architecture, fidelity.amount), wanted, seed)
        if self.effort in found and fidelity.after and not self.restarts:
            before = self._drawn(
                self.lookup_at(architecture, fidelity.after), [self.effort], seed
            )
            found[self.effort] -= before[self.effort]
        return found

    def _drawn(self, row: Row, wanted: Collection[str], seed: int) -> dict[str, float]:
        draw = np.random.default_rng(seed).random() if self.option.get("noisy") else None
        return {name: _looked_up(row[name], draw) for name in wanted if name in row}


def _looked_up(entry: float | Sequence[float], draw: float | None) -> float:
    if type(entry) is float:  # as most are, and arrays take their time
        return entry
    if np.iscomplexobj(entry):
        raise MetricError(f"the table holds the complex number {entry!s:.40}")
    trainings = np.atleast_1d(np.asarray(entry, dtype=float))
    return float(trainings.mean() if draw is None else trainings[int(draw * len(trainings))])
