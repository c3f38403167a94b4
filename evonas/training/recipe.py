"""How every candidate of a search is trained."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

from evonas.data.kinds import AUGMENTATIONS
from evonas.problem import Settings


@dataclass(frozen=True)
class Recipe:
    """How every candidate of a search is trained.

    Stochastic gradient descent with Nesterov momentum and a one-cycle schedule (Smith and
    Topin 2018): the learning rate rises linearly over the warm-up, then falls along a cosine
    to zero.

    Attributes:
        epochs: How many passes over the training part a training makes.
        batch_size: How many images a step sees; the last, smaller batch of an epoch counts too.
        learning_rate: The highest learning rate of the schedule.
        warmup: Share of all steps during which the rate rises, [0, 1).
        momentum: Share of the last step that the next one keeps, [0, 1).
        weight_decay: The weight decay on matrices and kernels, not on batch norm and biases.
        label_smoothing: Share of the target spread over all classes, [0, 1).
        augment: The augmentations, any of ``crop``, ``flip``, ``cutout`` for images and of
            ``crop``, ``scale``, ``jitter``, ``cutout`` for sequences, drawn anew for every one.
        diverged_above: A multiple of the task's loss of guessing (log(classes) for
            classification); an epoch whose mean loss is beyond it ends a training.

    Raises:
        ValueError: A value is out of its range.
    """

    epochs: int = 10
    batch_size: int = 64
    learning_rate: float = 0.1
    warmup: float = 0.3
    momentum: float = 0.9
    weight_decay: float = 5e-4
    label_smoothing: float = 0.1
    augment: tuple[str, ...] = ("crop", "flip")
    diverged_above: float = 20.0

    def __post_init__(self) -> None:
        for name in ("epochs", "batch_size"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, got {getattr(self, name)}")
        for name in ("warmup", "momentum", "label_smoothing"):
            if not 0 <= getattr(self, name) < 1:
                raise ValueError(f"{name} must be in [0, 1), got {getattr(self, name)}")
        unknown = [word for word in self.augment if word not in AUGMENTATIONS]
        if unknown:
            raise ValueError(
                f"unknown augmentation {unknown[0]!r}; choose from {', '.join(AUGMENTATIONS)}"
            )


def learning_rate(step: int, *, n_steps: int, recipe: Recipe) -> float:
    """The one-cycle schedule: linear up to ``recipe.learning_rate``, then a cosine to zero.

    Args:
        step: The number of the step, [0, n_steps).
        n_steps: How many steps the whole training has.
        recipe: Says the highest rate, and the share of the warm-up.
    """
    n_warmup = max(1, round(recipe.warmup * n_steps))
    if step < n_warmup:
        return recipe.learning_rate * (step + 1) / n_warmup
    share = (step - n_warmup) / max(1, n_steps - n_warmup)
    return recipe.learning_rate * (0.5 + 0.5 * math.cos(math.pi * share))


def told(recipe: Recipe, settings: Settings) -> Recipe:
    """A recipe with what a user says of it in the settings."""
    given = {"epochs": settings.epochs, "batch_size": settings.batch_size}
    changes: dict[str, Any] = {
        word: value for word, value in given.items() if value is not None
    }
    if settings.augment is not None:
        changes["augment"] = settings.augment
    return replace(recipe, **changes)
