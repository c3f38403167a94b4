"""Evolves convolutional architectures toward a Pareto front of accuracy, compute and carbon."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from evonas.config import Config as Config
    from evonas.engine.result import Result as Result
    from evonas.engine.search import search as search
    from evonas.listener import Listener as Listener
    from evonas.networks.metrics import MetricProvider as MetricProvider
    from evonas.objectives import Constraint as Constraint
    from evonas.objectives import Metric as Metric
    from evonas.objectives import Objective as Objective
    from evonas.plots.axes import plot_front as plot_front
    from evonas.problem import Measurement as Measurement
    from evonas.problem import Problem as Problem
    from evonas.problem import TabularProblem as TabularProblem
    from evonas.runs.reading import open_run as open_run
    from evonas.runs.run import Run as Run
    from evonas.space import Gene as Gene
    from evonas.space import SearchSpace as SearchSpace
    from evonas.training.recipe import Recipe as Recipe
    from evonas.training.tasks import Task as Task
    from evonas.training.trained_problem import TrainedProblem as TrainedProblem

__version__ = "0.1.0"

# A name is imported when it is first used: a tabular problem need not wait for torch.
_HOME = {
    "Config": "config",
    "Constraint": "objectives",
    "Gene": "space",
    "Listener": "listener",
    "Measurement": "problem",
    "Metric": "objectives",
    "MetricProvider": "networks.metrics",
    "Objective": "objectives",
    "Problem": "problem",
    "Recipe": "training.recipe",
    "Result": "engine.result",
    "Run": "runs.run",
    "SearchSpace": "space",
    "TabularProblem": "problem",
    "Task": "training.tasks",
    "TrainedProblem": "training.trained_problem",
    "open_run": "runs.reading",
    "plot_front": "plots.axes",
    "search": "engine.search",
}
__all__ = list(_HOME)


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(importlib.import_module(f"evonas.{_HOME[name]}"), name)
    raise AttributeError(f"module 'evonas' has no attribute {name!r}")
