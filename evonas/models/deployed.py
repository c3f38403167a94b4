"""A trained network with its normalisation inside."""

from __future__ import annotations

import copy
import statistics
from time import perf_counter
from typing import Protocol

import torch
from torch import Tensor, nn

from evonas.data.dataset import Part
from evonas.models.judgement import Judgement
from evonas.networks.layout import PLAIN, lay_out
from evonas.networks.outputs import Outputs, as_float, logits_of
from evonas.training.batches import as_values
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
        return self.network((images - self.mean) / self.std)


@torch.inference_mode()
def judged(
    deployed: Deployed, part: Part, *, task: Task, n_classes: int, batch_size: int = 256
) -> tuple[Judgement, Tensor]:
    """How good a network is on a part of a data set, in one pass.

    Args:
        deployed: The network, with its normalisation.
        part: The images or sequences to judge by.
        task: Scores what the network gives.
        n_classes: How many classes there are.
        batch_size: How many images the network sees at a time.

    Returns:
        The judgement, and the logits of all images, ``(n, n_classes)``.
    """
    logits: list[Tensor] = []
    shares: dict[str, list[Tensor]] = {}
    batches = zip(part.images.split(batch_size), part.labels.split(batch_size), strict=True)
    for images, labels in batches:
        outputs = deployed.outputs(as_values(images))
        logits.append(logits_of(outputs).float())
        for name, values in task.scores(as_float(outputs), labels).items():
            shares.setdefault(name, []).append(values.double())
    found = torch.cat(logits)
    scores = {name: float(torch.cat(values).mean()) for name, values in shares.items()}
    predicted, labels = found.argmax(1).numpy(), part.labels.numpy()
    return Judgement.of(predicted, labels, n_classes=n_classes, scores=scores), found


@torch.inference_mode()
def logits_for(model: nn.Module, images: Tensor, *, batch_size: int = 256) -> Tensor:
    """Logits of many images, ``(n, n_classes)``.

    Args:
        model: Takes images with pixels in [0, 1], or sequences.
        images: Images as bytes, ``(n, channels, size, size)``, or sequences as numbers.
        batch_size: How many images the model sees at a time.
    """
    return torch.cat([model(as_values(chunk)) for chunk in images.split(batch_size)])


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
