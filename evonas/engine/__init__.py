"""From a config to a result.

Modules:
    generations: The front of all that was measured so far, and an account of every generation.
    listeners: Who listens to a search: telling them in order, and those that the engine has of
        its own.
    plan: A config with everything that follows from it, before anything is measured.
    pymoo_problem: Problems of networks for pymoo's own ``minimize``.
    redundancy: Whether every objective of a search says something that the others do not.
    result: What a search found.
    run_directory: The run directory as a search enters it: checked, opened, and closed again.
    search: A search from its config to its result.
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
