"""Pymoo's NSGA-II with the recipe for integers of its documentation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from pymoo.algorithms.moo.nsga2 import NSGA2
from pymoo.core.problem import ElementwiseProblem
from pymoo.operators.crossover.sbx import SBX
from pymoo.operators.mutation.pm import PM
from pymoo.operators.repair.rounding import RoundingRepair
from pymoo.operators.sampling.rnd import IntegerRandomSampling
from pymoo.optimize import minimize

if TYPE_CHECKING:
    from evonas.bench.peers.task import Task

POP_SIZE = 20
MANY = 1_000_000  # evaluations; the task ends it long before


class Asked(ElementwiseProblem):
    """A task as pymoo sees it: integers within bounds.

    Args:
        task: the search to make.
    """

    def __init__(self, task: Task) -> None:
        high = np.array(task.sizes) - 1
        super().__init__(
            n_var=len(high), n_obj=task.n_objectives, xl=0 * high, xu=high, vtype=int
        )
        self._task = task

    def _evaluate(self, x: Any, out: dict[str, Any], *args: Any, **kwargs: Any) -> None:
        out["F"] = self._task.measure(tuple(int(gene) for gene in x))


def run(task: Task) -> None:
    """Search until the task ends it.

    Args:
        task: the search to make.
    """
    rounded = {"prob": 1.0, "eta": 3.0, "vtype": float, "repair": RoundingRepair()}
    algorithm = NSGA2(
        pop_size=POP_SIZE,
        sampling=IntegerRandomSampling(),
        crossover=SBX(**rounded),
        mutation=PM(**rounded),
        eliminate_duplicates=True,
    )
    minimize(Asked(task), algorithm, ("n_eval", MANY), seed=task.seed)
