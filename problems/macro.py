"""The space of NAS-Bench-Macro, with networks that can be built and trained on any images."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import nn

from evonas.networks.blocks import Classifier, InvertedResidual, convolution
from evonas.networks.chain import Part
from evonas.space import Gene, Genome, SearchSpace
from evonas.training.chained_problem import ChainedProblem

STAGES = (2, 3, 3)  # layers; the first of each halves the map and doubles the channels
STEM_WIDTH, HEAD_WIDTH = 32, 1280
CHOICES = ("identity", "MB3 3x3", "MB6 5x5")
SHAPES = {"MB3 3x3": (3, 3), "MB6 5x5": (6, 5)}  # expansion, kernel


def fold(genome: Genome) -> Genome:
    """Move the identities at stride 1 behind the other layers of their stage.

    They do nothing there, so ``x01`` and ``x10`` build the same network; at a stage's first
    layer an identity is a strided convolution and stays.
    """
    folded: list[int] = []
    for depth in STAGES:
        stage = genome[len(folded) : len(folded) + depth]
        at_stride_1 = [gene for gene in stage[1:] if gene != 0]
        folded += [stage[0], *at_stride_1, *[0] * (depth - 1 - len(at_stride_1))]
    return tuple(folded)


class Macro(ChainedProblem):
    """NAS-Bench-Macro's 6,561 MobileNet-like networks, trained on any images (--data).

    Su et al. 2021, "Prioritized Architecture Sampling with Monto-Carlo Tree Search": eight
    layers in stages of 2, 3 and 3, each an identity or an inverted residual.
    """

    space = SearchSpace(
        [Gene(f"layer{i + 1}", CHOICES, ordered=True) for i in range(sum(STAGES))], fold=fold
    )

    def parts(self, architecture: Mapping[str, Any]) -> list[Part]:
        """A stem of 32 channels, the eight layers, a head of 1,280 channels."""
        parts = [Part.of(convolution, self.n_channels, STEM_WIDTH)]
        width = STEM_WIDTH
        names = iter(architecture.values())
        for depth in STAGES:
            for position in range(depth):
                stride, n_out = (2, 2 * width) if position == 0 else (1, width)
                parts.append(Part.of(_layer, width, n_out, stride=stride, choice=next(names)))
                width = n_out
        head = Part.of(convolution, width, HEAD_WIDTH, kernel=1)
        return [*parts, head, Part.of(Classifier, HEAD_WIDTH, self.n_classes)]


def _layer(n_in: int, n_out: int, *, stride: int, choice: str) -> nn.Module:
    if choice == "identity":
        if stride == 1:
            return nn.Identity()
        return convolution(n_in, n_out, kernel=1, stride=stride, activation=None)
    expansion, kernel = SHAPES[choice]
    return InvertedResidual(n_in, n_out, kernel=kernel, stride=stride, expansion=expansion)
