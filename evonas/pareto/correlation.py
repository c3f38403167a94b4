"""How alike two columns of numbers order the same things."""

from __future__ import annotations

import numpy as np


def spearman(a: np.ndarray, b: np.ndarray) -> float:
    """Spearman's rank correlation; equal numbers share their mean rank.

    It is that of ``scipy.stats``, whose import would cost every command half a second.

    Args:
        a: The first column of numbers, ``(n,)``.
        b: The second column of numbers, ``(n,)``, in the same order of rows.

    Returns:
        In [-1, 1]; NaN where either is constant or empty.
    """
    if _is_flat(a, b):
        return float("nan")
    return float(np.corrcoef(_mean_ranks(a), _mean_ranks(b))[0, 1])


def kendall(a: np.ndarray, b: np.ndarray) -> float:
    """Kendall's rank correlation, tau-b: pairs in the same order less those in the other.

    Args:
        a: The first column of numbers, ``(n,)``.
        b: The second column of numbers, ``(n,)``, in the same order of rows.

    Returns:
        In [-1, 1]; NaN where either is constant or empty.
    """
    if _is_flat(a, b):
        return float("nan")
    order_a, order_b = np.sign(a[:, None] - a), np.sign(b[:, None] - b)
    n_untied = np.sqrt(float(np.abs(order_a).sum()) * float(np.abs(order_b).sum()))
    return float((order_a * order_b).sum() / n_untied)


def _is_flat(a: np.ndarray, b: np.ndarray) -> bool:
    return len(a) == 0 or bool(np.ptp(a) == 0 or np.ptp(b) == 0)


def _mean_ranks(values: np.ndarray) -> np.ndarray:
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks: np.ndarray = (np.cumsum(counts) - (counts - 1) / 2)[places]
    return ranks
