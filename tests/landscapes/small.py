"""Designs of every kind that are small enough to look all their networks through."""

from __future__ import annotations

import numpy as np

from evonas.landscapes import cells, chain, conditional, deceptive, disasters, noise
from evonas.landscapes.parts import Design

SMALL = {
    "chain": (chain.drawn, 3),
    "conditional": (conditional.drawn, 1),
    "deceptive": (deceptive.drawn, 2),
    "disasters": (disasters.drawn, 3),
    "noise": (noise.drawn, 2),
}
KINDS = ("cell", *SMALL)


def drawn(kind: str, seed: int) -> Design:
    """A small design of a kind; there is no small one of cells, which are few enough."""
    rng = np.random.default_rng(seed)
    if kind == "cell":
        return cells.drawn(rng)
    draw, size = SMALL[kind]
    return draw(rng, size)


def every_genome(design: Design) -> np.ndarray:
    """All genomes of a design, ``(n, n_genes)``."""
    sizes = design.space.sizes
    return np.indices(sizes).reshape(len(sizes), -1).T
