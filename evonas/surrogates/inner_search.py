"""Evolution on predictions, which costs no training."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from pymoo.core.algorithm import Algorithm
from pymoo.termination.max_gen import MaximumGenerationTermination

from evonas.algorithms.operators import as_genomes
from evonas.algorithms.pymoo_bridge import GenomeProblem
from evonas.algorithms.pymoo_guard import blamed, is_exhausted
from evonas.space import Genome, SearchSpace
from evonas.surrogates.forecast import Forecast
from evonas.surrogates.surrogate import Surrogate

OPTIMISM = 1.0  # standard deviations by which what is uncertain counts as better


class PredictedProblem(GenomeProblem):
    """Architectures as a surrogate predicts them.

    Args:
        surrogate: The surrogate that predicts them.
        space: The search space of the architectures.
        n_objectives: How many objectives the surrogate predicts.
        n_constraints: How many constraints the algorithm sees: all that the surrogate
            predicts, or 0 for an algorithm that ignores them.

    Attributes:
        genomes: Genomes that were predicted, in the order of asking; none twice.
    """

    def __init__(
        self, surrogate: Surrogate, space: SearchSpace, *, n_objectives: int, n_constraints: int
    ) -> None:
        super().__init__(space, n_objectives=n_objectives, n_constraints=n_constraints)
        self._surrogate = surrogate
        self._rows: dict[Genome, tuple[np.ndarray, ...]] = {}

    @property
    def genomes(self) -> Collection[Genome]:
        """Genomes that were predicted, in the order of asking; none twice."""
        return self._rows.keys()

    def forecast(self, genomes: Iterable[Genome]) -> Forecast:
        """The remembered forecast of genomes that were predicted before."""
        columns = zip(*(self._rows[genome] for genome in genomes), strict=True)
        return Forecast(*map(np.array, columns))

    def predict(self, genomes: Sequence[Genome]) -> Forecast:
        """Have genomes predicted, and remember it."""
        seen = self._surrogate.forecast(genomes)
        rows = zip(seen.mean, seen.std, seen.violation, seen.chance, strict=True)
        self._rows.update(zip(genomes, rows, strict=True))
        return seen

    def _evaluate(self, X: np.ndarray, out: dict[str, Any], *args: Any, **kwargs: Any) -> None:
        seen = self.predict(as_genomes(X))
        out["F"] = seen.mean - OPTIMISM * seen.std
        if self.n_ieq_constr:
            out["G"] = seen.violation


class Either(Collection[Genome]):
    """The genomes in any of several collections, read anew at every call.

    Args:
        parts: The collections.
    """

    def __init__(self, *parts: Collection[Genome]) -> None:
        self._parts = parts

    def __contains__(self, genome: object) -> bool:
        return any(genome in part for part in self._parts)

    def __iter__(self) -> Iterator[Genome]:
        return (genome for part in self._parts for genome in part)

    def __len__(self) -> int:
        return sum(map(len, self._parts))


def evolve(
    problem: PredictedProblem, algorithm: Algorithm, *, n_generations: int, seed: int
) -> None:
    """Run an algorithm on predictions; the problem remembers what it predicted.

    Args:
        problem: Predicts what the algorithm asks for.
        algorithm: A pymoo algorithm that was not set up yet.
        n_generations: How many generations it runs at most.
        seed: Fixes the draws of the algorithm.
    """
    algorithm.setup(problem, seed=seed, termination=MaximumGenerationTermination(n_generations))
    while algorithm.has_next():
        with blamed("the algorithm failed on predictions"):
            asked = algorithm.ask()
        if is_exhausted(algorithm, asked):
            return
        n_evaluated = algorithm.evaluator.n_eval
        if asked is not None:
            algorithm.evaluator.eval(problem, asked, algorithm=algorithm)
        with blamed("the algorithm failed on predictions"):
            algorithm.tell(infills=asked)
        if algorithm.evaluator.n_eval == n_evaluated:  # nor did it evaluate while it advanced
            return
