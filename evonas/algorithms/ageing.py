"""Search by age: regularised evolution."""

from __future__ import annotations

from typing import Any

import numpy as np
from pymoo.algorithms.base.genetic import GeneticAlgorithm
from pymoo.core.crossover import Crossover
from pymoo.core.survival import Survival
from pymoo.operators.selection.tournament import TournamentSelection

from evonas.algorithms.operators import places

LIFE = 5  # generations that an architecture stays
SAMPLE_SHARE = 0.25  # of the living, from which a parent is chosen


class AgeingEvolution(GeneticAlgorithm):
    """Regularised evolution (Real et al. 2019): nothing stays for being good, all grow old.

    A parent is the best of a sample of the living, and its child differs by mutation alone.
    There, the oldest dies for every child, of a population of 100; here a generation dies for
    every generation, after five. The best is by violation, non-dominated rank and crowding
    distance in place of accuracy.

    Args:
        pop_size: How many children a generation has.
        operators: Keyword arguments of pymoo's genetic algorithm: sampling, mutation and so
            on, but no crossover.
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
        living.set("place", places(living))
        return living


def _best_of(pop: Any, P: np.ndarray, **kwargs: Any) -> np.ndarray:
    """Winners of tournaments: the best place."""
    place = pop.get("place").astype(float)  # (n_living,)
    winners: np.ndarray = P[np.arange(len(P)), place[P].argmin(1)][:, None]
    return winners
