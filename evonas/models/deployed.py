"""A trained network with its normalisation inside."""

from __future__ import annotations

import copy
import statistics
from time import perf_counter

import torch
from torch import Tensor, nn

from evonas.data.dataset import Dataset
from evonas.models.answering import as_tuple
from evonas.networks.layout import PLAIN, lay_out
from evonas.networks.outputs import Outputs, logits_of

N_PASSES = 101
N_WARMING = 10


class Deployed(nn.Module):
    """From images with pixels in [0, 1] to logits; in evaluation mode, on the processor.

    Args:
        network: The trained network, which is copied.
        dataset: The data set that the network was trained on, which says how images are
            normalised.

    Attributes:
        network: The trained network alone, which takes normalised images.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, network: nn.Module, dataset: Dataset) -> None:
        super().__init__()
        self.network = copy.deepcopy(network).cpu().eval()
        lay_out(self.network, PLAIN)
        self.register_buffer("mean", dataset.mean.clone())
        self.register_buffer("std", dataset.std.clone())
        self.eval()

    def forward(self, images: Tensor) -> Tensor:
        """Logits ``(n, n_classes)`` of images ``(n, channels, size, size)`` in [0, 1]."""
        return logits_of(self._outputs(images)).float()

    def _outputs(self, images: Tensor) -> Outputs:
        return self.network((images - self.mean) / self.std)


class DeployedExits(Deployed):
    """The same of a network with several exits: from images to the logits of every exit."""

    def forward(self, images: Tensor) -> tuple[Tensor, ...]:  # type: ignore[override]
        """Logits ``(n, n_classes)`` of every exit, the one that answers first in front."""
        return tuple(logits.float() for logits in self._outputs(images).exits)


@torch.inference_mode()
def logits_for(model: nn.Module, images: Tensor, *, batch_size: int = 256) -> Tensor:
    """Logits of many images, ``(n, n_classes)``.

    Args:
        model: Takes images with pixels in [0, 1].
        images: Images as bytes, ``(n, channels, size, size)``.
        batch_size: How many images the model sees at a time.
    """
    return all_logits_for(model, images, batch_size=batch_size)[:, -1]


@torch.inference_mode()
def all_logits_for(model: nn.Module, images: Tensor, *, batch_size: int = 256) -> Tensor:
    """Logits of many images at every exit, ``(n, k, n_classes)``.

    Args:
        model: Takes images with pixels in [0, 1], and gives one tensor or one for each exit.
        images: Images as bytes, ``(n, channels, size, size)``.
        batch_size: How many images the model sees at a time.
    """
    chunks = (chunk.float() / 255 for chunk in images.split(batch_size))
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
