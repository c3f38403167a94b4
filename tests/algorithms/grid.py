"""A problem in the head, and the loop that asks and tells an algorithm about it."""

from itertools import chain

import numpy as np
from pymoo.core.problem import Problem as PymooProblem

N = 6


class Grid(PymooProblem):
    """Genomes of two genes; the nearer to (0, 5) the better in both objectives."""

    def __init__(self, *, is_ordered=(True, True), limit=None):
        n_constraints = 0 if limit is None else 1
        super().__init__(
            n_var=2, n_obj=2, n_ieq_constr=n_constraints, xl=0, xu=N - 1, vtype=int
        )
        self.is_ordered = np.array(is_ordered)
        self.limit = limit

    def _evaluate(self, X, out, *args, **kwargs):
        out["F"] = np.column_stack([X[:, 0], N - 1 - X[:, 1]]).astype(float)
        if self.limit is not None:
            out["G"] = X.sum(1)[:, None] - float(self.limit)


def generations_of(algorithm, problem, n, *, seed=0, taken=None):
    """What every generation asks for, at most n of them, until nothing is asked."""
    taken = set() if taken is None else taken
    algorithm.setup(problem, seed=seed, termination=("n_gen", n + 1))
    found = []
    while len(found) < n and (infills := algorithm.ask()) is not None and len(infills):
        algorithm.evaluator.eval(problem, infills)
        algorithm.tell(infills=infills)
        found.append([tuple(row) for row in infills.get("X").tolist()])
        taken.update(found[-1])
    return found


def flat(generations):
    return list(chain.from_iterable(generations))
