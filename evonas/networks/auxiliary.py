"""Heads that a network learns by and does not answer with (Szegedy et al. 2015)."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor, nn

from evonas.networks.graph import GraphNetwork
from evonas.networks.outputs import Outputs


class AuxiliaryLogits(NamedTuple):
    """What a network with an auxiliary head gives while it learns.

    Attributes:
        logits: What the network gives without the head.
        auxiliary: The logits of the head, ``(n, n_classes)``.
    """

    logits: Outputs
    auxiliary: Tensor


class WithAuxiliary(nn.Module):
    """A network, and the head that its graph offers for its training.

    In evaluation it gives what the network gives, and the head does not run.

    Args:
        network: The network; its modules are taken as they are.

    Attributes:
        network: The network without the head.

    Raises:
        ValueError: The graph of the network offers no head.
    """

    def __init__(self, network: GraphNetwork) -> None:
        super().__init__()
        graph = network.graph
        if not graph.auxiliary:
            raise ValueError("the network offers no auxiliary head")
        self.network = network
        self.head = graph.nodes[graph.auxiliary].part()

    def forward(self, images: Tensor) -> Outputs:
        """Logits of ``(n, channels, size, size)``; while it learns, those of the head too."""
        if not self.training:
            return self.network(images)
        graph = self.network.graph
        sources = graph.nodes[graph.auxiliary].sources
        found = self.network.run(images, (*graph.exits, *sources))
        n = len(graph.exits)
        return AuxiliaryLogits(self.network.answer(found[:n]), self.head(*found[n:]))


class AuxiliaryHead(nn.Module):
    """A small classifier on the feature maps of a cell (NASNet, DARTS).

    As published, but that the map is averaged into four fields whatever its size; there, for
    one size, by overlapping windows.

    Args:
        n_in: Channels of the feature maps.
        n_classes: How many classes there are.
    """

    def __init__(self, n_in: int, n_classes: int) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.ReLU(),
            nn.AdaptiveAvgPool2d(2),
            nn.Conv2d(n_in, 128, 1, bias=False),
            nn.BatchNorm2d(128),
            nn.ReLU(),
            nn.Conv2d(128, 768, 2, bias=False),
            nn.BatchNorm2d(768),
            nn.ReLU(),
            nn.Flatten(),
        )
        self.linear = nn.Linear(768, n_classes)

    def forward(self, images: Tensor) -> Tensor:
        """Turn ``(n, n_in, h, w)`` into logits, ``(n, n_classes)``."""
        logits: Tensor = self.linear(self.features(images))
        return logits


def without_auxiliary(network: nn.Module) -> nn.Module:
    """A network as it answers, without the head that it learnt by.

    Args:
        network: Any network.
    """
    return network.network if isinstance(network, WithAuxiliary) else network
