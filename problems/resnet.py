"""A space of residual networks, in which ResNet-18, -34 and -50 are genomes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, NamedTuple

from torch import nn

from evonas.networks.blocks import Bottleneck, Classifier, Residual, convolution
from evonas.networks.chain import Part
from evonas.networks.stages import gathered, genes_of, halving
from evonas.problem import Settings
from evonas.space import Gene, Genome, SearchSpace
from evonas.training.chained_problem import ChainedProblem

STEM_SIZE = 32  # larger images are halved by the stem, once with a kernel of 7 pixels
POOLED_SIZE = 64  # and again by pooling, where they are still larger than this
DEPTHS = ((1, 2, 3), (0, 1, 2, 3, 4), (0, 1, 2, 3, 4, 5, 6), (0, 1, 2, 3))  # of each stage
WIDTHS = ((16, 32, 64), (32, 64, 128), (64, 128, 256), (128, 256, 512))
BLOCKS = ("basic", "bottleneck")
GENES = ("depth", "width", "block", "halve")


class Layer(NamedTuple):
    """One residual block; a bottleneck gives four times its width."""

    n_in: int
    width: int
    block: str
    stride: int

    @property
    def n_out(self) -> int:
        """Channels that the block gives."""
        return self.width * (Bottleneck.EXPANSION if self.block == "bottleneck" else 1)


def _architecture(stem: int, rows: Sequence[tuple[Any, ...]]) -> dict[str, Any]:
    """An architecture whose stages are rows in the order of the genes."""
    return {"stem": stem, **genes_of(GENES, rows)}


def _resnet(block: str, *depths: int) -> dict[str, Any]:
    """The architecture of He et al. with these depths: each stage doubles the width."""
    rows = [(depth, 64 * 2**i, block, i > 0) for i, depth in enumerate(depths)]
    return _architecture(64, rows)


class ResNet(ChainedProblem):
    """Residual networks of up to four stages, as ResNet, on any images (--data).

    He et al. 2016. Each stage chooses a depth, a width, basic or bottleneck blocks, and whether
    to halve its map; the stem chooses a width. ResNet-18, -34 and -50 are one genome each.
    """

    known: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "resnet18": _resnet("basic", 2, 2, 2, 2),
        "resnet34": _resnet("basic", 3, 4, 6, 3),
        "resnet50": _resnet("bottleneck", 3, 4, 6, 3),
    }

    def __init__(self, settings: Settings | None = None) -> None:
        super().__init__(settings)
        self.space = SearchSpace(_genes(), fold=self._fold)

    def parts(self, architecture: Mapping[str, Any]) -> list[Part]:
        """A stem, the blocks, global pooling and a linear classifier."""
        layers = self.layers(architecture)
        return [
            Part.of(_stem, self.n_channels, architecture["stem"], size=self.image_size),
            *map(_block, layers),
            Part.of(Classifier, layers[-1].n_out, self.n_classes),
        ]

    def layers(self, architecture: Mapping[str, Any]) -> list[Layer]:
        """The blocks that are built, after skipped stages and vain halvings are dropped."""
        size = self.image_size
        for _ in range(_n_stem_halvings(size)):
            size = math.ceil(size / 2)
        built = [i for i in range(1, len(WIDTHS) + 1) if architecture[f"depth{i}"]]
        halves = halving(size, [architecture[f"halve{i}"] for i in built])
        layers, n_in = list[Layer](), architecture["stem"]
        for i, is_halved in zip(built, halves, strict=True):
            depth, width, block, _ = (architecture[f"{name}{i}"] for name in GENES)
            for position in range(depth):
                stride = 2 if is_halved and not position else 1
                layers.append(Layer(n_in, width, block, stride))
                n_in = layers[-1].n_out
        return layers

    def _fold(self, genome: Genome) -> Genome:
        """Spell the blocks again, filling every stage before the next is begun."""
        given = self.space.decode(genome)
        stages = gathered(self.layers(given), n_stages=len(WIDTHS), fits=_fits)
        rows = [_spelled(*pair) for pair in enumerate(stages)]
        return self.space.encode(_architecture(given["stem"], rows))


def _genes() -> list[Gene]:
    genes = [Gene("stem", (16, 32, 64))]
    for i, (depths, widths) in enumerate(zip(DEPTHS, WIDTHS, strict=True), start=1):
        genes += [
            Gene(f"depth{i}", depths),
            Gene(f"width{i}", widths),
            Gene(f"block{i}", BLOCKS),
            Gene(f"halve{i}", (False, True)),
        ]
    return genes


def _fits(stage: int, held: Sequence[Layer], layer: Layer) -> bool:
    """Whether a stage can hold one more block."""
    if held:
        is_alike = layer[1:3] == held[0][1:3] and layer.stride == 1
        return is_alike and len(held) < DEPTHS[stage][-1]
    return layer.width in WIDTHS[stage]


def _spelled(stage: int, layers: Sequence[Layer]) -> tuple[Any, ...]:
    """The genes of a stage that holds these blocks; what makes no difference comes first."""
    if not layers:
        return 0, WIDTHS[stage][0], BLOCKS[0], False
    _, width, block, stride = layers[0]
    return len(layers), width, block, stride == 2


def _n_stem_halvings(size: int) -> int:
    """None for small images, one by the convolution, and one more by pooling for large ones."""
    return (size > STEM_SIZE) + (math.ceil(size / 2) > POOLED_SIZE)


def _stem(n_channels: int, width: int, *, size: int) -> nn.Module:
    halvings = _n_stem_halvings(size)
    if not halvings:
        return convolution(n_channels, width)
    first = convolution(n_channels, width, kernel=7, stride=2)
    pooling = [nn.MaxPool2d(3, stride=2, padding=1)] * (halvings - 1)
    return nn.Sequential(first, *pooling)


def _block(layer: Layer) -> Part:
    if layer.block == "bottleneck":
        return Part.of(Bottleneck, layer.n_in, layer.width, stride=layer.stride)
    shape = {"kernel": 3, "stride": layer.stride, "activation": "relu"}
    return Part.of(Residual, layer.n_in, layer.width, **shape)
