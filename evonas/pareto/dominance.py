"""Which points of a set no other point dominates."""

from __future__ import annotations

import numpy as np


def front(F: np.ndarray) -> np.ndarray:
    """Which rows no other row dominates.

    Equal rows do not dominate each other, so duplicates of a front row are all kept.

    Args:
        F: Objective values, ``(n, n_objectives)``, to be minimised, finite.

    Returns:
        ``(n,)`` booleans; empty for n = 0.
    """
    on_front = np.zeros(len(F), dtype=bool)
    remaining = np.lexsort(F.T[::-1]) if len(F) else np.arange(0)
    while len(remaining):
        best = F[remaining[0]]  # lexicographically first: nothing that remains dominates it
        equal = (F[remaining] == best).all(1)
        on_front[remaining[equal]] = True
        remaining = remaining[~equal & (F[remaining] < best).any(1)]
    return on_front
