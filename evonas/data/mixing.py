"""Mixing the inputs of a batch with one another, as mixup and cutmix do."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True, eq=False)
class Mixed:
    """A batch whose inputs were mixed in pairs.

    Attributes:
        images: The mixed images, ``(n, channels, size, size)``, or sequences.
        partners: For every input the row of the batch that was mixed into it, ``(n,)``.
        share: How much of an input is still its own, [0, 1]; its label counts as much, and its
            partner's label the rest.
    """

    images: Tensor
    partners: Tensor
    share: float


def mixup(images: Tensor, *, alpha: float, generator: torch.Generator) -> Mixed:
    """Blend every input with another one of the batch (Zhang et al. 2018).

    Args:
        images: A batch of normalised images, ``(n, channels, size, size)``, or sequences.
        alpha: Both parameters of the Beta distribution that the share is drawn from, > 0.
        generator: The only source of randomness.
    """
    partners = _partners(images, generator)
    share = _beta(alpha, generator)
    return Mixed(share * images + (1 - share) * images[partners], partners, share)


def cutmix(images: Tensor, *, alpha: float, generator: torch.Generator) -> Mixed:
    """Paste into every image a rectangle of another one of the batch (Yun et al. 2019).

    Of a sequence it is a stretch.

    Args:
        images: A batch of normalised images, ``(n, channels, size, size)``, or of sequences,
            ``(n, channels, length)``.
        alpha: Both parameters of the Beta distribution that the share is drawn from, > 0.
        generator: The only source of randomness.
    """
    partners = _partners(images, generator)
    extents = images.shape[2:]
    side = 1 - _beta(alpha, generator)  # of the piece, as a share of the whole
    if len(extents) == 2:
        side = math.sqrt(side)
    centres = [_uniform(generator) * extent for extent in extents]
    cuts = [
        _cut(centre, side * extent, extent)
        for centre, extent in zip(centres, extents, strict=True)
    ]
    piece = (slice(None), slice(None), *(slice(first, last) for first, last in cuts))
    mixed = images.clone()
    mixed[piece] = images[partners][piece]
    pasted = math.prod(last - first for first, last in cuts)
    return Mixed(mixed, partners, 1 - pasted / math.prod(extents))


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
