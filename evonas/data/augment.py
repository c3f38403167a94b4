"""Augmentations of images and sequences in memory, drawn anew for every one of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor
from torch.nn import functional

from evonas.data.kinds import IMAGES, SEQUENCES, InputKind

Augmentation = Callable[[Tensor, torch.Generator], Tensor]  # of a batch, normalised

SCALE_STD = 0.1  # Iwana and Uchida 2021, after Um et al. 2017
JITTER_STD = 0.03  # of a normalised sequence; Iwana and Uchida 2021


def crop(images: Tensor, *, padding: int, generator: torch.Generator) -> Tensor:
    """Shift every image by up to ``padding`` pixels in each direction, filling with zeros."""
    n, channels, height, width = images.shape
    device = images.device
    padded = functional.pad(images, (padding,) * 4)
    shift = torch.randint(0, 2 * padding + 1, (2, n, 1), generator=generator, device=device)
    rows = (shift[0] + torch.arange(height, device=device))[:, None, :, None]
    columns = (shift[1] + torch.arange(width, device=device))[:, None, None, :]
    sample = torch.arange(n, device=device)[:, None, None, None]
    channel = torch.arange(channels, device=device)[None, :, None, None]
    return padded[sample, channel, rows, columns]


def flip(images: Tensor, *, generator: torch.Generator) -> Tensor:
    """Mirror every image with probability one half."""
    coin = torch.rand(len(images), 1, 1, 1, generator=generator, device=images.device) < 0.5
    return torch.where(coin, images.flip(3), images)


def cutout(images: Tensor, *, side: int, generator: torch.Generator) -> Tensor:
    """Blank a square, cut at the edges, around a random pixel (DeVries and Taylor 2017)."""
    n, _, height, width = images.shape
    device = images.device
    row = torch.randint(0, height, (n, 1, 1, 1), generator=generator, device=device)
    column = torch.randint(0, width, (n, 1, 1, 1), generator=generator, device=device)
    down = torch.arange(height, device=device)[:, None] - row + side // 2  # from its top edge
    right = torch.arange(width, device=device) - column + side // 2  # from its left edge
    is_inside = (down >= 0) & (down < side) & (right >= 0) & (right < side)
    return images.masked_fill(is_inside, 0.0)


def shift(sequences: Tensor, *, padding: int, generator: torch.Generator) -> Tensor:
    """Shift every sequence by up to ``padding`` steps either way, filling with zeros."""
    n, channels, length = sequences.shape
    device = sequences.device
    padded = functional.pad(sequences, (padding, padding))
    first = torch.randint(0, 2 * padding + 1, (n, 1), generator=generator, device=device)
    steps = first + torch.arange(length, device=device)  # (n, length)
    return padded.gather(2, steps[:, None].expand(n, channels, length))


def scale(sequences: Tensor, *, std: float, generator: torch.Generator) -> Tensor:
    """Multiply every channel of every sequence by a number around 1 (Um et al. 2017)."""
    shape = (*sequences.shape[:2], 1)
    factor = torch.randn(shape, generator=generator, device=sequences.device)
    return sequences * (1 + std * factor)


def jitter(sequences: Tensor, *, std: float, generator: torch.Generator) -> Tensor:
    """Add a normal deviate to every value (Um et al. 2017)."""
    noise = torch.randn(sequences.shape, generator=generator, device=sequences.device)
    return sequences + std * noise


def blank(sequences: Tensor, *, length: int, generator: torch.Generator) -> Tensor:
    """Blank a stretch of every sequence, cut at the ends, around a random step."""
    n, _, whole = sequences.shape
    device = sequences.device
    centre = torch.randint(0, whole, (n, 1, 1), generator=generator, device=device)
    behind = torch.arange(whole, device=device) - centre + length // 2  # from its first step
    return sequences.masked_fill((behind >= 0) & (behind < length), 0.0)


AUGMENTATIONS: Mapping[InputKind, Mapping[str, Augmentation]] = {
    IMAGES: {
        "crop": lambda x, g: crop(x, padding=max(1, x.shape[-1] // 8), generator=g),
        "flip": lambda x, g: flip(x, generator=g),
        "cutout": lambda x, g: cutout(x, side=x.shape[-1] // 2, generator=g),
    },
    SEQUENCES: {
        "crop": lambda x, g: shift(x, padding=max(1, x.shape[-1] // 8), generator=g),
        "scale": lambda x, g: scale(x, std=SCALE_STD, generator=g),
        "jitter": lambda x, g: jitter(x, std=JITTER_STD, generator=g),
        "cutout": lambda x, g: blank(x, length=x.shape[-1] // 4, generator=g),
    },
}
