"""Search by chance, which every other search must beat."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from pymoo.core.algorithm import Algorithm
from pymoo.core.initialization import Initialization

from evonas.space import Genome

Canonical = Callable[[Genome], Genome]


class RandomSearch(Algorithm):
    """Draws every population anew.

    Args:
        pop_size: How many points a generation has.
        sampling: The pymoo sampling that draws every generation.
    """

    def __init__(self, *, pop_size: int, sampling: Any) -> None:
        super().__init__()
        self.pop_size = pop_size
        self.initialization = Initialization(sampling)

    def _initialize_infill(self) -> Any:
        return self._infill()

    def _infill(self) -> Any:
        return self._drawn(self.pop_size)

    def _drawn(self, n: int) -> Any:
        return self.initialization.do(
            self.problem, n, algorithm=self, random_state=self.random_state
        )

    def _advance(self, infills: Any = None, **kwargs: Any) -> None:
        self.pop = infills


class GenomeSearch(RandomSearch):
    """Makes genomes itself, and draws where it cannot.

    Args:
        pop_size: How many points a generation has.
        sampling: The pymoo sampling that draws what the search does not make itself.
        canonical: Maps a genome to the one that stands for it.
        taken: Genomes not to be proposed again; read anew at every call.
    """

    def __init__(
        self, *, pop_size: int, sampling: Any, canonical: Canonical, taken: Collection[Genome]
    ) -> None:
        super().__init__(pop_size=pop_size, sampling=sampling)
        self.canonical = canonical
        self.taken = taken
