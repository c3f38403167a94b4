"""Optuna's samplers: NSGA-II, the tree-structured Parzen estimator and the Gaussian process."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import optuna

if TYPE_CHECKING:
    from evonas.bench.peers.task import Task

POP_SIZE = 20


def run_nsga2(task: Task) -> None:
    """Search with Optuna's NSGA-II until the task ends it.

    Args:
        task: the search to make.
    """
    _run(task, "NSGAIISampler", population_size=POP_SIZE)


def run_tpe(task: Task) -> None:
    """Search with Optuna's default sampler until the task ends it.

    Args:
        task: the search to make.
    """
    _run(task, "TPESampler")


def run_gp(task: Task) -> None:
    """Search with Optuna's Gaussian processes until the task ends it.

    Args:
        task: the search to make.
    """
    _run(task, "GPSampler")


def _run(task: Task, sampler_name: str, **options: Any) -> None:
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        sampler = getattr(optuna.samplers, sampler_name)(seed=task.seed, **options)
    study = optuna.create_study(sampler=sampler, directions=["minimize"] * task.n_objectives)
    while True:
        trial = study.ask()
        genome = tuple(
            trial.suggest_int(name, 0, size - 1)
            if is_ordered
            else trial.suggest_categorical(name, list(range(size)))
            for name, size, is_ordered in zip(
                task.names, task.sizes, task.is_ordered, strict=True
            )
        )
        study.tell(trial, list(task.measure(genome)))
