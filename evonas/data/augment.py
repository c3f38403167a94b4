"""Augmentations of images in memory, drawn anew for every image."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


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
