"""Evolves convolutional architectures toward a Pareto front of accuracy, compute and carbon."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evonas.lazy import attach

if TYPE_CHECKING:
    from evonas.config import Config as Config
    from evonas.engine.pymoo_problem import as_pymoo as as_pymoo
    from evonas.interactive.result import Result as Result
    from evonas.interactive.run import Run as Run
    from evonas.interactive.run import open_run as open_run
    from evonas.interactive.search import search as search
    from evonas.listener import Listener as Listener
    from evonas.models.archive import load_model as load_model
    from evonas.networks.metrics import MetricProvider as MetricProvider
    from evonas.objectives import Constraint as Constraint
    from evonas.objectives import Metric as Metric
    from evonas.objectives import Objective as Objective
    from evonas.plots.front import plot_front as plot_front
    from evonas.problem import Measurement as Measurement
    from evonas.problem import Problem as Problem
    from evonas.reports.explained import explain as explain
    from evonas.reports.explanation import Explanation as Explanation
    from evonas.reports.latencies import latency as latency
    from evonas.reports.latency_sheet import LatencySheet as LatencySheet
    from evonas.reports.sheet import DataSheet as DataSheet
    from evonas.reports.shown import show as show
    from evonas.space import Gene as Gene
    from evonas.space import SearchSpace as SearchSpace
    from evonas.tabular import TabularProblem as TabularProblem
    from evonas.training.recipe import Recipe as Recipe
    from evonas.training.tasks import Task as Task
    from evonas.training.trained_problem import TrainedProblem as TrainedProblem

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "config": ["Config"],
        "engine.pymoo_problem": ["as_pymoo"],
        "interactive.result": ["Result"],
        "interactive.run": ["Run", "open_run"],
        "interactive.search": ["search"],
        "listener": ["Listener"],
        "models.archive": ["load_model"],
        "networks.metrics": ["MetricProvider"],
        "objectives": ["Constraint", "Metric", "Objective"],
        "plots.front": ["plot_front"],
        "problem": ["Measurement", "Problem"],
        "reports.explained": ["explain"],
        "reports.explanation": ["Explanation"],
        "reports.latencies": ["latency"],
        "reports.latency_sheet": ["LatencySheet"],
        "reports.sheet": ["DataSheet"],
        "reports.shown": ["show"],
        "space": ["Gene", "SearchSpace"],
        "tabular": ["TabularProblem"],
        "training.recipe": ["Recipe"],
        "training.tasks": ["Task"],
        "training.trained_problem": ["TrainedProblem"],
    },
)
