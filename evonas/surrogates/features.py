"""What a model sees of an architecture."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache, partial

import numpy as np

from evonas.objectives import Goals
from evonas.problem import Problem
from evonas.space import Genome
from evonas.surrogates.active_genes import ActiveGenes
from evonas.surrogates.encoding import AlikeGenes, CheapColumns, Encoder, TraitColumns
from evonas.surrogates.training_set import learnable

N_REMEMBERED = 100_000  # genomes whose traits need not be asked for again
IDLE_MEAN = 0.5  # of the column that says whether a conditional gene makes no difference
CHEAP_SHARE = 0.5  # of the spread of a genome, for each cheap metric


class Features:
    """Genes, how often each choice stands in them, traits, and metrics known without training.

    A gene that makes no difference to an architecture says nothing of it: its columns have
    their mean, counts leave it out, and a column says that it is so.

    The blocks are scaled so that none drowns another, however many columns it has: genes and
    counts vary by 1 in all, over uniformly drawn genomes, traits by ``TRAITS_SHARE``.

    Args:
        problem: The opened problem whose architectures are described.
        n_rungs: How many fidelities architectures are measured at, the whole included; 0 for a
            search without rungs.

    Attributes:
        encode: Encodes genomes gene by gene.
    """

    def __init__(self, problem: Problem, *, n_rungs: int) -> None:
        self.encode = Encoder(problem.space)
        self._count_alike = AlikeGenes(problem.space)
        self._cheap, self._traits = CheapColumns(), TraitColumns()
        self._problem = problem
        self._traits_of_one = lru_cache(maxsize=N_REMEMBERED)(partial(told_traits, problem))
        self._n_rungs = n_rungs

    @cached_property
    def _active(self) -> ActiveGenes:
        """Learnt when there is something to describe, for that takes up to seconds."""
        return ActiveGenes(self._problem.space, self._problem.canonical)

    def fit(self, genomes: Sequence[Genome], cheap: np.ndarray) -> None:
        """Learn scales from measured architectures.

        Args:
            genomes: Their canonical genomes, one at least.
            cheap: Their cheap metrics in natural units, ``(n, n_metrics)``.

        Raises:
            ValueError: The problem's traits of an architecture cannot be had.
        """
        self._cheap.fit(cheap)
        self._traits.fit(self._traits_of(genomes))

    def __call__(
        self, genomes: Sequence[Genome], cheap: np.ndarray, rung: np.ndarray
    ) -> np.ndarray:
        """Features, ``(n, n_features)``.

        Args:
            genomes: Canonical genomes.
            cheap: Their cheap metrics in natural units, NaN where unknown, ``(n, n_metrics)``.
            rung: Place of the rung that each is described at, ``(n,)``. There is a column for
                every step between rungs: 1 below it.
        """
        active = self._active(genomes)
        genes = self.encode(genomes) * active[:, self.encode.gene_of_column]
        is_idle = ~active[:, self._active.conditional]
        return np.hstack(
            [
                genes / np.sqrt(self.encode.n_genes),
                (is_idle - IDLE_MEAN) / np.sqrt(self.encode.n_genes),
                self._count_alike(genes),
                self._traits(self._traits_of(genomes)),
                CHEAP_SHARE * self._cheap(cheap),
                rung[:, None] < np.arange(1, self._n_rungs),
            ]
        )

    def _traits_of(self, genomes: Sequence[Genome]) -> list[Mapping[str, float]]:
        return [self._traits_of_one(genome) for genome in genomes]


def told_traits(problem: Problem, genome: Genome) -> Mapping[str, float]:
    """What a problem tells of an architecture by name, checked.

    Args:
        problem: The opened problem, whose ``traits`` are asked.
        genome: Canonical genome of the architecture.

    Raises:
        ValueError: They cannot be had, or one is no finite number.
    """
    owner = type(problem).__name__
    try:
        found = {str(name): float(value) for name, value in problem.traits(genome).items()}
    except Exception as error:  # user code
        raise ValueError(
            f"the traits of {owner} fail for {genome}: {type(error).__name__}: {error}"
        ) from error
    for name, value in found.items():
        if not math.isfinite(value):
            raise ValueError(
                f"the traits of {owner} are not finite for {genome}: {name} is {value}"
            )
    return found


def check_predictable(problem: Problem, goals: Goals) -> None:
    """Refuse a problem and goals that no model can predict; measures nothing.

    Traits are asked for one architecture, so that what is wrong with those of all is told
    before anything is measured.

    Raises:
        ValueError: There is nothing to predict, or the problem does not say what, or its traits
            cannot be had.
    """
    learnable(problem, goals)
    told_traits(problem, problem.canonical((0,) * len(problem.space.sizes)))
