"""SMAC's random forest on random scalings of the objectives."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from ConfigSpace import (
    CategoricalHyperparameter,
    ConfigurationSpace,
    UniformIntegerHyperparameter,
)
from smac import HyperparameterOptimizationFacade, Scenario
from smac.multi_objective.parego import ParEGO
from smac.runhistory import TrialValue

if TYPE_CHECKING:
    from evonas.bench.peers.task import Task

AS_IT_COMES = 8  # evaluations after which the facade for hyperparameters fits its forest anew


def run(task: Task) -> None:
    """Search with everything as SMAC's facade for hyperparameters has it.

    Args:
        task: the search to make, which ends it.
    """
    _run(task, retrain_after=AS_IT_COMES)


def run_retrained(task: Task) -> None:
    """Search with a new forest for every evaluation, as SMAC's facade for dear ones does.

    Args:
        task: the search to make, which ends it.
    """
    _run(task, retrain_after=1)


def _run(task: Task, *, retrain_after: int) -> None:
    scenario = Scenario(
        _space(task),
        objectives=[f"f{i}" for i in range(task.n_objectives)],
        n_trials=task.n_evaluations,
        deterministic=True,  # an architecture is measured once
        seed=task.seed,
        output_directory="smac",
    )
    facade = HyperparameterOptimizationFacade(
        scenario,
        lambda config, seed=0: 0.0,  # nobody calls it: trials are asked for
        multi_objective_algorithm=ParEGO(scenario),
        config_selector=HyperparameterOptimizationFacade.get_config_selector(
            scenario, retrain_after=retrain_after
        ),
        logging_level=logging.ERROR,
        overwrite=True,
    )
    while True:
        trial = facade.ask()
        genome = tuple(int(trial.config[f"g{i}"]) for i in range(len(task.sizes)))
        facade.tell(trial, TrialValue(cost=list(task.measure(genome))))


def _space(task: Task) -> ConfigurationSpace:
    space = ConfigurationSpace(seed=task.seed)
    genes = enumerate(zip(task.sizes, task.is_ordered, strict=True))
    space.add(
        UniformIntegerHyperparameter(f"g{i}", 0, size - 1)
        if is_ordered and size > 1
        else CategoricalHyperparameter(f"g{i}", list(range(size)))
        for i, (size, is_ordered) in genes
    )
    return space
