"""The words of a config, section by section.

Modules:
    budget: The words of a config that say when a search ends.
    carbon: The words of a config that say what the carbon model assumes.
    latency: The words of a config that say how latencies are known, other than by the model.
    problem: The words of a config that say what is searched: a problem, its data and its
        options.
    search: The words of a config that say what is sought, and how: objectives, bounds, an
        algorithm.
    surrogate: The words of a config that say what is predicted in place of being measured.
    tracking: The words of a config that say who is told of a search as it goes.
    training: The words of a config that say how a candidate is trained, and how thoroughly.
    words: What a word of a config is, beside its type: the default to show, and what it may be.
    workers: The words of a config that say where candidates are measured, and within which
        limits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from evonas.lazy import attach

if TYPE_CHECKING:
    from evonas.sections.budget import BudgetSection as BudgetSection
    from evonas.sections.carbon import CarbonSection as CarbonSection
    from evonas.sections.latency import LatencySection as LatencySection
    from evonas.sections.problem import ProblemSection as ProblemSection
    from evonas.sections.search import SearchSection as SearchSection
    from evonas.sections.surrogate import SurrogateSection as SurrogateSection
    from evonas.sections.tracking import TrackingSection as TrackingSection
    from evonas.sections.training import TrainingSection as TrainingSection
    from evonas.sections.words import settle as settle
    from evonas.sections.words import texts as texts
    from evonas.sections.words import word as word
    from evonas.sections.workers import WorkersSection as WorkersSection

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "budget": ["BudgetSection"],
        "carbon": ["CarbonSection"],
        "latency": ["LatencySection"],
        "problem": ["ProblemSection"],
        "search": ["SearchSection"],
        "surrogate": ["SurrogateSection"],
        "tracking": ["TrackingSection"],
        "training": ["TrainingSection"],
        "words": ["word", "settle", "texts"],
        "workers": ["WorkersSection"],
    },
)
