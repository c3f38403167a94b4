"""What makes one feature map of several: their sum, or all of their channels."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Sum(nn.Module):
    """Adds what it takes, tensors of one shape."""

    def forward(self, *tensors: Tensor) -> Tensor:
        """The sum of the tensors."""
        total = tensors[0]
        for tensor in tensors[1:]:
            total = total + tensor
        return total


class Joined(nn.Module):
    """Feature maps of one size, their channels one after another."""

    def forward(self, *maps: Tensor) -> Tensor:
        """Transform several ``(n, c, h, w)`` to one with all their channels."""
        return torch.cat(maps, 1)
