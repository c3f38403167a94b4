"""What a user brings: problems, objectives, expressions, plain pymoo problems.

Modules:
    asking: Having a problem measure one architecture, and checking its answer.
    contract: What a problem must keep, checked before a search trusts a night to it.
    expressions: One objective out of several metrics: a regularised sum, or a weighted product.
    goals: What the words of a config mean for a problem: objectives, constraints, reference
        point.
    importing: Importing what a user names by its place: a file or a module, and a name in it.
    listening: Finding the listeners that a user names.
    loading: Finding what a user names: problems, and the metrics and objectives that they have.
    plain_pymoo: A plain pymoo problem, seen as an evonas problem; pymoo itself is not needed
        for that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from evonas.lazy import attach

if TYPE_CHECKING:
    from evonas.plugins.asking import ask as ask
    from evonas.plugins.asking import checked as checked
    from evonas.plugins.asking import checked_curve as checked_curve
    from evonas.plugins.contract import rehearse as rehearse
    from evonas.plugins.contract import told as told
    from evonas.plugins.goals import resolve_goals as resolve_goals
    from evonas.plugins.goals import trained_metrics as trained_metrics
    from evonas.plugins.goals import wanted_references as wanted_references
    from evonas.plugins.importing import construct as construct
    from evonas.plugins.importing import load as load
    from evonas.plugins.listening import make_listener as make_listener
    from evonas.plugins.loading import ProblemSpec as ProblemSpec
    from evonas.plugins.loading import is_derived as is_derived
    from evonas.plugins.loading import load_objective as load_objective
    from evonas.plugins.loading import problem_entries as problem_entries
    from evonas.plugins.loading import problem_summaries as problem_summaries
    from evonas.plugins.plain_pymoo import ForeignProblem as ForeignProblem

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "asking": ["ask", "checked", "checked_curve"],
        "contract": ["rehearse", "told"],
        "goals": ["resolve_goals", "wanted_references", "trained_metrics"],
        "importing": ["construct", "load"],
        "listening": ["make_listener"],
        "loading": [
            "ProblemSpec",
            "problem_entries",
            "problem_summaries",
            "load_objective",
            "is_derived",
        ],
        "plain_pymoo": ["ForeignProblem"],
    },
)
