"""Smooth spaces in which some conjunctions of choices are the ruin of a network."""

from __future__ import annotations

import numpy as np

from evonas.landscapes.parts import Design, Part, weights
from evonas.space import Gene

N_BLOCKS = 5
OPERATIONS = ("convolution", "separable", "shift", "pooling")
WIDTHS = (16, 24, 32, 48)
NORMS = ("batch", "group", "none")
SIZES = (len(OPERATIONS), len(WIDTHS), len(NORMS))
PRICES = np.array([6, 3, 2, 1])  # MACs of an operation
WEIGHTS = np.array([5, 2, 1, 0])  # parameters
SPREADS = np.array([2, 3, 4, 6])  # widths, relative to each other
N_RUINS = 5  # conjunctions
SHARE = (0.12, 0.22)  # of the space that they take
N_TRIED = 500  # draws of conjunctions, until they take their share


def drawn(rng: np.random.Generator, n_blocks: int = N_BLOCKS) -> Design:
    """Blocks of an operation, a width and a norm, and some conjunctions that ruin it all.

    A conjunction names choices of two or three genes anywhere; a network that has made them
    all does little better than guessing. Two of the conjunctions are of what would be best
    else, as networks diverge that are wide and lack a norm. The rest is a sum over genes, with
    a little more between those of a block.

    Args:
        rng: Draws what choices lose, and the conjunctions.
        n_blocks: How many blocks there are.
    """
    losses = [_loss(rng) for _ in range(n_blocks)]
    allowed = ruins(losses, rng)
    all_alive = 2 ** len(allowed) - 1
    parts = []
    for i, loss in enumerate(losses):
        met = sum((allowed[r, i] << r) for r in range(len(allowed)))  # by setting, as bits
        alive = (
            np.arange(all_alive + 1)[:, None, None, None] if i else np.array([[[[all_alive]]]])
        )
        parts.append(_block(i, n_blocks, loss=loss, state=alive & met))
    return Design(
        tuple(parts),
        base=(16, 12),
        units=(500_000, 8_000),
        ruined=frozenset(range(1, all_alive + 1)),
    )


def _block(i: int, n_blocks: int, *, loss: np.ndarray, state: np.ndarray) -> Part:
    genes = (
        Gene(f"block{i + 1}_operation", OPERATIONS),
        Gene(f"block{i + 1}_width", WIDTHS),
        Gene(f"block{i + 1}_norm", NORMS),
    )
    areas = SPREADS[:, None] ** 2 // 2
    norms = np.array([1, 2, 0])
    macs = PRICES[:, None, None] * areas + norms
    params = WEIGHTS[:, None, None] * areas + norms
    of_macs, of_params = weights(i, n_blocks)
    return Part.of(
        genes,
        loss=loss[None],
        macs=of_macs * macs[None],
        params=of_params * params[None],
        state=state,
    )


def _loss(rng: np.random.Generator) -> np.ndarray:
    """What a block loses, by operation, width and norm."""
    importance = rng.uniform(0.4, 1.6)
    operation = np.array([0.0, 0.15, 0.3, 0.5]) + rng.uniform(0.0, 0.5, len(OPERATIONS))
    pace = rng.uniform(0.5, 1.2, (len(OPERATIONS), 1, 1))
    capacity = np.exp(-pace * np.arange(len(WIDTHS))[:, None])
    norm = rng.permutation([0.0, 0.1, 0.3])
    between = rng.normal(0.0, 0.08, SIZES)
    loss: np.ndarray = operation[:, None, None] + capacity + norm + between
    return importance * loss


def ruins(losses: list[np.ndarray], rng: np.random.Generator) -> np.ndarray:
    """Conjunctions that take their share of the space.

    Args:
        losses: What every block loses by its genes.
        rng: Draws the conjunctions, until their share is as it should be.

    Returns:
        Whether a setting of a block meets a conjunction as far as it names genes of the block,
        ``(n_conjunctions, n_blocks, n_operations, n_widths, n_norms)``.
    """
    best = [np.unravel_index(int(loss.argmin()), loss.shape) for loss in losses]
    for _ in range(N_TRIED):
        allowed = np.stack(
            [_ruin(best if i < 2 else None, len(losses), rng) for i in range(N_RUINS)]
        )
        if SHARE[0] <= ruined_share(allowed) <= SHARE[1]:
            break
    return allowed


def _ruin(
    best: list[tuple[np.intp, ...]] | None, n_blocks: int, rng: np.random.Generator
) -> np.ndarray:
    """One conjunction of two or three genes, of the best choices where these are given."""
    n_genes = min(int(rng.integers(2, 4)), n_blocks * len(SIZES))
    met = np.ones((n_blocks, *SIZES), dtype=np.int64)
    for place in rng.permutation(n_blocks * len(SIZES))[:n_genes].tolist():
        block, gene = divmod(place, len(SIZES))
        choice = int(best[block][gene]) if best else int(rng.integers(SIZES[gene]))
        named = np.arange(SIZES[gene]) == choice
        met[block] &= named.reshape([-1 if axis == gene else 1 for axis in range(len(SIZES))])
    return met


def ruined_share(allowed: np.ndarray) -> float:
    """The share of networks that meet any conjunction, exactly.

    Args:
        allowed: The conjunctions, as ``ruins`` has them.
    """
    n_ruins, n_blocks, *_ = allowed.shape
    flat = allowed.reshape(n_ruins, n_blocks, -1)
    bits = (flat << np.arange(n_ruins)[:, None, None]).sum(0)  # (n_blocks, n_settings)
    chance = {2**n_ruins - 1: 1.0}
    for block in bits:
        met, counts = np.unique(block, return_counts=True)
        reached: dict[int, float] = {}
        for alive, before in chance.items():
            for bit, count in zip(met.tolist(), counts.tolist(), strict=True):
                reached[alive & bit] = reached.get(alive & bit, 0.0) + before * count / len(
                    block
                )
        chance = reached
    return 1.0 - chance.get(0, 0.0)
