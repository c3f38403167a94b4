"""A space of 1-D convolutional networks for sequences: stages of layers along the time axis."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, NamedTuple

from torch import nn

from evonas.data.kinds import SEQUENCES
from evonas.networks.chain import Part
from evonas.networks.temporal_blocks import (
    POOLINGS,
    TemporalClassifier,
    TemporalResidual,
    temporal_convolution,
    temporal_separable,
)
from evonas.problem import Settings
from evonas.space import Gene, Genome, SearchSpace
from evonas.training.chained_problem import ChainedProblem
from evonas.training.recipe import Recipe

N_STAGES = 4
MAX_DEPTH = 2
SMALLEST_LENGTH = 4  # no pooling leaves fewer steps
_STAGE_GENES = ("depth", "width", "kernel", "dilation", "block", "pool")


class Layer(NamedTuple):
    """One layer of a network, with the pooling before it if there is one."""

    width: int
    kernel: int
    dilation: int
    block: str
    pool: str


def _genes() -> list[Gene]:
    genes = []
    for stage in range(1, N_STAGES + 1):
        depths = range(1 if stage == 1 else 0, MAX_DEPTH + 1)
        genes += [
            Gene(f"depth{stage}", tuple(depths)),
            Gene(f"width{stage}", (8, 16, 32, 64, 128, 256)),
            Gene(f"kernel{stage}", (3, 5, 8)),
            Gene(f"dilation{stage}", (1, 2, 4, 8)),
            Gene(f"block{stage}", ("plain", "separable", "residual")),
            Gene(f"pool{stage}", ("none", "max", "average")),
        ]
    return genes


def _stages(*layers: tuple[int, int]) -> dict[str, Any]:
    """An architecture of plain layers without dilation or pooling, one a stage."""
    first = {gene.name: gene.choices[0] for gene in _genes()}
    for stage, (width, kernel) in enumerate(layers, start=1):
        first |= {f"depth{stage}": 1, f"width{stage}": width, f"kernel{stage}": kernel}
    return first


class TemporalConv(ChainedProblem):
    """1-D CNNs of 1 to 8 layers for sequences (--data FILE.npz).

    Four stages; each has a depth of 0 to 2 equal layers, a width, a kernel, a dilation, a block
    (plain convolution, depthwise-separable, or a residual pair as in temporal convolutional
    networks, Bai et al. 2018), and may halve the sequence before its first layer, by the
    maximum or the average of two steps. A halving that would leave fewer than 4 steps does
    nothing, so that every genome fits every length. The fully convolutional network of Wang
    et al. 2017 is one genome.
    """

    data = "digit-sequences"
    takes = SEQUENCES
    recipe = Recipe(epochs=6, augment=("crop",))
    known: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "fcn": _stages((128, 8), (256, 5), (128, 3)),  # Wang et al. 2017
    }

    def __init__(self, settings: Settings | None = None) -> None:
        super().__init__(settings)
        self.space = SearchSpace(_genes(), fold=self._fold)

    def parts(self, architecture: Mapping[str, Any]) -> list[Part]:
        """The stages' layers, the mean over all steps and a linear classifier."""
        layers = self.layers(architecture)
        widths = [self.n_channels, *(layer.width for layer in layers)]
        return [
            *(Part.of(_block, *pair) for pair in zip(widths, layers, strict=False)),
            Part.of(TemporalClassifier, widths[-1], self.n_classes),
        ]

    def layers(self, architecture: Mapping[str, Any]) -> list[Layer]:
        """The layers that are built, after skipped stages and vain halvings are dropped."""
        length, layers = self.length, list[Layer]()
        for stage in range(1, N_STAGES + 1):
            gene = {name: architecture[f"{name}{stage}"] for name in _STAGE_GENES}
            for position in range(gene["depth"]):
                halves = position == 0 and length >= 2 * SMALLEST_LENGTH
                pool = gene["pool"] if halves else "none"
                length = length if pool == "none" else length // 2
                layer = (gene["width"], gene["kernel"], gene["dilation"], gene["block"])
                layers.append(Layer(*layer, pool=pool))
        return layers

    def _fold(self, genome: Genome) -> Genome:
        """Spell the layers again, filling every stage before the next is begun."""
        stages: list[tuple[Layer, int]] = []
        for layer in self.layers(self.space.decode(genome)):
            first, depth = stages[-1] if stages else (None, MAX_DEPTH)
            if first and depth < MAX_DEPTH and layer == first._replace(pool="none"):
                stages[-1] = first, depth + 1
            else:
                stages.append((layer, 1))
        architecture = self.space.decode((0,) * len(genome))  # the first choices everywhere
        for stage, (layer, depth) in enumerate(stages, start=1):
            spelled = {**layer._asdict(), "depth": depth}
            architecture.update({f"{name}{stage}": spelled[name] for name in _STAGE_GENES})
        return self.space.encode(architecture)


def _block(n_in: int, layer: Layer) -> nn.Module:
    make = {
        "plain": temporal_convolution,
        "separable": temporal_separable,
        "residual": TemporalResidual,
    }[layer.block]
    block = make(n_in, layer.width, kernel=layer.kernel, dilation=layer.dilation)
    if layer.pool == "none":
        return block
    return nn.Sequential(POOLINGS[layer.pool](2), block)
