"""Networks of repeated cells, each a small graph of operations."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from evonas.networks.blocks import convolution
from evonas.networks.cell_costs import (
    N_CHANNELS,
    N_CLASSES,
    N_MODULES,
    N_STACKS,
    STEM_CHANNELS,
    Matrix,
    vertex_channels,
)


class CellNetwork(nn.Module):
    """The network of a cell, as NAS-Bench-101 builds it for CIFAR-10 (Ying et al. 2019).

    A stem, three stacks of three cells with pooling and twice the channels in between, global
    average pooling, a linear layer.
    """

    def __init__(self, matrix: Matrix, operations: Sequence[str]) -> None:
        super().__init__()
        layers: list[nn.Module] = [convolution(N_CHANNELS, STEM_CHANNELS)]
        n_in = n_out = STEM_CHANNELS
        for stack in range(N_STACKS):
            if stack:
                layers.append(nn.MaxPool2d(2))
                n_out *= 2
            for _ in range(N_MODULES):
                layers.append(CellModule(matrix, operations, n_in=n_in, n_out=n_out))
                n_in = n_out
        self.features = nn.Sequential(*layers)
        self.classify = nn.Linear(n_out, N_CLASSES)

    def forward(self, images: Tensor) -> Tensor:
        """Classify ``(n, 3, size, size)``."""
        logits: Tensor = self.classify(self.features(images).mean((2, 3)))
        return logits


class CellModule(nn.Module):
    """One cell: inner vertices sum what they are given, the output joins its own."""

    def __init__(
        self, matrix: Matrix, operations: Sequence[str], *, n_in: int, n_out: int
    ) -> None:
        super().__init__()
        self.matrix = [list(row) for row in matrix]
        self.last = len(matrix) - 1
        self.channels = vertex_channels(matrix, n_in=n_in, n_out=n_out)
        self.projections = nn.ModuleDict(
            {
                str(v): convolution(n_in, self.channels[v], kernel=1)
                for v in range(1, self.last + 1)
                if matrix[0][v]
            }
        )
        self.operations = nn.ModuleList(
            _operation(word, n) for word, n in zip(operations, self.channels[1:-1], strict=True)
        )

    def forward(self, images: Tensor) -> Tensor:
        """Transform ``(n, n_in, h, w)`` to ``(n, n_out, h, w)``."""
        outputs = [images]
        for v in range(1, self.last):
            given = [
                outputs[u][:, : self.channels[v]] for u in range(1, v) if self.matrix[u][v]
            ]
            if self.matrix[0][v]:
                given.append(self.projections[str(v)](images))
            outputs.append(self.operations[v - 1](_sum(given)))
        joined = [outputs[v] for v in range(1, self.last) if self.matrix[v][self.last]]
        if not joined:
            projected: Tensor = self.projections[str(self.last)](images)
            return projected
        found = torch.cat(joined, 1) if len(joined) > 1 else joined[0]
        if self.matrix[0][self.last]:
            found = found + self.projections[str(self.last)](images)
        return found


def _operation(word: str, n: int) -> nn.Module:
    if word == "maxpool3x3":
        return nn.MaxPool2d(3, stride=1, padding=1)
    return convolution(n, n, kernel=3 if word == "conv3x3" else 1)


def _sum(tensors: Sequence[Tensor]) -> Tensor:
    total = tensors[0]
    for tensor in tensors[1:]:
        total = total + tensor
    return total
