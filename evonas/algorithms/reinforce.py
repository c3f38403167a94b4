"""Search by gradient: a policy that draws every gene by itself."""

from __future__ import annotations

from typing import Any

import numpy as np
from pymoo.core.population import Population

from evonas.algorithms.ageing import LIFE
from evonas.algorithms.operators import as_genomes, places
from evonas.algorithms.random_search import GenomeSearch
from evonas.space import Genome

LEARNING_RATE = 1.5  # for each architecture
MEMORY = 0.9  # of the reward that is to be expected
MAX_ROUNDS = 100  # of drawing, before chance takes over


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
        return Population.new(X=np.array(list(found), dtype=int)) if found else Population()

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
        reward = 1.0 - places(self.pop)[-n_new:] / (n_known - 1)  # (n_new,)
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
