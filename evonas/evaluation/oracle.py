"""Who measures for a strategy and tells it what is known, and how one goes around another."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from evonas.evaluation.flops_budget import PassedOver
from evonas.fidelity import Fidelity
from evonas.problem import Problem
from evonas.record import Record
from evonas.space import Genome


@dataclass(frozen=True)
class Prediction:
    """What is told of an architecture that is not worth measuring.

    Attributes:
        genome: The canonical genome of the architecture.
        metrics: Value in natural units by metric name, as counted and as predicted.
        error: ``None``, for nothing went wrong.
    """

    genome: Genome
    metrics: Mapping[str, float]
    error: None = None


Answer = Record | Prediction | PassedOver  # what a strategy is told of one genome


class Oracle(Protocol):
    """Measures genomes for a strategy, and tells what is known of them.

    The evaluator is one. Successive halving and a screen are others, each around another
    oracle: they answer for more genomes than they measure as a whole.
    """

    @property
    def problem(self) -> Problem:
        """The opened problem."""

    @property
    def records(self) -> Mapping[Genome, Record]:
        """What was measured so far, by canonical genome, in the order of asking; live."""

    @property
    def left_out(self) -> set[Genome]:
        """Genomes that were asked for and judged not to be worth a measurement; live."""

    @property
    def settled(self) -> Collection[Genome]:
        """Canonical genomes that need not be asked for again: measured, or too dear; live."""

    @property
    def counted(self) -> tuple[str, ...]:
        """Names of the metrics that ``count`` answers."""

    @property
    def rungs(self) -> Sequence[Fidelity]:
        """Fidelities that it measures at, the whole last; empty for the whole alone; live."""

    def affordable_flops(self, efforts: Sequence[float]) -> float:
        """What one of the first trainings may take, by what those of drawn genomes take."""

    def effort(self, genomes: Sequence[Genome]) -> list[float]:
        """FLOPs of the whole trainings, in the same order; 0 where nobody knows.

        Raises:
            StoppedError: The search is to end before all are counted.
        """

    def __call__(self, genomes: Sequence[Genome], /) -> Sequence[Answer]:
        """What is told of each genome, in the same order.

        Raises:
            StoppedError: The search is to end before all are measured.
        """

    def count(self, genomes: Sequence[Genome]) -> list[Mapping[str, float]]:
        """The metrics that take no training, in the same order; empty where counting fails.

        Raises:
            StoppedError: The search is to end before all are counted.
        """


class Around:
    """An oracle around another one, which knows what that knows; it measures in its own way.

    Args:
        oracle: Measures in the end, and keeps the records.
    """

    def __init__(self, oracle: Oracle) -> None:
        self._oracle = oracle

    @property
    def problem(self) -> Problem:
        """The opened problem."""
        return self._oracle.problem

    @property
    def records(self) -> Mapping[Genome, Record]:
        """What was measured so far, by canonical genome, in the order of asking; live."""
        return self._oracle.records

    @property
    def left_out(self) -> set[Genome]:
        """Genomes that were asked for and judged not to be worth a measurement; live."""
        return self._oracle.left_out

    @property
    def settled(self) -> Collection[Genome]:
        """Canonical genomes that need not be asked for again: measured, or too dear; live."""
        return self._oracle.settled

    @property
    def counted(self) -> tuple[str, ...]:
        """Names of the metrics that ``count`` answers."""
        return self._oracle.counted

    @property
    def rungs(self) -> Sequence[Fidelity]:
        """Fidelities that it measures at, the whole last; empty for the whole alone; live."""
        return self._oracle.rungs

    def count(self, genomes: Sequence[Genome]) -> list[Mapping[str, float]]:
        """The metrics that take no training, in the same order; empty where counting fails.

        Raises:
            StoppedError: The search was told to end before all were counted.
        """
        return self._oracle.count(genomes)

    def affordable_flops(self, efforts: Sequence[float]) -> float:
        """What one of the first trainings may take, by what those of drawn genomes take."""
        return self._oracle.affordable_flops(efforts)

    def effort(self, genomes: Sequence[Genome]) -> list[float]:
        """FLOPs of the whole trainings, in the same order; 0 where nobody knows.

        Raises:
            StoppedError: The search was told to end before all were counted.
        """
        return self._oracle.effort(genomes)
