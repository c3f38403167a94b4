"""Sharing out the difference between two architectures among the genes that differ."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

Value = Callable[[np.ndarray], np.ndarray]
"""What subsets of genes are worth, ``(n,)``, from whether each is in them, ``(n, n_genes)``."""

MOST_EXACT = 8  # genes; of more, orders are drawn, for 2^8 networks are counted for each step
N_ORDERS = 16  # and each of them backwards too


@dataclass(frozen=True)
class Attribution:
    """A difference, shared out among genes.

    Attributes:
        shares: What each gene brings, ``(n_genes,)``, in the unit of the value. They add up to
            the whole difference.
        is_exact: Whether every order of the genes was looked at, and not a sample of them.
    """

    shares: np.ndarray
    is_exact: bool


def attribute(value: Value, n_genes: int, *, seed: int) -> Attribution:
    """What each gene brings on the mean over all orders in which the genes may change.

    These are Shapley's values (1953), from all subsets where there are few. Of many genes some
    orders are drawn, each with its reverse (Mitchell et al. 2022, section 4.1).

    Args:
        value: What is worth how much when only some genes have changed; NaN where that cannot
            be told, and then no share that rests on it can.
        n_genes: How many genes differ.
        seed: Fixes the orders that are drawn.
    """
    if n_genes <= MOST_EXACT:
        return Attribution(_shapley(value, n_genes), True)
    rng = np.random.default_rng(seed)
    drawn = [rng.permutation(n_genes) for _ in range(N_ORDERS)]
    orders = np.array([order for first in drawn for order in (first, first[::-1])])
    place = np.argsort(orders, axis=1)  # (n_orders, n_genes)
    steps = np.arange(n_genes + 1)[:, None]
    prefixes = place[:, None, :] < steps  # (n_orders, n_genes + 1, n_genes)
    worth = value(prefixes.reshape(-1, n_genes)).reshape(len(orders), n_genes + 1)
    gains = np.diff(worth, axis=1)  # by place in the order
    return Attribution(np.take_along_axis(gains, place, 1).mean(0), False)


def _shapley(value: Value, n_genes: int) -> np.ndarray:
    """Shapley values from all ``2^n_genes`` subsets."""
    codes = np.arange(2**n_genes)
    members = (codes[:, None] >> np.arange(n_genes)) & 1 == 1  # (n_subsets, n_genes)
    worth, sizes = value(members), members.sum(1)
    shares = np.zeros(n_genes)
    for gene in range(n_genes):
        without = ~members[:, gene]
        gains = worth[codes[without] | 1 << gene] - worth[without]
        shares[gene] = sum(
            gains[sizes[without] == size].mean() for size in range(n_genes)
        ) / max(1, n_genes)  # every size of the set before it is as likely
    return shares
