"""What several runs attain: surfaces of two objectives that k of them reach."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np


def attainment_surface(fronts: Sequence[np.ndarray], *, n_attaining: int) -> np.ndarray:
    """The points from which on at least k runs have something at least as good.

    A run attains a point that one of its own weakly dominates (Fonseca & Fleming 1996). What k
    runs attain has a staircase for a boundary, which its inner corners tell: at least k runs
    attain a point exactly if one corner weakly dominates it. They are found as Fonseca,
    Guerreiro, Lopez-Ibanez & Paquete 2011 find them for two objectives: at every value of the
    first objective that occurs, each run has a least value of the second so far, and the k-th
    least of these is as far down as k runs have come. Knowles 2005 draws the same surfaces at
    sampled directions only; here no corner is missed.

    Args:
        fronts: Objective values of each run, ``(n_i, 2)``, to be minimised; not NaN, and not
            necessarily a front. A run without any attains nothing.
        n_attaining: How many runs attain the surface, the k of above, from 1 to the number of
            runs. With 1 it is the front of all runs together, with all of them the worst.

    Returns:
        ``(n, 2)`` corners, ascending in the first objective and descending in the second; none
        where fewer than k runs have any point.

    Raises:
        ValueError: There are fewer runs than k, k is not positive, or there are not two
            objectives.
    """
    if not 1 <= n_attaining <= len(fronts):
        raise ValueError(
            f"a surface that {n_attaining} runs attain takes at least as many runs, and at "
            f"least one; got {len(fronts)}"
        )
    wrong = [F.shape for F in fronts if F.ndim != 2 or F.shape[1] != 2]
    if wrong:
        raise ValueError(f"expected points of two objectives, (n, 2), got the shape {wrong[0]}")
    places = np.unique(np.concatenate([F[:, 0] for F in fronts]))
    least = np.array([_least_so_far(F, places) for F in fronts])  # (n_runs, n_places)
    heights = np.sort(least, axis=0)[n_attaining - 1]
    is_corner = heights < np.concatenate([[np.inf], heights])[:-1]
    corners: np.ndarray = np.column_stack([places, heights])[is_corner]
    return corners


def n_attaining(share: float, *, n_runs: int) -> int:
    """How many runs are at least a share of them: of five runs a half are three.

    Args:
        share: The share of the runs, [0, 1]; at least one run is meant.
        n_runs: How many runs there are.
    """
    return max(1, math.ceil(round(share * n_runs, 9)))


def _least_so_far(F: np.ndarray, places: np.ndarray) -> np.ndarray:
    """The least second objective of all points up to each place; infinite before the first."""
    least = np.full(len(places), np.inf)
    np.minimum.at(least, np.searchsorted(places, F[:, 0]), F[:, 1])
    found: np.ndarray = np.minimum.accumulate(least)
    return found
