"""An order of architectures by several objectives at once."""

from __future__ import annotations

import numpy as np
from pymoo.operators.survival.rank_and_crowding.metrics import get_crowding_function
from pymoo.util.nds.non_dominated_sorting import NonDominatedSorting


def best_first(F: np.ndarray, violation: np.ndarray) -> np.ndarray:
    """Rows by violation, then by non-dominated rank and, within one, least crowded first.

    That is the order of NSGA-II (Deb et al. 2002), except that violations of infeasible rows
    decide before their ranks.

    Args:
        F: Objective values, ``(n, n_objectives)``, to be minimised.
        violation: How far each row breaks the constraints, ``(n,)``; 0 or less where every
            constraint is kept.

    Returns:
        Indices, ``(n,)``.
    """
    rank, crowding = np.zeros(len(F)), np.zeros(len(F))
    for i, rows in enumerate(NonDominatedSorting().do(F)):
        rank[rows] = i
        crowding[rows] = get_crowding_function("cd").do(F[rows])
    return np.lexsort((-crowding, rank, np.maximum(violation, 0.0)))
