"""The first steps of a candidate's training, timed, and what a whole training takes by them."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from time import perf_counter, process_time
from typing import Protocol

from evonas.data.dataset import Dataset
from evonas.training.batches import batch_sizes
from evonas.training.loop import Training
from evonas.training.recipe import Recipe

N_ROUNDS = 4  # the first of which chooses kernels and takes memory
LONG_S = 1.5  # of rounds, after which two will do
N_JUDGED = 256  # images, one batch of judging


Less = tuple[Dataset, Recipe]  # what to train with, in place of a problem's own


class Begin(Protocol):
    """Builds a candidate's network, and its training."""

    def __call__(self, *, less: Less) -> Training: ...  # noqa: D102


@dataclass(frozen=True)
class Clock:
    """Two clocks, read together.

    Attributes:
        wall: Seconds of the clock on the wall.
        cpu: Seconds that processor cores gave to this process.
    """

    wall: float
    cpu: float

    @classmethod
    def now(cls) -> Clock:
        """Both clocks at present."""
        return cls(perf_counter(), process_time())

    def since(self, earlier: Clock) -> Clock:
        """What passed on each clock since an earlier reading."""
        return Clock(self.wall - earlier.wall, self.cpu - earlier.cpu)


def n_of_whole(recipe: Recipe, n_images: int) -> int:
    """How many steps a whole training takes.

    Args:
        recipe: How candidates are trained.
        n_images: How many training images there are.
    """
    return recipe.epochs * len(batch_sizes(n_images, recipe.batch_size))


def few(dataset: Dataset, *, n_images: int) -> Dataset:
    """A data set with its first training images alone, and one batch to judge by.

    Args:
        dataset: The data set that candidates are trained on.
        n_images: How many training images are kept at most.
    """
    return replace(
        dataset,
        train=dataset.train.first(n_images),
        validation=dataset.validation.first(N_JUDGED),
    )


def timed_steps(
    begin: Begin, dataset: Dataset, *, recipe: Recipe, n_steps: int
) -> tuple[Training, list[dict[str, float]]]:
    """Train for a few steps, several times over, as a candidate of a search begins.

    Steps, augmentation, checks and judging are those of a candidate's training, and the
    learning rates those of its beginning.

    Args:
        begin: Builds the network, and its training with the given images and recipe.
        dataset: The data set that candidates are trained on.
        recipe: How candidates are trained.
        n_steps: How many steps a round has, fewer where the images are fewer.

    Returns:
        The training as far as it came, and a mapping for each round but the first, all in
        seconds: ``step`` and ``step_cpu`` of one step, ``whole`` and ``whole_cpu`` of a whole
        training as by this round, ``start`` the part of ``whole`` before its first usual step.

    Raises:
        DivergedError: The loss is not finite.
        LateError: The steps took longer than ``deadline.within`` allows.
    """
    part = few(dataset, n_images=n_steps * recipe.batch_size)
    n_steps = len(batch_sizes(len(part.train.images), recipe.batch_size))
    n_whole = n_of_whole(recipe, len(dataset.train.images))
    n_epochs = max(N_ROUNDS, math.ceil(n_whole / n_steps))
    slow = replace(recipe, epochs=n_epochs, diverged_above=math.inf)
    before = Clock.now()
    training = begin(less=(part, slow))
    training.run(1)
    first, rounds = Clock.now().since(before), list[Clock]()
    judging = _judging(training, part)
    while len(rounds) < N_ROUNDS - 1:
        rounds.append(_round(training))
        if len(rounds) > 1 and sum(each.wall for each in rounds) > LONG_S:
            break
    n_more = recipe.epochs * len(dataset.validation.images) / len(part.validation.images)
    return training, [
        _told(each, first, judging, n_steps=n_steps, n_rounds=n_whole / n_steps, n=n_more)
        for each in rounds
    ]


def _round(training: Training) -> Clock:
    before = Clock.now()
    training.run(len(training.curve) + 1)
    return Clock.now().since(before)


def _judging(training: Training, part: Dataset) -> Clock:
    """What judging by the part takes, which every round does at its end."""
    found = []
    for _ in range(2):
        before = Clock.now()
        training.judged(part.validation)
        found.append(Clock.now().since(before))
    return min(found, key=lambda clock: clock.wall)


def _told(
    each: Clock, first: Clock, judging: Clock, *, n_steps: int, n_rounds: float, n: float
) -> dict[str, float]:
    """A round in seconds, and the whole training that it stands for."""
    told = {}
    for suffix, clock in (("", "wall"), ("_cpu", "cpu")):
        steps = max(0.0, getattr(each, clock) - getattr(judging, clock))
        start = max(0.0, getattr(first, clock) - getattr(each, clock))
        told[f"step{suffix}"] = steps / n_steps
        told[f"whole{suffix}"] = start + n_rounds * steps + n * getattr(judging, clock)
        told[f"start{suffix}"] = start
    return told
