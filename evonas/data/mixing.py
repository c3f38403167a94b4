"""Mixing the images of a batch with one another, as mixup and cutmix do."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True, eq=False)
class Mixed:
    """A batch whose images were mixed in pairs.

    Attributes:
        images: The mixed images, ``(n, channels, size, size)``.
        partners: For every image the row of the batch that was mixed into it, ``(n,)``.
        share: How much of an image is still its own, [0, 1]; its label counts as much, and its
            partner's label the rest.
    """

    images: Tensor
    partners: Tensor
    share: float


def mixup(images: Tensor, *, alpha: float, generator: torch.Generator) -> Mixed:
    """Blend every image with another one of the batch (Zhang et al. 2018).

    Args:
        images: A batch of normalised images, ``(n, channels, size, size)``.
        alpha: Both parameters of the Beta distribution that the share is drawn from, > 0.
        generator: The only source of randomness.
    """
    partners = _partners(images, generator)
    share = _beta(alpha, generator)
    return Mixed(share * images + (1 - share) * images[partners], partners, share)


def cutmix(images: Tensor, *, alpha: float, generator: torch.Generator) -> Mixed:
    """Paste into every image a rectangle of another one of the batch (Yun et al. 2019).

    Args:
        images: A batch of normalised images, ``(n, channels, size, size)``.
        alpha: Both parameters of the Beta distribution that the share is drawn from, > 0.
        generator: The only source of randomness.
    """
    partners = _partners(images, generator)
    height, width = images.shape[2:]
    side = math.sqrt(1 - _beta(alpha, generator))  # of the rectangle, as a share of the image's
    row, column = _uniform(generator) * height, _uniform(generator) * width
    top, bottom = _cut(row, side * height, height)
    left, right = _cut(column, side * width, width)
    mixed = images.clone()
    mixed[:, :, top:bottom, left:right] = images[partners, :, top:bottom, left:right]
    return Mixed(mixed, partners, 1 - (bottom - top) * (right - left) / (height * width))


def _partners(images: Tensor, generator: torch.Generator) -> Tensor:
    return torch.randperm(len(images), generator=generator, device=images.device)


def _cut(centre: float, length: float, whole: int) -> tuple[int, int]:
    return max(0, round(centre - length / 2)), min(whole, round(centre + length / 2))


def _uniform(generator: torch.Generator) -> float:
    return float(torch.rand((), generator=generator, device=generator.device).item())


def _beta(alpha: float, generator: torch.Generator) -> float:
    """A draw from Beta(alpha, alpha), by the algorithm of Joehnk, of uniform draws."""
    while True:
        x: float = _uniform(generator) ** (1 / alpha)
        y: float = _uniform(generator) ** (1 / alpha)
        if 0 < x + y <= 1:
            return x / (x + y)
