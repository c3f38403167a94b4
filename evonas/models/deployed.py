"""A trained network with its normalisation inside."""

from __future__ import annotations

import copy
import statistics
from collections.abc import Iterable, Iterator, Mapping
from time import perf_counter
from typing import NamedTuple, Protocol

import torch
from torch import Tensor, nn

from evonas.data.dataset import Dataset, Part
from evonas.models.answering import as_tuple
from evonas.models.judgement import Judgement
from evonas.networks.layout import PLAIN, lay_out
from evonas.networks.outputs import Outputs, as_float, logits_of
from evonas.training.batches import as_values
from evonas.training.judging import settled
from evonas.training.tasks import Task

N_PASSES = 101
N_WARMING = 10


class Normalisation(Protocol):
    """Says how images are normalised: a data set does."""

    @property
    def mean(self) -> Tensor:
        """The mean of each channel, ``(channels, 1, 1)``; of sequences ``(channels, 1)``."""

    @property
    def std(self) -> Tensor:
        """The standard deviation of each channel, in the shape of the mean."""


class Deployed(nn.Module):
    """From images with pixels in [0, 1], or sequences as they are, to logits.

    It is in evaluation mode, on the processor.

    Args:
        network: The trained network, which is copied.
        normalisation: Mean and deviation of each channel, ``(channels, 1, 1)``, such as the
            data set has that the network was trained on.

    Attributes:
        network: The trained network alone, which takes normalised images.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, network: nn.Module, normalisation: Normalisation) -> None:
        super().__init__()
        self.network = copy.deepcopy(network).cpu().eval()
        lay_out(self.network, PLAIN)
        self.register_buffer("mean", normalisation.mean.clone())
        self.register_buffer("std", normalisation.std.clone())
        self.eval()

    def forward(self, images: Tensor) -> Tensor:
        """Logits ``(n, n_classes)`` of images ``(n, channels, size, size)`` in [0, 1]."""
        return logits_of(self.outputs(images)).float()

    def outputs(self, images: Tensor) -> Outputs:
        """All that the network gives for images ``(n, channels, size, size)`` in [0, 1]."""
        return self.network(self.normalised(images))

    def normalised(self, images: Tensor) -> Tensor:
        """Images in [0, 1], or sequences, as the network itself takes them."""
        return (images - self.mean) / self.std

    def exits_of(self, outputs: Outputs) -> tuple[Tensor, ...]:
        """The logits ``(n, n_classes)`` of every exit, among all that the network gave."""
        return (logits_of(outputs).float(),)


class DeployedExits(Deployed):
    """The same of a network with several exits: from images to the logits of every exit."""

    def forward(self, images: Tensor) -> tuple[Tensor, ...]:  # type: ignore[override]
        """Logits ``(n, n_classes)`` of every exit, the one that answers first in front."""
        return self.exits_of(self.outputs(images))

    def exits_of(self, outputs: Outputs) -> tuple[Tensor, ...]:
        """The logits ``(n, n_classes)`` of every exit, among all that the network gave."""
        exits = outputs["exits"] if isinstance(outputs, Mapping) else outputs.exits
        return tuple(logits.float() for logits in exits)


def deployed_with(
    network: nn.Module, normalisation: Normalisation, *, n_exits: int
) -> Deployed:
    """A network as it is exported: with the answers of all its exits.

    Args:
        network: The trained network, which is copied.
        normalisation: Mean and deviation of each channel.
        n_exits: How many exits the network has.
    """
    kind = Deployed if n_exits == 1 else DeployedExits
    return kind(network, normalisation)


class Judged(NamedTuple):
    """How good a network is.

    Attributes:
        judgements: By the name of the part of the data set: ``validation``, ``test``.
        logits: Those of every exit for the test images, ``(n, k, n_classes)``.
        task: The task, with what it has set by the validation part.
    """

    judgements: Mapping[str, Judgement]
    logits: Tensor
    task: Task


@torch.inference_mode()
def judged(
    deployed: Deployed, dataset: Dataset, *, task: Task, batch_size: int = 256
) -> Judged:
    """How good a network is on both parts that it did not learn from, in one pass over each.

    Args:
        deployed: The network, with its normalisation.
        dataset: The images or sequences to judge by.
        task: Scores what the network gives; what it sets, it sets by the validation part.
        batch_size: How many images the network sees at a time.
    """
    n_classes = dataset.info.n_classes
    task, given = settled(task, _given(deployed, dataset.validation, batch_size))
    validation, _ = _judged(deployed, given, task=task, n_classes=n_classes)
    given = _given(deployed, dataset.test, batch_size)
    test, logits = _judged(deployed, given, task=task, n_classes=n_classes)
    return Judged({"validation": validation, "test": test}, logits, task)


def _given(deployed: Deployed, part: Part, batch_size: int) -> Iterator[tuple[Outputs, Tensor]]:
    """What the network gives for each batch of a part, in single precision, and the labels."""
    batches = zip(part.images.split(batch_size), part.labels.split(batch_size), strict=True)
    for images, labels in batches:
        yield as_float(deployed.outputs(as_values(images))), labels


def _judged(
    deployed: Deployed,
    given: Iterable[tuple[Outputs, Tensor]],
    *,
    task: Task,
    n_classes: int,
) -> tuple[Judgement, Tensor]:
    """The judgement by some batches, and the logits of every exit."""
    logits, right = list[Tensor](), list[Tensor]()
    shares: dict[str, list[Tensor]] = {}
    for outputs, labels in given:
        logits.append(torch.stack(deployed.exits_of(outputs), 1))
        right.append(labels)
        for name, values in task.scores(outputs, labels).items():
            shares.setdefault(name, []).append(values.double())
    found, true = torch.cat(logits), torch.cat(right).numpy()
    scores = {name: float(torch.cat(values).mean()) for name, values in shares.items()}
    predicted = found[:, -1].argmax(1).numpy()
    return Judgement.of(predicted, true, n_classes=n_classes, scores=scores), found


@torch.inference_mode()
def logits_for(model: nn.Module, images: Tensor, *, batch_size: int = 256) -> Tensor:
    """Logits of many images, ``(n, n_classes)``.

    Args:
        model: Takes images with pixels in [0, 1], or sequences.
        images: Images as bytes, ``(n, channels, size, size)``, or sequences as numbers.
        batch_size: How many images the model sees at a time.
    """
    return all_logits_for(model, images, batch_size=batch_size)[:, -1]


@torch.inference_mode()
def all_logits_for(model: nn.Module, images: Tensor, *, batch_size: int = 256) -> Tensor:
    """Logits of many images at every exit, ``(n, k, n_classes)``.

    Args:
        model: Takes images with pixels in [0, 1], or sequences, and gives one tensor or one for
            each exit.
        images: Images as bytes, ``(n, channels, size, size)``, or sequences as numbers.
        batch_size: How many images the model sees at a time.
    """
    chunks = (as_values(chunk) for chunk in images.split(batch_size))
    return torch.cat([torch.stack(as_tuple(model(chunk)), 1) for chunk in chunks])


@torch.inference_mode()
def median_latency(model: nn.Module, image: Tensor, *, n_passes: int = N_PASSES) -> float:
    """The median time of one pass of one image on the processor, in seconds.

    Args:
        model: Takes images with pixels in [0, 1].
        image: One image in [0, 1], ``(1, channels, size, size)``.
        n_passes: How many passes are timed, after ten that are not.
    """
    seconds = []
    for _ in range(N_WARMING + n_passes):
        started = perf_counter()
        model(image)
        seconds.append(perf_counter() - started)
    return statistics.median(seconds[N_WARMING:])
