"""Syne Tune's ageing evolution for several objectives, asked for one trial at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from syne_tune.config_space import choice, randint
from syne_tune.optimizer.schedulers.ask_tell_scheduler import AskTellScheduler
from syne_tune.optimizer.schedulers.multiobjective import MultiObjectiveRegularizedEvolution
from syne_tune.optimizer.schedulers.single_fidelity_scheduler import SingleFidelityScheduler

if TYPE_CHECKING:
    from evonas.bench.peers.task import Task

POP_SIZE = 20


def run(task: Task) -> None:
    """Search until the task ends it.

    Args:
        task: the search to make.
    """
    np.random.seed(task.seed)  # its first population comes from numpy's global generator
    domains = {
        name: randint(0, size - 1) if is_ordered else choice(list(range(size)))
        for name, size, is_ordered in zip(task.names, task.sizes, task.is_ordered, strict=True)
    }
    searcher = MultiObjectiveRegularizedEvolution(
        domains, population_size=POP_SIZE, random_seed=task.seed
    )
    objectives = [f"f{i}" for i in range(task.n_objectives)]
    scheduler = AskTellScheduler(
        SingleFidelityScheduler(domains, objectives, searcher=searcher, random_seed=task.seed)
    )
    while True:
        trial = scheduler.ask()
        genome = tuple(int(trial.config[name]) for name in task.names)
        scheduler.tell(trial, dict(zip(objectives, task.measure(genome), strict=True)))
