"""Counting metrics of any genome of a space, none twice."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

import numpy as np

from evonas.objectives import Metric
from evonas.plugins.asking import ask
from evonas.problem import Problem
from evonas.record import Record
from evonas.space import Genome

Tell = Callable[[str, int, int], None]
"""Told what goes on, how far it has got, and how far it will."""

N_COMPARED = 5  # records that are counted again
SAME = 1e-6  # relative difference of what is the same number


class Counter:
    """Counts metrics of genomes, each standing for what its canonical form builds.

    Args:
        problem: The opened problem, whose code is run.
        metrics: The metrics to be counted, none of which takes a training.
        tell: Told how far the counting has got.
    """

    def __init__(
        self, problem: Problem, metrics: Collection[Metric], *, tell: Tell | None = None
    ) -> None:
        self._problem = problem
        self._derived = [metric for metric in metrics if metric.compute is not None]
        self._plain = [metric.name for metric in metrics if metric.compute is None]
        self._known: dict[Genome, Mapping[str, float]] = {}
        self._canonical: dict[Genome, Genome] = {}
        self._tell = tell

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the metrics that are counted."""
        return (*self._plain, *(metric.name for metric in self._derived))

    @property
    def n_counted(self) -> int:
        """How many different architectures were counted."""
        return len(self._known)

    def canonical(self, genomes: np.ndarray) -> list[Genome]:
        """The canonical form of each genome of ``(n, n_genes)``."""
        found = []
        for row in map(tuple, genomes.tolist()):
            if row not in self._canonical:
                self._canonical[row] = self._problem.canonical(row)
            found.append(self._canonical[row])
        return found

    def values(self, name: str, genomes: np.ndarray) -> np.ndarray:
        """One metric of genomes ``(n, n_genes)``, ``(n,)``; NaN where counting fails.

        Args:
            name: The metric's name.
            genomes: The genomes, canonical or not.
        """
        canonical = self.canonical(genomes)
        new = [genome for genome in dict.fromkeys(canonical) if genome not in self._known]
        for i, genome in enumerate(new):
            self._known[genome] = self._count(genome)
            if self._tell:
                self._tell("counting", i + 1, len(new))
        return np.array([self._known[genome].get(name, np.nan) for genome in canonical])

    def contradicted(self, records: Sequence[Record]) -> str:
        """In words what a record says otherwise than the problem counts now; empty if nothing.

        Args:
            records: Records of the problem, of which a few are counted again.
        """
        for record in [r for r in records if r.error is None][:N_COMPARED]:
            genome = self._problem.canonical(record.genome)
            counted = self._known.setdefault(genome, self._count(genome))
            for name in self.names:
                told, now = record.metrics.get(name), counted.get(name)
                if told is None or (now is not None and np.isclose(now, told, rtol=SAME)):
                    continue
                said = "cannot be counted" if now is None else f"is {now:.6g} today"
                return f"{name} {said}, where the run recorded {told:.6g}"
        return ""

    def _count(self, genome: Genome) -> Mapping[str, float]:
        try:
            return ask(self._problem, genome, self._plain, self._derived, seed=0).metrics
        except Exception:  # user code; one architecture that fails says nothing of the others
            return {}
