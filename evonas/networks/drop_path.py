"""Leaving out whole paths of a network at random, while it learns."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class DropPath(nn.Module):
    """Gives zeros in place of some images' feature maps, and more of the others'.

    Larsson, Maire & Shakhnarovich 2017, FractalNet, as DARTS has it: each image draws for
    itself, and what is kept is divided by the share that is, so that the mean stays. In
    evaluation, and with a rate of 0, it does nothing.

    Attributes:
        rate: Share of the images whose map is left out, [0, 1); set by ``set_drop_path``.
    """

    def __init__(self) -> None:
        super().__init__()
        self.rate = 0.0

    def forward(self, images: Tensor) -> Tensor:
        """Transform ``(n, c, h, w)`` to the same shape."""
        if not self.training or not self.rate:
            return images
        kept = 1.0 - self.rate
        mask = torch.empty(len(images), 1, 1, 1, device=images.device).bernoulli_(kept)
        return images * (mask / kept).to(images.dtype)

    def extra_repr(self) -> str:
        """Nothing: the rate is the training's, not the network's."""
        return ""


def set_drop_path(network: nn.Module, rate: float) -> int:
    """Say how often the paths of a network are left out while it learns.

    Args:
        network: Any network; changed in place.
        rate: Share of the images, [0, 1).

    Returns:
        How many paths of the network can be left out.
    """
    paths = [module for module in network.modules() if isinstance(module, DropPath)]
    for path in paths:
        path.rate = rate
    return len(paths)
