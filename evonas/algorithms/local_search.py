"""Search by neighbours: Pareto local search."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from pymoo.core.population import Population
from pymoo.util.nds.non_dominated_sorting import NonDominatedSorting

from evonas.algorithms.operators import as_genomes, places
from evonas.algorithms.random_search import GenomeSearch
from evonas.space import Genome


class LocalSearch(GenomeSearch):
    """Pareto local search (Paquete et al. 2004; White et al. 2021 for architectures).

    Of every member of the front so far, the least crowded first, the neighbours are tried that
    were not: one gene changed, an ordered one by a step. Where none is left it draws anew.
    """

    def _initialize_infill(self) -> Any:
        return super()._infill()

    def _infill(self) -> Any:
        members = self.pop[np.argsort(places(self.pop))]
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
