"""The exponential moving average of a network's weights."""

from __future__ import annotations

import copy

import torch
from torch import nn


class Average:
    """A copy of a network whose weights follow those of the network slowly.

    While the training is young the average forgets faster, so that the weights that the
    network began with do not linger: the decay of step t is at most (1 + t) / (10 + t).

    Args:
        model: The network that is trained.
        decay: The share of the average that a step keeps, [0, 1).

    Attributes:
        model: The copy that holds the averages; whole numbers in it are the latest.
    """

    def __init__(self, model: nn.Module, *, decay: float) -> None:
        self.model = copy.deepcopy(model).requires_grad_(False)
        self._decay = decay

    @torch.no_grad()
    def update(self, model: nn.Module, *, step: int) -> None:
        """Take in the weights after a step.

        Args:
            model: The network that is trained.
            step: The number of the step, from 0.
        """
        decay = min(self._decay, (1 + step) / (10 + step))
        latest = model.state_dict()
        for name, value in self.model.state_dict().items():
            if value.is_floating_point():
                value.lerp_(latest[name], 1 - decay)
            else:
                value.copy_(latest[name])
