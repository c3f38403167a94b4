"""Which genes make a difference to an architecture, told without asking for every change."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from sklearn.tree import DecisionTreeClassifier

from evonas.space import Genome, SearchSpace

N_DRAWN = 256  # genomes that are asked about
N_CHECKED = 64  # of them, on which a rule must hold that the others have taught


class ActiveGenes:
    """Which genes make a difference to each architecture, by rules learnt from drawn ones.

    In most spaces it depends on few genes which others count, as on a depth how many layers
    there are. ``SearchSpace.active`` finds it out by changing gene after gene, which takes a
    millisecond: too long for every prediction. So it is asked of some drawn genomes, and what
    it says of each gene is put into a decision tree. A rule that fails for one of the genomes
    that did not teach it is no rule: its gene counts as active everywhere.

    Args:
        space: The search space.
        canonical: Maps a genome to the one that stands for all that build the same network.

    Attributes:
        conditional: Numbers of the genes that a rule says of, in rising order.
    """

    def __init__(self, space: SearchSpace, canonical: Callable[[Genome], Genome]) -> None:
        self._n_genes = len(space.sizes)
        drawn = space.sample(N_DRAWN, np.random.default_rng(0))
        standing = [canonical(genome) for genome in drawn]
        self._rules: dict[int, DecisionTreeClassifier] = {}
        if standing != drawn:  # else none stands for another, and all genes count
            self._learn(space, canonical, list(dict.fromkeys(standing)))
        self.conditional = sorted(self._rules)

    def __call__(self, genomes: Sequence[Genome]) -> np.ndarray:
        """Whether each gene makes a difference, ``(n, n_genes)``.

        Args:
            genomes: Canonical genomes.
        """
        active = np.ones((len(genomes), self._n_genes), dtype=bool)
        rows = np.array(genomes, dtype=np.float32).reshape(active.shape)
        for gene, rule in self._rules.items():
            active[:, gene] = rule.tree_.predict(rows).argmax(1)  # of False and True
        return active

    def _learn(
        self,
        space: SearchSpace,
        canonical: Callable[[Genome], Genome],
        genomes: Sequence[Genome],
    ) -> None:
        told = [set(space.active(genome, canonical=canonical)) for genome in genomes]
        active = np.array([[name in names for name in space.names] for names in told])
        rows = np.array(genomes, dtype=np.float32)
        n_taught = len(rows) - min(N_CHECKED, len(rows) // 4)
        for gene in np.flatnonzero(active.any(0) & ~active.all(0)):
            rule = DecisionTreeClassifier(random_state=0).fit(
                rows[:n_taught], active[:n_taught, gene]
            )
            holds = rule.predict(rows[n_taught:]) == active[n_taught:, gene]
            if len(rule.classes_) == 2 and holds.all():
                self._rules[int(gene)] = rule
