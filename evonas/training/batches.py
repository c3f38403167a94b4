"""Batches of inputs as networks take them: how many, normalised, augmented, how precise."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

import torch
from torch import Tensor

from evonas.data.augment import AUGMENTATIONS
from evonas.data.dataset import Dataset
from evonas.training.recipe import Recipe


def batch_sizes(n: int, batch_size: int) -> list[int]:
    """How many images each step of an epoch sees; never a single one after others."""
    sizes = [min(batch_size, n - start) for start in range(0, n, batch_size)]
    if len(sizes) > 1 and sizes[-1] == 1:  # batch norm cannot learn from one image
        sizes[-2:] = [sizes[-2] + 1]
    return sizes


def make_transform(
    dataset: Dataset, *, recipe: Recipe, device: torch.device, generator: torch.Generator
) -> Callable[[Tensor], Tensor]:
    """What makes of inputs those that are learnt from: normalised, and augmented."""
    mean, std = dataset.mean.to(device), dataset.std.to(device)
    wanted = set(recipe.augment) - (set() if dataset.info.flip else {"flip"})
    offered = AUGMENTATIONS[dataset.info.kind]
    changes = [change for word, change in offered.items() if word in wanted]

    def transform(images: Tensor) -> Tensor:
        images = normalise(images, mean, std)
        for change in changes:
            images = change(images, generator)
        return images

    return transform


def normalise(images: Tensor, mean: Tensor, std: Tensor) -> Tensor:
    """Inputs less their mean, over their standard deviation; bytes stand for [0, 1]."""
    if images.dtype == torch.uint8:
        return images.float().sub_(255.0 * mean).mul_(1.0 / (255.0 * std))
    return (images - mean) / std


def as_values(images: Tensor) -> Tensor:
    """Inputs for a model that normalises: bytes as [0, 1], other numbers as they are."""
    return images.float() / 255 if images.dtype == torch.uint8 else images.float()


def precision(device: torch.device) -> AbstractContextManager[object]:
    """Mixed precision on CUDA, single precision elsewhere."""
    return torch.autocast("cuda") if device.type == "cuda" else nullcontext()
