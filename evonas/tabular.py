"""Problems whose measurements are looked up in a table."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar

import numpy as np

from evonas.faults import MetricError
from evonas.fidelity import FIDELITIES, Fidelity, Separate
from evonas.problem import Problem
from evonas.space import Genome

Row = Mapping[str, float | Sequence[float]]


@dataclass(frozen=True)
class _OnTheWay:
    """Amounts on the way of one training."""

    amounts: Sequence[int]


class TabularProblem(Problem):
    """A space whose measurements are looked up.

    A subclass sets ``space`` and ``metrics`` and writes ``lookup``. Where the table holds
    several trainings of one architecture, their mean is the answer; with the option ``noisy``
    one of them is drawn by the candidate's seed, as one training would be. A table of single
    trainings may state options of its own without that one.

    A table that also knows trainings with less than the whole declares them in ``fidelities``,
    and a subclass writes ``lookup_at``. Methods that measure in several steps then go along
    curves that were really trained.

    Attributes:
        fidelities: The amounts that the table knows, in rising order, the last being the whole
            training, by the one kind that there is less of: ``{"epochs": (12, 200)}`` for what
            stood after 12 of the 200 epochs, ``{"epochs": Separate((12, 200))}`` where those
            of 12 were trainings of their own. Empty where it knows whole trainings alone.
        epochs: The older way to say the same of epochs; not looked at where there are
            ``fidelities``.
        restarts: Whether the trainings after ``epochs`` were trainings of their own.
    """

    options: ClassVar[Mapping[str, Any]] = {"noisy": False}
    fidelities: Mapping[str, Sequence[int] | Separate] = MappingProxyType({})
    epochs: tuple[int, ...] = ()
    restarts: bool = False

    @abstractmethod
    def lookup(self, architecture: Mapping[str, Any]) -> Row:
        """The metrics of one architecture; repeated trainings as a sequence.

        Raises:
            KeyError: The table lacks this architecture.
        """

    def lookup_at(self, architecture: Mapping[str, Any], epochs: int) -> Row:
        """The metrics of one architecture with less than the whole; by default there are none.

        Args:
            architecture: The architecture, by gene name.
            epochs: One of the amounts in ``fidelities``, of whatever kind. The effort is that
                of a training from its beginning.

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
        """How much a whole training has of what there may be less of.

        Raises:
            ValueError: The table knows no training with less of it, or its declaration is none.
        """
        amounts = self._declared(kind).amounts
        return amounts[-1] if len(amounts) > 1 else super().full_amount(kind)

    def amounts(self, kind: str) -> Sequence[int]:
        """The amounts with which the table knows its architectures."""
        return self._declared(kind).amounts

    def measure_at(
        self, genome: Genome, wanted: Collection[str], *, seed: int, fidelity: Fidelity
    ) -> Mapping[str, float]:
        """Look up the wanted metrics as they were with less than the whole.

        The effort is that of this step: what the table's training took after what was measured
        before, or all of it where that was another training.

        Raises:
            ValueError: The table knows nothing of this amount.
        """
        self.full_amount(fidelity.kind)
        declared, kind = self._declared(fidelity.kind), fidelity.kind
        if fidelity.amount not in declared.amounts:
            raise ValueError(
                f"{type(self).__name__} knows nothing after {fidelity.amount} {kind}, only "
                f"after {', '.join(map(str, declared.amounts))}"
            )
        architecture = self.space.decode(genome)
        if fidelity.is_whole:
            found = dict(self.measure(genome, wanted, seed=seed))
        else:
            found = self._drawn(self.lookup_at(architecture, fidelity.amount), wanted, seed)
        goes_on = fidelity.after and not isinstance(declared, Separate)
        if self.effort in found and goes_on:
            before = self._drawn(
                self.lookup_at(architecture, fidelity.after), [self.effort], seed
            )
            found[self.effort] -= before[self.effort]
        return found

    def _declared(self, kind: str) -> _OnTheWay | Separate:
        """The amounts of a kind, and whether each was a training of its own.

        Raises:
            ValueError: What the class declares cannot be.
        """
        older = Separate(self.epochs) if self.restarts else self.epochs
        every = dict(self.fidelities) or {"epochs": older}
        _check(every, type(self))
        declared = every.get(kind, ())
        return declared if isinstance(declared, Separate) else _OnTheWay(tuple(declared))

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


def _check(
    declared: Mapping[str, Sequence[int] | Separate], table: type[TabularProblem]
) -> None:
    """Refuse fidelities that are none.

    Raises:
        ValueError: There are several kinds, or one that nobody knows, or amounts that do not
            rise, or nothing that looks them up.
    """
    told = f"the fidelities of {table.__name__}"
    if len(declared) > 1 or not set(declared) <= set(FIDELITIES):
        raise ValueError(
            f"{told} are of {', '.join(map(str, declared))}; expected one kind of "
            f"{', '.join(FIDELITIES)}"
        )
    (each,) = declared.values()
    amounts = list(each.amounts if isinstance(each, Separate) else each)
    if not all(type(a) is int and a > 0 for a in amounts) or amounts != sorted(set(amounts)):
        raise ValueError(
            f"{told} are {amounts}; expected positive whole numbers in rising order, such as "
            "12, 200"
        )
    if len(amounts) > 1 and table.lookup_at is TabularProblem.lookup_at:
        raise ValueError(
            f"{told} are of no use without lookup_at, which {table.__name__} lacks"
        )
