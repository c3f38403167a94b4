"""How long an epoch of a full training takes, by a short trial, and how many a budget pays."""

from __future__ import annotations

import math
import statistics
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter

from torch import nn

from evonas.carbon.spend import Spend
from evonas.data.dataset import Dataset
from evonas.models.folder import ModelFolder
from evonas.models.order import TrainingOrder
from evonas.models.sittings import Outcome
from evonas.models.sources import dataset_of, untrained
from evonas.training.device import reproducible
from evonas.training.full_training import FullTraining
from evonas.training.trained_problem import TrainedProblem

N_STEPS = 10  # of a trial's epoch
N_TIMED = 2  # epochs of a trial, after one that is not timed
_NO_RATE = 1e-6  # a learning rate at which nothing diverges; an epoch takes as long at any


@dataclass(frozen=True)
class Times:
    """What of a family's time depends on the number of epochs, and what does not.

    Attributes:
        trial_seconds: Time that the trials took.
        epoch_seconds: Time of one epoch of every training, all together, greater than 0.
        other_seconds: Time of repeated proxy trainings, judging and writing, all together.
    """

    trial_seconds: float
    epoch_seconds: float
    other_seconds: float

    def seconds_of(self, epochs: int) -> float:
        """Time of the whole family, trained for so many epochs."""
        return self.trial_seconds + self.other_seconds + epochs * self.epoch_seconds

    def epochs_within(self, seconds: float) -> int:
        """How many epochs a time pays; 0 where it pays not even one."""
        return max(0, math.floor((seconds - self.seconds_of(0)) / self.epoch_seconds))


@dataclass(frozen=True, eq=False)
class Trial:
    """A short training of one member, on few images.

    Attributes:
        order: What is to be trained in full.
        epoch_seconds: Time that an epoch on all images will take, its judging included.
        network: The network, hardly trained.
        curve: The training curve of the trial.
    """

    order: TrainingOrder
    epoch_seconds: float
    network: nn.Module
    curve: list[dict[str, float]]


def tried(order: TrainingOrder, problem: TrainedProblem) -> Trial:
    """Train a member for a few steps, and time them.

    Args:
        order: What is to be trained in full.
        problem: The problem of the order, opened, its data read.
    """
    dataset = dataset_of(problem)
    recipe = replace(order.recipe, epochs=1 + N_TIMED, learning_rate=_NO_RATE, patience=0)
    n = min(dataset.info.n_train, N_STEPS * recipe.batch_size)
    with reproducible(n_threads=order.n_threads):
        training = FullTraining(
            untrained(problem, order.genome, seed=order.seeds[0]),
            _fewer(dataset, n),
            recipe=recipe,
            device=problem.device,
            seed=order.seeds[0],
            task=problem.task_for(order.genome),
            proxy=problem.recipe,
        )
        seconds = [training.run_epoch()["seconds"] for _ in range(1 + N_TIMED)]
    whole_seconds = statistics.median(seconds[1:]) * dataset.info.n_train / n
    return Trial(order, whole_seconds, training.trained(), training.curve)


def finishing_seconds(trial: Trial, problem: TrainedProblem) -> float:
    """How long it takes to judge a network and to write its model folder, by doing it once.

    Args:
        trial: The trial of the member.
        problem: The problem of the member's order, opened, its data read.
    """
    nothing = Spend(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, "")
    seeds = trial.order.seeds
    outcome = Outcome(
        networks=dict.fromkeys(seeds, trial.network),
        seed=seeds[0],
        curves=dict.fromkeys(seeds, trial.curve),
        best_epochs=dict.fromkeys(seeds, 1),
        spend=nothing,
    )
    started = perf_counter()
    with tempfile.TemporaryDirectory() as scratch:
        ModelFolder(Path(scratch)).finish(trial.order, problem, outcome)
    return perf_counter() - started


def _fewer(dataset: Dataset, n: int) -> Dataset:
    """The first images of a data set, the parts in their proportion."""
    info = dataset.info
    n_judged = max(1, round(info.n_validation * n / info.n_train))
    return replace(
        dataset,
        info=replace(info, n_train=n, n_validation=n_judged),
        train=dataset.train.first(n),
        validation=dataset.validation.first(n_judged),
    )
