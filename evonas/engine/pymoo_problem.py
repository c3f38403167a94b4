"""Problems of networks for those who run pymoo's algorithms by pymoo's own ``minimize``."""

from __future__ import annotations

from collections.abc import Sequence

from evonas.algorithms.pymoo_bridge import ArchitectureProblem
from evonas.config import Config
from evonas.engine.plan import SearchPlan
from evonas.evaluation.evaluator import Evaluator
from evonas.plugins.loading import ProblemSpec
from evonas.plugins.plain_pymoo import ForeignProblem
from evonas.problem import Problem


def as_pymoo(
    problem: str | type[Problem],
    *,
    objectives: Sequence[str] = (),
    constraint: Sequence[str] = (),
    seed: int = 0,
) -> ArchitectureProblem:
    """A problem as pymoo's ``minimize`` takes it: integer vectors in, F and G out.

    F is scaled to 0 at the best and 1 at the reference point, and always minimised. Candidates
    are measured in this process, none of them twice; what was measured is in
    ``translator.oracle.records``, by genome.

    Args:
        problem: a problem's short name, where to find it as ``FILE.py:CLASS``, or its class.
        objectives: names of the objectives; the problem's own if left out.
        constraint: constraints such as ``params<=1e6``.
        seed: fixes what the measuring of candidates draws.

    Raises:
        ValueError: There is no such problem, objective or constraint, or the problem is one of
            pymoo's already.
    """
    name = problem if isinstance(problem, str) else problem.__name__
    words = Config(
        problem=name, objectives=objectives, constraint=constraint, seed=seed, n_jobs=0
    )
    plan = SearchPlan(words, ProblemSpec(problem, words.settings))
    if isinstance(plan.problem, ForeignProblem):
        raise ValueError(f"{name} is a pymoo problem already; give it to minimize as it is")
    return ArchitectureProblem(Evaluator(plan.order), plan.goals)
