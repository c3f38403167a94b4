"""Mobile blocks whose trainings are so noisy that one says little."""

from __future__ import annotations

import numpy as np

from evonas.landscapes.parts import Design, Part, weights
from evonas.space import Gene

N_BLOCKS = 5
WIDTHS, EXPANSIONS, KERNELS = (16, 24, 32, 48), (1, 2, 4), (3, 5, 7)
ATTENTIONS = ("none", "squeeze", "spatial")
SPREADS = np.array([2, 3, 4, 6])  # widths, relative to each other
NOISE = 1.0  # as large as the spread of the better half of the space


def drawn(rng: np.random.Generator, n_blocks: int = N_BLOCKS) -> Design:
    """Blocks of a width, an expansion, a kernel and an attention.

    Attentions of neighbours suit each other more or less; the rest is a block's own.

    Args:
        rng: Draws what every block loses.
        n_blocks: How many blocks there are.
    """
    parts = [_block(i, n_blocks, rng) for i in range(n_blocks)]
    return Design(tuple(parts), base=(20, 15), units=(500_000, 8_000), noise=NOISE)


def _block(i: int, n_blocks: int, rng: np.random.Generator) -> Part:
    """A block, by the attention of the one before it."""
    genes = (
        Gene(f"block{i + 1}_width", WIDTHS),
        Gene(f"block{i + 1}_expansion", EXPANSIONS),
        Gene(f"block{i + 1}_kernel", KERNELS),
        Gene(f"block{i + 1}_attention", ATTENTIONS),
    )
    areas = (SPREADS**2 // 2)[:, None, None, None]
    expanded = np.array([1, 2, 3])[:, None, None]
    kernels, attention = np.array([0, 1, 2])[:, None], np.array([0, 1, 2])
    macs = areas * expanded + SPREADS[:, None, None, None] * expanded * kernels + attention
    params = areas * expanded + expanded * kernels + 2 * (attention == 1)
    of_macs, of_params = weights(i, n_blocks)
    suited = rng.normal(0.0, 0.2, (len(ATTENTIONS) if i else 1, len(ATTENTIONS)))
    return Part.of(
        genes,
        loss=_loss(rng)[None] + suited[:, None, None, None],
        macs=of_macs * macs[None],
        params=of_params * params[None],
        state=attention[None, None, None, None],
    )


def _loss(rng: np.random.Generator) -> np.ndarray:
    """What a block loses, by width, expansion, kernel and attention."""
    importance = rng.uniform(0.4, 1.6)
    width = np.exp(-rng.uniform(0.5, 1.2) * np.arange(len(WIDTHS)))
    expansion = 0.6 * np.exp(-rng.uniform(0.4, 1.0) * np.arange(len(EXPANSIONS)))
    kernel = rng.permutation([0.0, rng.uniform(0.05, 0.3), rng.uniform(0.2, 0.5)])
    attention = np.array([0.3, 0.1, 0.1]) + rng.uniform(-0.1, 0.3, len(ATTENTIONS))
    between = rng.normal(0.0, 0.1, (1, 1, len(KERNELS), len(ATTENTIONS)))
    loss: np.ndarray = (
        width[:, None, None, None]
        + expansion[:, None, None]
        + kernel[:, None]
        + attention
        + between
    )
    return importance * loss
