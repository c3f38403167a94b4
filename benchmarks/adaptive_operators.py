"""NSGA-II that learns which operators to use, against fixed ones.

    python benchmarks/adaptive_operators.py [--problem synthetic] [--option landscape=1]

Probability matching (Thierens 2005) chooses for every child the share of genes that crossover
exchanges, the expected number of genes that mutation changes, and whether its ordered genes
step or are redrawn; categorical genes are always redrawn. A choice is paid when its child
survives into the next population.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from typing import Any

import numpy as np
from pymoo.algorithms.moo.nsga2 import NSGA2

from evonas import Config
from evonas.algorithms.operators import GenomeCrossover, GenomeMutation
from evonas.bench.contest import judged
from evonas.bench.standings import Standings
from evonas.reports.text import aligned

EXCHANGED = (0.1, 0.25, 0.5)
N_CHANGES = (0.25, 0.5, 1.0, 2.0)
IS_STEPPED = (True, False)
LEAST = 0.2  # of all probability, shared by all choices whatever they earned
FORGOTTEN = 0.3  # of what a choice earned, with every generation


class Choice:
    """One of several values, the more often the more its children survive."""

    def __init__(self, values: tuple[Any, ...]) -> None:
        self.values = np.array(values)
        self.quality = np.ones(len(values))

    def draw(self, n: int, rng: Any) -> np.ndarray:
        """Places of n values, ``(n,)``."""
        share = LEAST / len(self.values)
        p = share + (1 - LEAST) * self.quality / self.quality.sum()
        return rng.choice(len(self.values), size=n, p=p)

    def learn(self, drawn: np.ndarray, has_survived: np.ndarray) -> None:
        """What became of the children for which these places were drawn, ``(n,)`` each."""
        for i in set(drawn.tolist()):
            earned = max(has_survived[drawn == i].mean(), 0.02)  # so that none dies out
            self.quality[i] += FORGOTTEN * (earned - self.quality[i])


class AdaptiveCrossover(GenomeCrossover):
    """Exchanges as many genes as its choice says."""

    def __init__(self) -> None:
        super().__init__()
        self.share = Choice(EXCHANGED)

    def do(self, *args: Any, **kwargs: Any) -> Any:
        """Children that know how many genes were to be exchanged."""
        children = super().do(*args, **kwargs)
        children.set("share", np.concatenate([self.drawn, self.drawn]))
        return children

    def _do(self, problem: Any, X: np.ndarray, *args: Any, random_state: Any, **kw: Any) -> Any:
        self.drawn = self.share.draw(X.shape[1], random_state)
        swap = random_state.random(X.shape[1:]) < self.share.values[self.drawn, None]
        return np.stack([np.where(swap, X[1], X[0]), np.where(swap, X[0], X[1])]).astype(int)


class AdaptiveMutation(GenomeMutation):
    """Changes as many genes as its choice says, in the way that another one says."""

    def __init__(self) -> None:
        super().__init__()
        self.rate, self.way = Choice(N_CHANGES), Choice(IS_STEPPED)

    def do(self, problem: Any, pop: Any, *args: Any, random_state: Any, **kwargs: Any) -> Any:
        """The same individuals, changed, which know how."""
        rates, ways = (c.draw(len(pop), random_state) for c in (self.rate, self.way))
        ordered = problem.is_ordered
        for i, individual in enumerate(pop):
            self.n_changes = self.rate.values[rates[i]]
            problem.is_ordered = ordered & self.way.values[ways[i]]
            (individual.X,) = self._do(problem, individual.X[None], random_state=random_state)
        problem.is_ordered = ordered
        pop.set("rate", rates, "way", ways)
        return pop


class Adaptive(NSGA2):
    """NSGA-II with both operators, which learn from its survivors."""

    def __init__(
        self, pop_size: int, sampling: Any, repair: Any, eliminate_duplicates: Any
    ) -> None:
        self.chosen = AdaptiveCrossover(), AdaptiveMutation()
        super().__init__(
            pop_size=pop_size,
            sampling=sampling,
            crossover=self.chosen[0],
            mutation=self.chosen[1],
            repair=repair,
            eliminate_duplicates=eliminate_duplicates,
        )

    def _advance(self, infills: Any = None, **kwargs: Any) -> Any:
        answer = super()._advance(infills=infills, **kwargs)
        crossover, mutation = self.chosen
        alive = set(map(id, self.pop))
        has_survived = np.array([id(child) in alive for child in infills])
        for name, choice in (
            ("share", crossover.share),
            ("rate", mutation.rate),
            ("way", mutation.way),
        ):
            choice.learn(infills.get(name).astype(int), has_survived)
        return answer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--problem", default="synthetic")
    parser.add_argument("--option", action="append", default=[])
    parser.add_argument("--data-dir")
    parser.add_argument("--evaluations", type=int, default=500)
    parser.add_argument("--seeds", type=int, default=21)
    given = parser.parse_args()
    base = Config(
        problem=given.problem,
        option=tuple(given.option),
        data_dir=given.data_dir,
        evaluations=given.evaluations,
        n_jobs=0,
    )
    scores = [
        score
        for name, algorithm in (("nsga2", "nsga2"), ("adaptive", f"{__file__}:Adaptive"))
        for seed in range(given.seeds)
        for score in judged(replace(base, algorithm=algorithm), name, seed, "macs")
    ]
    standings = Standings(scores, ["nsga2", "adaptive"])
    for header, rows in (standings.table(), standings.tests()):
        print("\n".join([*aligned(header, rows), ""]))


if __name__ == "__main__":
    main()
