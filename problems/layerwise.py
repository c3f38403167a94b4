"""A layer-wise space: stages of layers, each stage with its own width, kernel and block."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from torch import nn

from evonas.networks.blocks import (
    Classifier,
    InvertedResidual,
    Residual,
    convolution,
    depthwise_separable,
    stem,
)
from evonas.networks.chain import Part
from evonas.networks.stages import halved, stem_halvings
from evonas.problem import Settings
from evonas.space import Gene, Genome, SearchSpace
from evonas.training.chained_problem import ChainedProblem
from evonas.training.recipe import Recipe

N_STAGES = 4
MAX_DEPTH = 3
STEM_WIDTH = 16
SMALLEST_SIZE = 2  # no layer reduces a feature map below this side


class Layer(NamedTuple):
    """One layer of a network; the expansion is 1 where the block has none."""

    width: int
    kernel: int
    block: str
    expansion: int
    activation: str
    stride: int


class Layerwise(ChainedProblem):
    """Layer-wise CNNs of 1 to 12 layers for any images (--data).

    Four stages; each has a depth of 0 to 3 equal layers, a width, a kernel, a block (plain
    convolution, depthwise-separable, inverted residual with an expansion, residual), an
    activation, and may halve the feature map in its first layer. A halving that would leave
    fewer than 2 x 2 pixels does nothing, so that every genome fits every image size.
    """

    def __init__(self, settings: Settings | None = None) -> None:
        super().__init__(settings)
        self.space = SearchSpace(_genes(), fold=self._fold)

    def parts(self, architecture: Mapping[str, Any]) -> list[Part]:
        """A stem, the stages' layers, global pooling and a linear classifier."""
        layers = self.layers(architecture)
        widths = [STEM_WIDTH, *(layer.width for layer in layers)]
        return [
            Part.of(stem, self.n_channels, STEM_WIDTH, stem_halvings(self.image_size)),
            *(Part.of(_block, *pair) for pair in zip(widths, layers, strict=False)),
            Part.of(Classifier, widths[-1], self.n_classes),
        ]

    def layers(self, architecture: Mapping[str, Any]) -> list[Layer]:
        """The layers that are built, after skipped stages and vain halvings are dropped."""
        size = halved(self.image_size, stem_halvings(self.image_size))
        layers = []
        for stage in range(1, N_STAGES + 1):
            gene = {name: architecture[f"{name}{stage}"] for name in _STAGE_GENES}
            for position in range(gene["depth"]):
                halves = gene["halve"] and position == 0 and size >= 2 * SMALLEST_SIZE
                size = math.ceil(size / 2) if halves else size
                layers.append(
                    Layer(
                        width=gene["width"],
                        kernel=gene["kernel"],
                        block=gene["block"],
                        expansion=gene["expansion"] if gene["block"] == "inverted" else 1,
                        activation=gene["activation"],
                        stride=2 if halves else 1,
                    )
                )
        return layers

    def _fold(self, genome: Genome) -> Genome:
        """Spell the layers again, filling every stage before the next is begun."""
        stages: list[tuple[Layer, int]] = []
        for layer in self.layers(self.space.decode(genome)):
            first, depth = stages[-1] if stages else (None, MAX_DEPTH)
            if first and depth < MAX_DEPTH and layer == first._replace(stride=1):
                stages[-1] = first, depth + 1
            else:
                stages.append((layer, 1))
        architecture = self.space.decode((0,) * len(genome))  # the first choices everywhere
        for stage, (layer, depth) in enumerate(stages, start=1):
            spelled = {**layer._asdict(), "depth": depth, "halve": layer.stride == 2}
            if layer.block != "inverted":
                del spelled["expansion"]
            architecture.update(
                {f"{name}{stage}": spelled[name] for name in _STAGE_GENES if name in spelled}
            )
        return self.space.encode(architecture)


class Digits(Layerwise):
    """Layer-wise CNNs on 1,797 handwritten digits of 8x8 pixels; needs no download."""

    data = "digits"
    recipe = Recipe(epochs=6, augment=("crop",))


_STAGE_GENES = ("depth", "width", "kernel", "block", "expansion", "activation", "halve")


def _genes() -> list[Gene]:
    genes = []
    for stage in range(1, N_STAGES + 1):
        depths = range(1 if stage == 1 else 0, MAX_DEPTH + 1)
        genes += [
            Gene(f"depth{stage}", tuple(depths)),
            Gene(f"width{stage}", (8, 16, 24, 32, 48, 64)),
            Gene(f"kernel{stage}", (3, 5)),
            Gene(f"block{stage}", ("plain", "separable", "inverted", "residual")),
            Gene(f"expansion{stage}", (2, 4, 6)),
            Gene(f"activation{stage}", ("relu", "silu")),
            Gene(f"halve{stage}", (False, True)),
        ]
    return genes


def _block(n_in: int, layer: Layer) -> nn.Module:
    shape = {"kernel": layer.kernel, "stride": layer.stride}
    if layer.block == "plain":
        return convolution(n_in, layer.width, **shape, activation=layer.activation)
    if layer.block == "separable":
        return depthwise_separable(n_in, layer.width, **shape, activation=layer.activation)
    if layer.block == "residual":
        return Residual(n_in, layer.width, **shape, activation=layer.activation)
    return InvertedResidual(
        n_in,
        layer.width,
        **shape,
        expansion=layer.expansion,
        activation=layer.activation,
    )
