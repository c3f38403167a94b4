"""Blocks that are traps: gene by gene one is led away from their best setting."""

from __future__ import annotations

import numpy as np

from evonas.landscapes.parts import Design, Part, weights
from evonas.space import Gene

N_BLOCKS = 5
OPERATIONS = ("convolution", "separable", "shift")
ACTIVATIONS = ("relu", "swish", "prelu")
NORMS = ("batch", "group", "none")
WIDTHS = (16, 24, 32, 48)
N_TRAPPED, N_CHOICES = 3, 3  # genes of a trap, and the choices of each
PRICES, WEIGHTS = np.array([4, 2, 1]), np.array([3, 2, 1])  # MACs and parameters by operation
SPREADS = np.array([2, 3, 4, 6])  # widths, relative to each other
HEIGHT = 0.3  # what is left of a trap's loss at the end of its slope


def drawn(rng: np.random.Generator, n_blocks: int = N_BLOCKS) -> Design:
    """Blocks of an operation, an activation and a norm, which are a trap, and a width.

    Of two settings of a trap's genes that differ in all of them, one is best; the other is
    what every single change leads to (Deb & Goldberg 1993). The width is no part of it.

    Args:
        rng: Draws the traps, and what their blocks lose.
        n_blocks: How many blocks there are.
    """
    parts = [_block(i, n_blocks, rng) for i in range(n_blocks)]
    return Design(tuple(parts), base=(9, 9), units=(500_000, 8_000))


def _block(i: int, n_blocks: int, rng: np.random.Generator) -> Part:
    """A block, which does not depend on the others."""
    genes = (
        Gene(f"block{i + 1}_operation", OPERATIONS),
        Gene(f"block{i + 1}_activation", ACTIVATIONS),
        Gene(f"block{i + 1}_norm", NORMS),
        Gene(f"block{i + 1}_width", WIDTHS),
    )
    trap = rng.uniform(0.6, 1.4) * trap_loss(rng)[..., None]
    width = np.arange(len(WIDTHS))
    capacity = rng.uniform(1.0, 2.0) * np.exp(-rng.uniform(0.5, 1.0) * width)
    norms = np.array([0, 2, 0])[:, None]
    macs = PRICES[:, None, None, None] * SPREADS**2 // 2 + norms
    slopes = np.array([0, 0, 2])[:, None, None]  # PReLU has parameters
    params = WEIGHTS[:, None, None, None] * SPREADS**2 // 2 + slopes + norms
    of_macs, of_params = weights(i, n_blocks)
    return Part.of(
        genes,
        loss=(trap + capacity)[None],
        macs=of_macs * macs[None],
        params=of_params * params[None],
    )


def trap_loss(rng: np.random.Generator) -> np.ndarray:
    """What each setting of a trap's genes loses, 0 to 1, with an axis for every gene.

    Args:
        rng: Draws the best setting, and the one that all slopes lead to.
    """
    led_to = rng.integers(0, N_CHOICES, N_TRAPPED)
    best = (led_to + rng.integers(1, N_CHOICES, N_TRAPPED)) % N_CHOICES
    settings = np.indices((N_CHOICES,) * N_TRAPPED)
    axes = (slice(None), *(None,) * N_TRAPPED)
    n_alike = (settings == led_to[axes]).sum(0)
    loss: np.ndarray = 1.0 - (1.0 - HEIGHT) * n_alike / N_TRAPPED
    loss[tuple(best)] = 0.0
    return loss
