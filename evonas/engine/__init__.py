"""From a config to a result.

Modules:
    course: A search played through with made-up scores, to see what it would train, and for
        how long.
    expectation: What a search is expected to take, with the spread of that, and which budget
        ends it.
    feasibility: Whether the constraints of a search can be kept, as far as counting tells.
    generations: The front of all that was measured so far, and an account of every generation.
    listeners: Who listens to a search: telling them in order, and those that the engine has of
        its own.
    plan: A config with everything that follows from it, before anything is measured.
    preflight: Before a search: its extremes, what it would take, and whether its bounds can be
        kept.
    pymoo_problem: Problems of networks for pymoo's own ``minimize``.
    redundancy: Whether every objective of a search says something that the others do not.
    result: What a search found.
    run_directory: The run directory as a search enters it: checked, opened, and closed again.
    sampling: A space before it is searched: in numbers, and by a sample that is counted.
    search: A search from its config to its result.
    timed_candidates: A few candidates of a search, trained for some steps by its own executor,
        and timed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from evonas.lazy import attach

if TYPE_CHECKING:
    from evonas.engine.generations import Archive as Archive
    from evonas.engine.listeners import Stop as Stop
    from evonas.engine.plan import SearchPlan as SearchPlan
    from evonas.engine.result import Result as Result

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "generations": ["Archive"],
        "listeners": ["Stop"],
        "plan": ["SearchPlan"],
        "result": ["Result"],
    },
)
