"""What a multi-objective search must beat: search by chance, age, neighbours and gradient."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any

import numpy as np
from pymoo.algorithms.base.genetic import GeneticAlgorithm
from pymoo.core.algorithm import Algorithm
from pymoo.core.crossover import Crossover
from pymoo.core.initialization import Initialization
from pymoo.core.population import Population
from pymoo.core.survival import Survival
from pymoo.operators.selection.tournament import TournamentSelection
from pymoo.util.nds.non_dominated_sorting import NonDominatedSorting

from evonas.operators import as_genomes
from evonas.ordering import best_first
from evonas.space import Genome

Canonical = Callable[[Genome], Genome]

LIFE = 5  # generations that an architecture stays
SAMPLE_SHARE = 0.25  # of the living, from which a parent is chosen
LEARNING_RATE = 1.5  # for each architecture
MEMORY = 0.9  # of the reward that is to be expected
MAX_ROUNDS = 100  # of drawing, before chance takes over


class RandomSearch(Algorithm):
    """Draws every population anew.

    Args:
        pop_size: Points per generation.
        sampling: Draws them.
    """

    def __init__(self, *, pop_size: int, sampling: Any) -> None:
        super().__init__()
        self.pop_size = pop_size
        self.initialization = Initialization(sampling)

    def _initialize_infill(self) -> Any:
        return self._infill()

    def _infill(self) -> Any:
        drawn = self._drawn(self.pop_size)
        return drawn if len(drawn) else None

    def _drawn(self, n: int) -> Any:
        return self.initialization.do(
            self.problem, n, algorithm=self, random_state=self.random_state
        )

    def _advance(self, infills: Any = None, **kwargs: Any) -> None:
        self.pop = infills


class AgeingEvolution(GeneticAlgorithm):
    """Regularised evolution (Real et al. 2019): nothing stays for being good, all grow old.

    A parent is the best of a sample of the living, and its child differs by mutation alone.
    There, the oldest dies for every child, of a population of 100; here a generation dies for
    every generation, after five. The best is by violation, non-dominated rank and crowding
    distance in place of accuracy.

    Args:
        pop_size: Children per generation.
        operators: Sampling, mutation and so on, but no crossover.
    """

    def __init__(self, *, pop_size: int, **operators: Any) -> None:
        n_sampled = max(2, round(SAMPLE_SHARE * LIFE * pop_size))
        super().__init__(
            pop_size=pop_size,
            n_offsprings=pop_size,
            selection=TournamentSelection(func_comp=_best_of, pressure=n_sampled),
            crossover=_Copying(),
            survival=_Ageing(LIFE * pop_size),
            advance_after_initial_infill=True,
            **operators,
        )


class _Copying(Crossover):
    """A child of one parent; pymoo's own ``NoCrossover`` makes one that counts as measured."""

    def __init__(self) -> None:
        super().__init__(1, 1, prob=1.0)

    def _do(self, problem: Any, X: np.ndarray, *args: Any, **kwargs: Any) -> np.ndarray:
        return X.copy()


class _Ageing(Survival):
    """The youngest survive, with their ranks."""

    def __init__(self, n_living: int) -> None:
        super().__init__(filter_infeasible=False)
        self.n_living = n_living

    def _do(self, problem: Any, pop: Any, *args: Any, **kwargs: Any) -> Any:
        living = pop[-self.n_living :]
        living.set("place", _places(living))
        return living


def _best_of(pop: Any, P: np.ndarray, **kwargs: Any) -> np.ndarray:
    """Winners of tournaments: the best place."""
    place = pop.get("place").astype(float)  # (n_living,)
    winners: np.ndarray = P[np.arange(len(P)), place[P].argmin(1)][:, None]
    return winners


class GenomeSearch(RandomSearch):
    """Makes genomes itself, and draws where it cannot.

    Args:
        pop_size: Points per generation.
        sampling: Draws.
        canonical: Of a genome.
        taken: Genomes not to be proposed again; read anew at every call.
    """

    def __init__(
        self, *, pop_size: int, sampling: Any, canonical: Canonical, taken: Collection[Genome]
    ) -> None:
        super().__init__(pop_size=pop_size, sampling=sampling)
        self.canonical = canonical
        self.taken = taken


