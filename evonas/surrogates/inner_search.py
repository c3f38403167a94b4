"""Evolution on predictions, which costs no training."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from pymoo.core.algorithm import Algorithm
from pymoo.core.population import Population
from pymoo.termination.max_gen import MaximumGenerationTermination

from evonas.algorithms.operators import as_genomes
from evonas.algorithms.pymoo_bridge import GenomeProblem
from evonas.space import Genome, SearchSpace
from evonas.surrogates.surrogate import Forecast, Guide

OPTIMISM = 1.0  # standard deviations by which what is uncertain counts as better


class PredictedProblem(GenomeProblem):
    """Architectures as a guide sees them.

    Args:
        guide: Predicts them.
        space: Of the architectures.
        n_objectives: As many as the guide's.
        n_constraints: Likewise.

    Attributes:
        genomes: Those that were looked at, in the order of asking; none twice.
    """

    def __init__(
        self, guide: Guide, space: SearchSpace, *, n_objectives: int, n_constraints: int
    ) -> None:
        super().__init__(space, n_objectives=n_objectives, n_constraints=n_constraints)
        self._guide = guide
        self._rows: dict[Genome, tuple[np.ndarray, ...]] = {}

    @property
    def genomes(self) -> Collection[Genome]:
        """Those that were looked at, in the order of asking; none twice."""
        return self._rows.keys()

    def forecast(self, genomes: Iterable[Genome]) -> Forecast:
        """What was expected of genomes that were looked at."""
        columns = zip(*(self._rows[genome] for genome in genomes), strict=True)
        return Forecast(*map(np.array, columns))

    def look_at(self, genomes: Sequence[Genome]) -> Forecast:
        """Have genomes predicted, and remember it."""
        seen = self._guide.forecast(genomes)
        rows = zip(seen.mean, seen.std, seen.violation, seen.chance, strict=True)
        self._rows.update(zip(genomes, rows, strict=True))
        return seen

    def _evaluate(self, X: np.ndarray, out: dict[str, Any], *args: Any, **kwargs: Any) -> None:
        seen = self.look_at(as_genomes(X))
        out["F"] = seen.mean - OPTIMISM * seen.std
        if self.n_ieq_constr:
            out["G"] = seen.violation


class Either(Collection[Genome]):
    """The genomes in any of several collections, read anew at every call."""

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
    """Run an algorithm on predictions; the problem remembers what it looked at."""
    algorithm.setup(problem, seed=seed, termination=MaximumGenerationTermination(n_generations))
    while algorithm.has_next():
        asked = algorithm.ask()
        if asked is None or (isinstance(asked, Population) and not len(asked)):
            return
        algorithm.evaluator.eval(problem, asked, algorithm=algorithm)
        algorithm.tell(infills=asked)
