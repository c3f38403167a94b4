"""Why points are on a front: what each adds, and how much worse it could be and stay."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evonas.pareto.hypervolume import hypervolume


@dataclass(frozen=True)
class Margins:
    """How much worse each point of a front could be in one objective and still be on it.

    Attributes:
        distance: ``(n, n_objectives)``, in the units of the points, 0 or more; infinite where
            a point stays on the front however bad it gets in that objective.
        rival: Row of the point that would dominate or equal it at that distance, of the same
            shape; -1 where there is none.
    """

    distance: np.ndarray
    rival: np.ndarray


def margins(F: np.ndarray) -> Margins:
    """The margin of every point of a front in every objective, all others held.

    Worse by less than the distance it is dominated by nobody. A rival is at least as good in
    all other objectives; the nearest in the objective at hand counts, and of several the one
    that is best in the others.

    Args:
        F: The front, ``(n, n_objectives)``, to be minimised; no row dominates another.
    """
    n, n_objectives = F.shape
    distance, rival = np.full(F.shape, np.inf), np.full(F.shape, -1)
    for k in range(n_objectives):
        others = np.delete(F, k, axis=1)
        for i in range(n):
            is_rival = (others <= others[i]).all(1)
            is_rival[i] = False
            rows = np.flatnonzero(is_rival)
            if len(rows):
                nearest = rows[np.lexsort((*others[rows].T[::-1], F[rows, k]))[0]]
                distance[i, k] = max(0.0, F[nearest, k] - F[i, k])
                rival[i, k] = nearest
    return Margins(distance, rival)


def exclusive(points: np.ndarray) -> np.ndarray:
    """The hypervolume that a front would lose with each of its points, ``(n,)``.

    Args:
        points: The front, ``(n, n_objectives)``, to be minimised, on the scale whose reference
            point is 1 in every objective. Of equal points none adds anything alone.
    """
    whole = hypervolume(points)
    without = (hypervolume(np.delete(points, i, axis=0)) for i in range(len(points)))
    return np.array([max(0.0, whole - rest) for rest in without])
