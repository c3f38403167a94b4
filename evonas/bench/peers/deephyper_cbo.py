"""DeepHyper's Bayesian optimisation on random scalings of the objectives."""

from __future__ import annotations

import logging
import warnings
from typing import TYPE_CHECKING

import numpy as np
from deephyper.hpo import CBO, HpProblem

if TYPE_CHECKING:
    from evonas.bench.peers.task import Task


def run(task: Task) -> None:
    """Search with everything as DeepHyper has it, until the task ends it.

    Args:
        task: the search to make.
    """
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    np.random.seed(task.seed)
    search = CBO(_problem(task), random_state=task.seed, checkpoint_history_to_csv=False)
    while True:
        (chosen,) = search.ask(1)
        genome = tuple(int(chosen.get(f"g{i}", 0)) for i in range(len(task.sizes)))
        values = task.measure(genome)
        search.tell([(chosen, tuple(-value for value in values))])  # it maximises


def _problem(task: Task) -> HpProblem:
    """The genes that leave a choice: bounds for the ordered ones, choices for the others."""
    problem = HpProblem()
    genes = enumerate(zip(task.sizes, task.is_ordered, strict=True))
    for i, (size, is_ordered) in genes:
        if size > 1:
            domain = (0, size - 1) if is_ordered else list(range(size))
            problem.add_hyperparameter(domain, f"g{i}")
    return problem
