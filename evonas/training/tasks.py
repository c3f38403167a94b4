"""What networks are trained for: the loss of their outputs, and the scores."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor
from torch.nn import functional

from evonas.data.published import DataInfo
from evonas.networks.exits import Exits
from evonas.networks.metrics import MetricProvider, offered
from evonas.networks.outputs import Outputs, logits_of, matrices_of
from evonas.objectives import ACC, TEST_ACC, Metric
from evonas.space import Genome, SearchSpace
from evonas.training.recipe import Recipe

logger = logging.getLogger("evonas")

TEST = "test_"  # before the name of a score, where it is that on the test part
FIRST = ("acc", "flops", "co2", "macs", "params", "co2_training", "co2_inference", "fpo")


@runtime_checkable
class Task(Protocol):
    """What networks are trained for.

    A network's outputs may be a tensor, a tuple or list, or a mapping; the floating-point
    numbers in them have single precision when the task sees them. A task may have more methods:

    * ``check_outputs`` like that of ``Classification``, which is asked before a search begins;
    * ``settled(outputs, labels)``, given what a trained network gives for the whole validation
      part: it gives the task that judges this network on any part, with what was to be set by
      the validation part, such as a threshold;
    * ``for_space(space, flops_of)``, which gives the task of a space, told how networks are
      counted, and ``for_network(exits)`` on that, the task of one network, told what its exits
      cost.
    """

    @property
    def metrics(self) -> Sequence[Metric]:
        """The metrics that a training tells; a class attribute will do.

        Every one is a score on the validation part (``when="trained"``), or the score of the
        same name on the test part (``when="final"``, named ``test_`` and the score's name).
        """

    def loss(self, outputs: Outputs, labels: Tensor, *, recipe: Recipe) -> Tensor:
        """The mean loss of a batch, to be learnt from.

        Args:
            outputs: What the network gave for the images.
            labels: The images' classes as numbers, ``(n,)``.
            recipe: How candidates are trained, such as the label smoothing.
        """

    def scores(self, outputs: Outputs, labels: Tensor) -> Mapping[str, Tensor]:
        """Every image's share in each score; a score is the mean over all images.

        Args:
            outputs: What the network gave for the images.
            labels: The images' classes as numbers, ``(n,)``.

        Returns:
            By the name of a metric, ``(n,)`` numbers in its natural unit.
        """

    def guessing_loss(self, info: DataInfo) -> float:
        """The loss of a network that guesses; one far above it has diverged.

        Args:
            info: The data set in numbers.
        """


class Classification:
    """Tell classes apart: cross entropy with label smoothing, accuracy in percent.

    The network gives logits ``(n, n_classes)`` as a tensor, as the last matrix of a tuple or
    list, or in a mapping or named tuple under the name ``logits``.
    """

    metrics = (ACC, TEST_ACC)

    def loss(self, outputs: Outputs, labels: Tensor, *, recipe: Recipe) -> Tensor:
        """Cross entropy with the recipe's label smoothing."""
        return functional.cross_entropy(
            logits_of(outputs), labels, label_smoothing=recipe.label_smoothing
        )

    def scores(self, outputs: Outputs, labels: Tensor) -> Mapping[str, Tensor]:
        """Accuracy: 100 where the largest logit is the label's, else 0."""
        is_right = logits_of(outputs).argmax(1) == labels
        return {"acc": 100.0 * is_right.to(torch.float64)}

    def guessing_loss(self, info: DataInfo) -> float:
        """The logarithm of the number of classes."""
        return math.log(info.n_classes)

    def check_outputs(self, outputs: Outputs, *, info: DataInfo, n_images: int) -> None:
        """Refuse outputs of which no loss comes, or a wrong one.

        Args:
            outputs: What a network gave for a few images.
            info: The data set in numbers.
            n_images: How many images the network was given.

        Raises:
            ValueError: There is not a row for every image and a column for every class.
        """
        if type(self).scores is not Classification.scores:  # then it reads them in its own way
            return
        shape = tuple(logits_of(outputs).shape)
        if len(shape) != 2 or shape[0] != n_images:
            raise ValueError(
                f"logits of shape {shape} for {n_images} images; expected "
                f"{(n_images, info.n_classes)}: is a flatten missing?"
            )
        if shape[1] != info.n_classes:
            raise ValueError(
                f"{shape[1]} outputs, but {info.name} has {info.n_classes} classes; give the "
                "last layer self.n_classes outputs"
            )
        if type(outputs) is tuple and len(matrices_of(outputs)) > 1:
            logger.warning(
                "the networks give several tensors that may be logits: the last one is learnt "
                "and judged; to choose another, give it by name, as {'logits': ...}"
            )


CLASSIFICATION = Classification()


def check_task(task: object, *, problem: str) -> None:
    """Refuse what is no task, or one whose metrics its scores cannot give.

    Args:
        task: What a problem declares as its task.
        problem: What an error calls the problem.

    Raises:
        ValueError: Something is no task, or its metrics do not fit; the message names what is
            wrong.
    """
    if isinstance(task, type) or not isinstance(task, Task):
        raise ValueError(
            f"the task of {problem} is {task!r}; expected an object with 'metrics', 'loss', "
            "'scores' and 'guessing_loss', such as Classification()"
        )
    trained = {metric.name for metric in task.metrics if metric.when == "trained"}
    for metric in task.metrics:
        if metric.when == "final" and metric.name.removeprefix(TEST) in trained:
            continue
        if metric.when != "trained":
            raise ValueError(
                f"task {type(task).__name__} has the metric {metric.name!r} with when="
                f"{metric.when!r}; expected 'trained', or 'final' for 'test_' and the name of "
                f"one of {', '.join(sorted(trained)) or 'nothing'}"
            )


def on_test(scores: Mapping[str, float]) -> dict[str, float]:
    """Scores on the test part by the names of their metrics.

    Args:
        scores: The scores by the names that the task gives them.
    """
    return {TEST + name: score for name, score in scores.items()}


def for_space(task: Task, space: SearchSpace, flops_of: Callable[[Genome], float]) -> Task:
    """A task, told of the space whose networks it is for, where it asks.

    Args:
        task: The task of a problem.
        space: The space of the networks.
        flops_of: Counts a network.
    """
    told = getattr(task, "for_space", None)
    return told(space, flops_of) if told else task


def for_network(task: Task, get_exits: Callable[[], Exits]) -> Task:
    """A task, told of the one network that it is for, where it asks.

    Args:
        task: The task of a space.
        get_exits: Counts the network's exits.
    """
    told = getattr(task, "for_network", None)
    return told(get_exits()) if told else task


def gathered(
    task: Task, providers: Sequence[MetricProvider], *, problem: str
) -> tuple[Metric, ...]:
    """All metrics of a problem; those that every problem of networks has come first.

    A surrogate's columns stand in this order, so that another one gives other results.

    Args:
        task: The task, with the metrics that take a training.
        providers: The providers of metrics that take no training.
        problem: What an error calls the problem.

    Raises:
        ValueError: The task or a provider is not what it should be, or two offer the same
            metric.
    """
    check_task(task, problem=problem)
    metrics = offered(task.metrics, providers, problem=f"the task of {problem}")
    return tuple(sorted(metrics, key=lambda m: FIRST.index(m.name) if m.name in FIRST else 99))