class LocalSearch(GenomeSearch):
    """Pareto local search (Paquete et al. 2004; White et al. 2021 for architectures).

    Of every member of the front so far, the least crowded first, the neighbours are tried that
    were not: one gene changed, an ordered one by a step. Where none is left it draws anew.
    """

    def _initialize_infill(self) -> Any:
        return super()._infill()

    def _infill(self) -> Any:
        members = self.pop[np.argsort(_places(self.pop))]
        found: dict[Genome, None] = {}
        for genome in self._turn_by_turn(as_genomes(members.get("X"))):
            if genome not in self.taken:
                found[genome] = None
            if len(found) == self.pop_size:
                break
        if not found:
            return super()._infill()
        return Population.new(X=np.array(list(found), dtype=int))

    def _turn_by_turn(self, members: list[Genome]) -> Iterator[Genome]:
        """Neighbours: one of each member, then another one of each, and so on."""
        left = [self._neighbours(genome) for genome in members]
        while left:
            left = [neighbours for neighbours in left if neighbours]
            yield from (neighbours.pop() for neighbours in left)

    def _neighbours(self, genome: Genome) -> list[Genome]:
        is_ordered = getattr(self.problem, "is_ordered", np.ones(len(genome), dtype=bool))
        found = [
            self.canonical((*genome[:i], choice, *genome[i + 1 :]))
            for i, (low, high) in enumerate(zip(self.problem.xl, self.problem.xu, strict=True))
            for choice in range(int(low), int(high) + 1)
            if choice != genome[i] and (not is_ordered[i] or abs(choice - genome[i]) == 1)
        ]
        self.random_state.shuffle(found)
        return found

    def _advance(self, infills: Any = None, **kwargs: Any) -> None:
        known = infills if self.pop is None else Population.merge(self.pop, infills)
        violation = known.get("CV")[:, 0]
        kept = known[violation <= max(0.0, violation.min())]
        self.pop = kept[NonDominatedSorting().do(kept.get("F"), only_non_dominated_front=True)]


class Reinforce(GenomeSearch):
    """A policy gradient (Williams 1992), the survey's baseline by reinforcement learning.

    The policy draws every gene by itself, as in Ying et al. 2019, for whom it did as well as
    the recurrent controller of Zoph and Le 2017. The reward is the place among the latest
    generations, by violation, non-dominated rank and crowding distance, from 1 down to 0.

    Where it is sure, and so repeats itself, the rest of a generation is drawn.
    """

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.expected = 0.5
        self.logits: list[np.ndarray] = []

    def _initialize_infill(self) -> Any:
        low, high = self.problem.xl.astype(int), self.problem.xu.astype(int)
        self.logits = [np.zeros(n) for n in high - low + 1]
        return self._infill()

    def _infill(self) -> Any:
        found: dict[Genome, None] = {}
        for _ in range(MAX_ROUNDS):
            for genome in map(self.canonical, self._from_policy(self.pop_size)):
                if genome not in self.taken and len(found) < self.pop_size:
                    found[genome] = None
            if len(found) == self.pop_size:
                break
        if len(found) < self.pop_size:
            drawn = self._drawn(self.pop_size - len(found)).get("X")
            found.update(dict.fromkeys(as_genomes(drawn) if len(drawn) else []))
        return Population.new(X=np.array(list(found), dtype=int)) if found else None

    def _from_policy(self, n: int) -> list[Genome]:
        low = self.problem.xl.astype(int)
        columns = [
            first + self.random_state.choice(len(logits), size=n, p=_softmax(logits))
            for first, logits in zip(low, self.logits, strict=True)
        ]
        return [tuple(row) for row in np.stack(columns, axis=1).tolist()]

    def _advance(self, infills: Any = None, **kwargs: Any) -> None:
        known = infills if self.pop is None else Population.merge(self.pop, infills)
        self.pop = known[-LIFE * self.pop_size :]
        n_known, n_new = len(self.pop), len(infills)
        if n_known < 2:
            return
        reward = 1.0 - _places(self.pop)[-n_new:] / (n_known - 1)  # (n_new,)
        advantage = reward - self.expected
        genes = infills.get("X").astype(int) - self.problem.xl.astype(int)
        for i, logits in enumerate(self.logits):
            chosen = np.eye(len(logits))[genes[:, i]]  # (n_new, n_choices)
            gradient = advantage @ (chosen - _softmax(logits))
            self.logits[i] = logits + LEARNING_RATE * gradient
        self.expected = MEMORY * self.expected + (1 - MEMORY) * float(reward.mean())


def _softmax(logits: np.ndarray) -> np.ndarray:
    powers = np.exp(logits - logits.max())
    shares: np.ndarray = powers / powers.sum()
    return shares


def _places(pop: Any) -> np.ndarray:
    """From 0 for the best: by violation, non-dominated rank, and least crowded first."""
    places = np.empty(len(pop))
    places[best_first(pop.get("F"), pop.get("CV")[:, 0])] = np.arange(len(pop))
    return places
