"""Candidates for a batch: what lies near the front, and what evolves from there."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import numpy as np

from evonas.algorithms.operators import as_genomes
from evonas.space import Genome, SearchSpace

N_ROUNDS = 6
N_PARENTS = 40  # of the most promising, beside those to begin with
SHARE_DRAWN = 0.1  # of all proposals, uniformly from the space
SHARE_NEAR = 0.25  # that differ from the front so far in one gene
EXCHANGED = 0.3  # probability with which a child takes a gene from its second parent
N_CHANGES = 1.0  # expected number of genes that change in a child beside that
STEPS = 0.5  # probability with which an ordered gene goes to its neighbour when it changes

Fitness = Callable[[Sequence[Genome]], np.ndarray]
"""How promising genomes are, ``(n,)``, the larger the better."""


@dataclass(frozen=True)
class Proposer:
    """Proposes genomes of a space that are not known yet.

    Attributes:
        space: The search space.
        canonical: Maps a genome to the one that stands for it.
        taken: Canonical genomes that are not to be proposed; read anew at every call.
        rng: Draws whatever is drawn.
    """

    space: SearchSpace
    canonical: Callable[[Genome], Genome]
    taken: Collection[Genome]
    rng: np.random.Generator

    def propose(self, n: int, *, seeds: Sequence[Genome], fitness: Fitness) -> list[Genome]:
        """New genomes, the best of which become parents of further ones, round by round.

        Args:
            n: About how many genomes are proposed in all.
            seeds: Canonical genomes to begin with, as those on the front.
            fitness: Says how promising genomes are; asked once for each.
        """
        found: dict[Genome, float] = {}

        def add(genomes: Sequence[Genome]) -> None:
            new = [g for g in dict.fromkeys(genomes) if g not in found and g not in self.taken]
            found.update(zip(new, fitness(new).tolist() if new else (), strict=True))

        n_near, n_drawn = round(SHARE_NEAR * n), round(SHARE_DRAWN * n)
        add([*self.neighbours(seeds, n_near), *self.drawn(n_drawn)])
        n_round = max(1, (n - n_near - n_drawn) // N_ROUNDS)
        for _ in range(N_ROUNDS):
            best = sorted(found, key=found.__getitem__, reverse=True)[:N_PARENTS]
            parents = [*seeds, *best]
            if not parents:
                break
            add(self.children(parents, n_round))
        return list(found)

    def drawn(self, n: int) -> list[Genome]:
        """Genomes drawn uniformly."""
        return [self.canonical(genome) for genome in self.space.sample(n, self.rng)]

    def neighbours(self, genomes: Sequence[Genome], n: int) -> list[Genome]:
        """At most ``n`` genomes that differ from one of those given in one gene."""
        others = np.array(self.space.sizes) - 1
        ends = np.cumsum(np.tile(others, len(genomes)))  # by genome and gene, of all there are
        places = np.arange(ends[-1] if len(ends) else 0)
        if len(places) > n:
            places = np.sort(self.rng.permutation(len(places))[:n])
        found = []
        for place, block in zip(places, np.searchsorted(ends, places, "right"), strict=True):
            row, gene = divmod(int(block), len(others))
            which = place - (ends[block] - others[gene])
            found.append(self.canonical(self.space.variants(genomes[row], gene)[which]))
        return found

    def children(self, parents: Sequence[Genome], n: int) -> list[Genome]:
        """Genomes that take most genes from one parent, some from another, and change one."""
        X = np.array(parents)
        one, other = X[self.rng.integers(len(X), size=(2, n))]
        rows = np.where(self.rng.random(one.shape) < EXCHANGED, other, one)
        return [self.canonical(genome) for genome in as_genomes(self._mutated(rows))]

    def _mutated(self, rows: np.ndarray) -> np.ndarray:
        sizes = np.array(self.space.sizes)
        is_free = sizes > 1
        rate = N_CHANGES / max(1, is_free.sum())
        is_chosen = (self.rng.random(rows.shape) < rate) & is_free
        shift = 1 + self.rng.integers(0, np.maximum(sizes - 1, 1), rows.shape)
        redrawn = (rows + shift) % sizes
        stepped = np.clip(rows + self.rng.choice([-1, 1], rows.shape), 0, sizes - 1)
        is_ordered = np.array([bool(gene.ordered) for gene in self.space.genes])
        steps = is_ordered & (self.rng.random(rows.shape) < STEPS)
        return np.where(is_chosen, np.where(steps, stepped, redrawn), rows)
