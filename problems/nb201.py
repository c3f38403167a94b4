"""The cells of NAS-Bench-201, as networks that can be trained on any images."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from torch import Tensor, nn

from evonas.cell import Cell
from evonas.networks.blocks import ActivatedClassifier, convolution
from evonas.networks.cell_strings import (
    CELL_OPERATIONS,
    EDGES,
    cell_graph,
    format_cell,
    parse_cell,
)
from evonas.networks.chain import Part
from evonas.networks.sum_cells import Operations, SumCell, folded, relu_convolution
from evonas.problem import Settings
from evonas.space import Gene, Genome, SearchSpace
from evonas.training.chained_problem import ChainedProblem

N_STAGES = 3  # each but the first halves the map and doubles the channels


class NasBench201Cell(ChainedProblem):
    """NAS-Bench-201's 15,625 cells, trained on any images (--data).

    Dong & Yang 2020, "NAS-Bench-201: Extending the Scope of Reproducible Neural Architecture
    Search". A gene is the operation of one of six edges between four nodes: none, a skip, a 1x1
    or a 3x3 convolution, or average pooling. The network is theirs: a stem of 16 channels
    (``--option channels=8`` for fewer), three stages of 5 cells (``--option cells=2``), and
    between them residual blocks that halve the map.

    Cells that compute the same fold into one, without operations that lead nowhere. The
    benchmark builds and counts those too; ``--option whole=true`` does as it does, and then
    nothing folds.
    """

    options: ClassVar[Mapping[str, Any]] = {"channels": 16, "cells": 5, "whole": False}

    def __init__(self, settings: Settings | None = None) -> None:
        super().__init__(settings)
        for name in ("channels", "cells"):
            if self.option[name] < 1:
                raise ValueError(f"option {name!r} is {self.option[name]}; expected at least 1")
        genes = [Gene(f"edge{source}{node}", CELL_OPERATIONS) for source, node in EDGES]
        self.space = SearchSpace(genes, fold=None if self.option["whole"] else _fold)

    def parts(self, architecture: Mapping[str, Any]) -> list[Part]:
        """A stem, the stages with a residual block before each but the first, and the head."""
        width, operations = self.option["channels"], self._operations(architecture)
        parts = [Part.of(convolution, self.n_channels, width, activation=None)]
        for stage in range(N_STAGES):
            if stage:
                parts.append(Part.of(HalvingBlock, width, 2 * width))
                width *= 2
            parts += [Part.of(SumCell, operations, width)] * self.option["cells"]
        return [*parts, Part.of(ActivatedClassifier, width, self.n_classes)]

    def parse(self, text: str) -> Mapping[str, Any]:
        """The architecture that the benchmark calls by a string such as ``|none~0|+...``.

        Raises:
            ValueError: The text is no cell of the benchmark.
        """
        if not text.lstrip().startswith("|"):
            return super().parse(text)
        return dict(zip(self.space.names, parse_cell(text), strict=True))

    def spell(self, architecture: Mapping[str, Any]) -> str:
        """The string by which the benchmark calls the cell."""
        return format_cell(tuple(architecture.values()))

    def cells(self, architecture: Mapping[str, Any]) -> dict[str, Cell]:
        """The only cell, without the edges that are not there."""
        return {
            "cell": cell_graph(self._operations(architecture), is_whole=self.option["whole"])
        }

    def _operations(self, architecture: Mapping[str, Any]) -> Operations:
        operations = tuple(architecture[name] for name in self.space.names)
        return operations if self.option["whole"] else folded(operations)


def _fold(genome: Genome) -> Genome:
    operations = folded(tuple(CELL_OPERATIONS[index] for index in genome))
    return tuple(map(CELL_OPERATIONS.index, operations))


class HalvingBlock(nn.Module):
    """Two 3x3 convolutions, the first of stride 2, beside pooling and a 1x1 convolution.

    As published, with one difference: a map of odd size is halved and rounded up by both.

    Args:
        n_in: Channels of what it takes.
        n_out: Channels of what it gives.
    """

    def __init__(self, n_in: int, n_out: int) -> None:
        super().__init__()
        self.branch = nn.Sequential(
            relu_convolution(n_in, n_out, kernel=3, stride=2),
            relu_convolution(n_out, n_out, kernel=3),
        )
        self.shortcut = nn.Sequential(
            nn.AvgPool2d(2, ceil_mode=True), nn.Conv2d(n_in, n_out, 1, bias=False)
        )

    def forward(self, images: Tensor) -> Tensor:
        """Transform ``(n, n_in, h, w)`` to ``(n, n_out, h / 2, w / 2)``, rounded up."""
        halved: Tensor = self.shortcut(images) + self.branch(images)
        return halved
