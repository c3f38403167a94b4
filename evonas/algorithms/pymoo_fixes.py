"""Where algorithms of pymoo 0.6.2 differ between equal runs, share state, or hang."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
from pymoo.algorithms.moo.ctaea import CADASurvival
from pymoo.algorithms.moo.unsga3 import comp_by_rank_and_ref_line_dist
from pymoo.core.algorithm import Algorithm


def less_violation(pop: Any, P: np.ndarray, *, random_state: Any, **kwargs: Any) -> np.ndarray:
    """Winners of NSGA-III's tournaments: less violation first, else by lot.

    As in pymoo, except that ties of infeasible pairs are drawn from ``random_state``: pymoo
    0.6.2 draws them from a fresh generator, and so differs between equal runs.
    """
    violation = pop.get("CV")[:, 0]
    a, b = P[:, 0], P[:, 1]
    coin = np.where(random_state.random(len(P)) < 0.5, a, b)
    winner = np.where(violation[a] < violation[b], a, b)
    return np.where(violation[a] == violation[b], coin, winner)[:, None]


def less_violation_or_nearer(
    pop: Any, P: np.ndarray, *, random_state: Any, **kwargs: Any
) -> np.ndarray:
    """Winners of U-NSGA-III's tournaments: as NSGA-III's where a violation is involved."""
    violation = pop.get("CV")[:, 0]
    feasible = (violation[P] <= 0).all(1)
    winner = less_violation(pop, P, random_state=random_state)
    winner[feasible] = comp_by_rank_and_ref_line_dist(
        pop, P[feasible], random_state=random_state
    )
    return winner


class PatientSurvival(CADASurvival):
    """C-TAEA's survival where there are fewer individuals than are to survive.

    pymoo 0.6.2 then looks for more of them for ever.
    """

    def _updateDA(self, pop: Any, Hd: Any, n_survive: int) -> Any:  # noqa: N802  pymoo's name
        return Hd if len(Hd) <= n_survive else super()._updateDA(pop, Hd, n_survive)


def unshared(algorithm: Algorithm) -> Algorithm:
    """The same algorithm, with a survival of its own.

    In pymoo 0.6.2 all SPEA-II share one, a default argument that remembers the objectives of
    the searches before. The rest is not copied: operators look at what was measured so far.
    """
    if getattr(algorithm, "survival", None) is not None:
        algorithm.survival = copy.deepcopy(algorithm.survival)
    return algorithm
