"""Ax as it comes: what it chooses itself for choices and several objectives."""

from __future__ import annotations

import logging
import warnings
from typing import TYPE_CHECKING

import torch
from ax.api.client import Client
from ax.api.configs import ChoiceParameterConfig

if TYPE_CHECKING:
    from evonas.bench.peers.task import Task


def run(task: Task) -> None:
    """Search until the task ends it.

    Ax has no word for an objective that is known beforehand: it models all of them.

    Args:
        task: the search to make.
    """
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    torch.set_num_threads(1)
    torch.manual_seed(task.seed)
    client = Client(random_seed=task.seed)
    client.configure_experiment(_parameters(task))
    objectives = [f"f{i}" for i in range(task.n_objectives)]
    client.configure_optimization(", ".join(f"-{name}" for name in objectives))
    while True:
        for trial, chosen in client.get_next_trials(max_trials=1).items():
            genome = tuple(int(chosen.get(f"g{i}", 0)) for i in range(len(task.sizes)))
            values = task.measure(genome)
            client.complete_trial(trial, dict(zip(objectives, values, strict=True)))


def _parameters(task: Task) -> list[ChoiceParameterConfig]:
    """The genes that leave a choice."""
    genes = enumerate(zip(task.sizes, task.is_ordered, strict=True))
    return [
        ChoiceParameterConfig(
            name=f"g{i}", values=list(range(size)), parameter_type="int", is_ordered=is_ordered
        )
        for i, (size, is_ordered) in genes
        if size > 1
    ]
