"""Search algorithms by short name, and any of pymoo's by import path."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from pymoo.algorithms.moo.ctaea import CTAEA
from pymoo.algorithms.moo.moead import ParallelMOEAD
from pymoo.algorithms.moo.nsga2 import NSGA2
from pymoo.algorithms.moo.nsga3 import NSGA3
from pymoo.algorithms.moo.rnsga2 import RNSGA2
from pymoo.algorithms.moo.rvea import RVEA
from pymoo.algorithms.moo.sms import SMSEMOA
from pymoo.algorithms.moo.spea2 import SPEA2
from pymoo.algorithms.moo.unsga3 import UNSGA3
from pymoo.core.algorithm import Algorithm
from pymoo.core.mixed import (
    MixedVariableDuplicateElimination,
    MixedVariableMating,
    MixedVariableSampling,
)
from pymoo.operators.crossover.ux import UniformCrossover
from pymoo.operators.mutation.bitflip import BitflipMutation
from pymoo.operators.mutation.pm import PM
from pymoo.operators.sampling.rnd import BinaryRandomSampling, FloatRandomSampling
from pymoo.operators.selection.tournament import TournamentSelection
from pymoo.util.ref_dirs import get_reference_directions

from evonas.algorithms.ageing import AgeingEvolution
from evonas.algorithms.local_search import LocalSearch
from evonas.algorithms.operators import (
    CanonicalRepair,
    GenomeCrossover,
    GenomeMutation,
    OnlyNew,
    SpreadSampling,
    UniformSampling,
)
from evonas.algorithms.pymoo_fixes import (
    PatientSurvival,
    less_violation,
    less_violation_or_nearer,
    unshared,
)
from evonas.algorithms.random_search import GenomeSearch, RandomSearch
from evonas.algorithms.reinforce import Reinforce
from evonas.plugins.importing import construct, load
from evonas.plugins.loading import nearest
from evonas.space import Genome


@dataclass(frozen=True)
class Parts:
    """What an algorithm is made from.

    Attributes:
        n_objectives: How many objectives the problem has.
        pop_size: Size of the population that is wanted; with reference directions the nearest
            possible one below.
        operators: Keyword arguments of a pymoo algorithm: ``sampling``, ``crossover`` and so
            on, those that suit the problem's variables.
        given: Which of these the user named; an algorithm that has no use for one of them is
            refused.
        aspirations: Points that R-NSGA-II is to search near, ``(n, n_objectives)``, on F's
            scale; ``None`` for another algorithm.
    """

    n_objectives: int
    pop_size: int
    operators: Mapping[str, Any] = field(default_factory=dict)
    given: frozenset[str] = frozenset()
    aspirations: np.ndarray | None = None

    def check_uses(self, names: Collection[str], algorithm: str) -> None:
        """Refuse what the user gave in vain.

        Raises:
            ValueError: Something was given that is none of ``names``.
        """
        vain = sorted(self.given.difference(names))
        if vain:
            raise ValueError(f"{algorithm} has no use for --{vain[0]} here; leave it out")

    @property
    def directions(self) -> np.ndarray:
        """Das-Dennis directions, ``(n, n_objectives)``, as many as the population holds.

        Raises:
            ValueError: One objective has no directions, or the population is too small.
        """
        if self.n_objectives < 2:
            raise ValueError("this algorithm needs two objectives or more; choose nsga2, say")
        directions: np.ndarray | None = None
        for n_partitions in range(1, self.pop_size + 1):
            finer = get_reference_directions(
                "das-dennis", self.n_objectives, n_partitions=n_partitions
            )
            if len(finer) > self.pop_size:
                break
            directions = finer
        if directions is None:
            raise ValueError(
                f"pop_size={self.pop_size} is too small for {self.n_objectives} objectives; "
                f"this algorithm needs at least {self.n_objectives}"
            )
        return directions


def _moead(parts: Parts) -> Algorithm:
    if "mating" in parts.operators:
        raise ValueError("moead cannot mix kinds of variables; choose nsga2, say")
    directions = parts.directions
    known = ("sampling", "crossover", "mutation", "repair")
    operators = {name: parts.operators[name] for name in known if name in parts.operators}
    return ParallelMOEAD(directions, n_neighbors=min(20, len(directions)), **operators)


def _by_directions(algorithm: type[Algorithm], **options: Any) -> Callable[[Parts], Algorithm]:
    return lambda parts: algorithm(
        parts.directions, pop_size=parts.pop_size, **options, **parts.operators
    )


def _by_population(algorithm: type[Algorithm]) -> Callable[[Parts], Algorithm]:
    return lambda parts: algorithm(pop_size=parts.pop_size, **parts.operators)


def _random(parts: Parts) -> Algorithm:
    parts.check_uses({"sampling"}, "random")
    sampling = parts.operators.get("sampling", FloatRandomSampling())
    if isinstance(sampling, SpreadSampling):  # which is not independent draws
        sampling = UniformSampling(canonical=sampling.canonical, taken=sampling.taken)
    return RandomSearch(pop_size=parts.pop_size, sampling=sampling)


def _ageing(parts: Parts) -> Algorithm:
    if "mating" in parts.operators:
        raise ValueError("ageing cannot mix kinds of variables; choose nsga2, say")
    parts.check_uses({"sampling", "mutation"}, "ageing")
    given = {name: o for name, o in parts.operators.items() if name != "crossover"}
    operators = {"sampling": FloatRandomSampling(), "mutation": PM(), **given}
    return AgeingEvolution(pop_size=parts.pop_size, **operators)


def _of_genomes(algorithm: type[GenomeSearch], name: str) -> Callable[[Parts], Algorithm]:
    """An algorithm that makes genomes itself."""

    def make(parts: Parts) -> Algorithm:
        parts.check_uses({"sampling"}, name)
        repair, distinct = (
            parts.operators.get(part) for part in ("repair", "eliminate_duplicates")
        )
        if not isinstance(repair, CanonicalRepair) or not isinstance(distinct, OnlyNew):
            raise ValueError(f"{name} is for genomes alone; choose nsga2, say")
        return algorithm(
            pop_size=parts.pop_size,
            sampling=parts.operators["sampling"],
            canonical=repair.canonical,
            taken=distinct.taken,
        )

    return make


def _ctaea(parts: Parts) -> Algorithm:
    algorithm = CTAEA(parts.directions, **parts.operators)
    algorithm.survival = PatientSurvival(algorithm.ref_dirs)
    return algorithm


ALGORITHMS: dict[str, Callable[[Parts], Algorithm]] = {
    "nsga2": _by_population(NSGA2),
    "nsga3": _by_directions(NSGA3, selection=TournamentSelection(func_comp=less_violation)),
    "unsga3": _by_directions(
        UNSGA3, selection=TournamentSelection(func_comp=less_violation_or_nearer)
    ),
    "moead": _moead,
    "smsemoa": _by_population(SMSEMOA),
    "spea2": _by_population(SPEA2),
    "rvea": _by_directions(RVEA),
    "ctaea": _ctaea,
    "ageing": _ageing,
    "local": _of_genomes(LocalSearch, "local"),
    "reinforce": _of_genomes(Reinforce, "reinforce"),
    "random": _random,
}
GENOMES_ONLY = frozenset({"local", "reinforce"})  # no other variables
IGNORES_CONSTRAINTS = frozenset({"moead"})  # they see violations as a penalty instead


def make_algorithm(reference: str, parts: Parts) -> Algorithm:
    """The algorithm that a short name or ``module:name`` stands for.

    Args:
        reference: A name in ``ALGORITHMS``, or where to find an instance, a class or a
            factory. A class or factory is given those of the parts that it names.
        parts: What the algorithm is made from.

    Raises:
        ValueError: There is no such algorithm, or it does not suit the parts.
        FileNotFoundError: There is no such file.
    """
    if "mating" in parts.operators:  # of mixed variables, with operators for each kind
        parts.check_uses({"sampling"}, reference)
    if parts.aspirations is not None:
        return unshared(RNSGA2(parts.aspirations, pop_size=parts.pop_size, **parts.operators))
    if reference in ALGORITHMS:
        return unshared(ALGORITHMS[reference](parts))
    if ":" not in reference:
        raise ValueError(
            f"unknown algorithm {reference!r}{nearest(reference, ALGORITHMS)}; choose from "
            f"{', '.join(ALGORITHMS)}, or name a pymoo Algorithm as MODULE:NAME"
        )
    found = load(reference)
    if isinstance(found, Algorithm):
        parts.check_uses((), reference)
        return copy.deepcopy(found)  # a second search must not go on where this one ended
    if callable(found):
        named = inspect.signature(found).parameters
        parts.check_uses(named, reference)
        offered = {"pop_size": parts.pop_size, **parts.operators}
        if "ref_dirs" in named:
            offered["ref_dirs"] = parts.directions
        used = {name: offered[name] for name in offered if name in named}
        found = construct(found, f"algorithm {reference}", **used)
    if not isinstance(found, Algorithm):
        raise ValueError(
            f"{reference} is a {type(found).__name__}; expected a pymoo Algorithm, or what "
            "makes one"
        )
    return unshared(found)


def genome_operators(
    *, canonical: Callable[[Genome], Genome], taken: Collection[Genome]
) -> dict[str, Any]:
    """Operators for integer genomes that fold, and are never measured twice.

    Args:
        canonical: Maps a genome to the one that stands for it.
        taken: Genomes not to be proposed again; read anew at every call.

    Returns:
        Keyword arguments of a pymoo algorithm.
    """
    return {
        "sampling": SpreadSampling(canonical=canonical, taken=taken),
        "crossover": GenomeCrossover(),
        "mutation": GenomeMutation(),
        "repair": CanonicalRepair(canonical),
        "eliminate_duplicates": OnlyNew(taken),
    }


def plain_operators(problem: Any) -> dict[str, Any]:
    """Operators that suit a plain pymoo problem's variables; none where pymoo's own do."""
    if getattr(problem, "vars", None):  # pymoo sets it only where there are any
        distinct = MixedVariableDuplicateElimination()
        return {
            "sampling": MixedVariableSampling(),
            "mating": MixedVariableMating(eliminate_duplicates=distinct),
            "eliminate_duplicates": distinct,
        }
    if problem.vtype is bool:
        return {
            "sampling": BinaryRandomSampling(),
            "crossover": UniformCrossover(),
            "mutation": BitflipMutation(),
        }
    if problem.vtype is int:
        return {
            "sampling": SpreadSampling(),
            "crossover": GenomeCrossover(),
            "mutation": GenomeMutation(),
        }
    return {}


def load_operator(reference: str) -> Any:
    """A pymoo operator: an instance, or a class or factory to be called without arguments.

    Raises:
        ValueError: The reference names no operator that can be made.
        FileNotFoundError: There is no such file.
    """
    found = load(reference)
    if not callable(getattr(found, "do", None)) or isinstance(found, type):
        found = construct(found, f"operator {reference}")
    return found
