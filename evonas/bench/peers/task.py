"""What a peer is given to search in, and whom it asks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from evonas.space import Genome, SearchSpace


class SpentError(Exception):
    """A peer has had all that its budget pays for."""


class Task(Protocol):
    """What a peer sees of a task, in this process or in one of another Python.

    All objectives are to be minimised.
    """

    @property
    def names(self) -> Sequence[str]:
        """The names of the genes."""

    @property
    def sizes(self) -> Sequence[int]:
        """How many choices each gene has."""

    @property
    def is_ordered(self) -> Sequence[bool]:
        """Whether the neighbouring choices of a gene are alike."""

    @property
    def n_objectives(self) -> int:
        """How many objectives there are."""

    @property
    def is_counted(self) -> Sequence[bool]:
        """Whether an objective is known without a training."""

    @property
    def reference(self) -> Sequence[float] | None:
        """The objectives that count as no progress at all, where they are known."""

    @property
    def seed(self) -> int:
        """Fixes whatever the peer draws."""

    @property
    def n_evaluations(self) -> int:
        """How many architectures may be measured."""

    @property
    def count(self) -> Callable[[Sequence[Genome]], Iterable[Iterable[float]]]:
        """The counted objectives of genomes: a row for each, which costs nothing."""

    @property
    def measure(self) -> Callable[[Genome], Sequence[float]]:
        """All objectives of a genome; there is an end to it, by an exception."""


@dataclass(frozen=True)
class PeerTask:
    """A search that somebody else's optimiser makes.

    Attributes:
        space: the architectures to search among.
        n_objectives: how many objectives there are.
        is_counted: for each objective, whether it is known without a training.
        count: gives the counted objectives of genomes, ``(n, n_counted)``, to be minimised,
            without a measurement.
        measure: gives all objectives of a genome, to be minimised; raises ``SpentError`` when
            the budget is spent.
        seed: fixes whatever the peer draws.
        n_evaluations: how many architectures may be measured.
        reference: the objectives that count as no progress at all, ``(n_objectives,)``;
            ``None`` where nobody knows them.
    """

    space: SearchSpace
    n_objectives: int
    is_counted: tuple[bool, ...]
    count: Callable[[Sequence[Genome]], np.ndarray]
    measure: Callable[[Genome], Sequence[float]]
    seed: int
    n_evaluations: int
    reference: tuple[float, ...] | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the genes."""
        return self.space.names

    @property
    def sizes(self) -> tuple[int, ...]:
        """How many choices each gene has."""
        return self.space.sizes

    @property
    def is_ordered(self) -> tuple[bool, ...]:
        """Whether the neighbouring choices of a gene are alike."""
        return tuple(bool(gene.ordered) for gene in self.space.genes)
