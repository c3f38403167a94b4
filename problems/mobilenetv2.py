"""A space of inverted residuals, in which MobileNetV2 is a genome."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, NamedTuple

from torch import nn

from evonas.networks.blocks import Classifier, convolution
from evonas.networks.chain import Part
from evonas.networks.mobile import mbconv
from evonas.networks.stages import gathered, genes_of, halving
from evonas.problem import Settings
from evonas.space import Gene, Genome, SearchSpace
from evonas.training.chained_problem import ChainedProblem

STEM_SIZE = 32  # larger images are halved by the stem
DROPOUT = 0.2  # before the classifier
ACTIVATION = "relu6"
DEPTHS = ((1, 2), *[(0, 1, 2, 3, 4)] * 5, (0, 1, 2))  # of each stage
WIDTHS = (
    *((8, 16, 24), (16, 24, 32), (24, 32, 48), (48, 64, 80), (64, 96, 128), (96, 160, 192)),
    (160, 240, 320),
)
EXPANSIONS = ((1, 3, 6), *[(3, 4, 6)] * 6)
KERNELS = (3, 5, 7)
GENES = ("depth", "width", "kernel", "expansion", "halve")


class Layer(NamedTuple):
    """One inverted residual."""

    n_in: int
    width: int
    kernel: int
    expansion: int
    stride: int


def _architecture(stem: int, head: int, rows: Sequence[tuple[Any, ...]]) -> dict[str, Any]:
    """An architecture whose stages are rows in the order of the genes."""
    return {"stem": stem, **genes_of(GENES, rows), "head": head}


class MobileNetV2(ChainedProblem):
    """Inverted residuals in up to seven stages, as MobileNetV2; any images (--data).

    Sandler et al. 2018. Each stage chooses a depth, a width, a kernel, an expansion, and
    whether to halve its map; the stem and the head choose a width. MobileNetV2 is one genome.
    """

    known: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "mobilenet_v2": _architecture(
            32,
            1280,
            (
                (1, 16, 3, 1, False),
                (2, 24, 3, 6, True),
                (3, 32, 3, 6, True),
                (4, 64, 3, 6, True),
                (3, 96, 3, 6, False),
                (3, 160, 3, 6, True),
                (1, 320, 3, 6, False),
            ),
        )
    }

    def __init__(self, settings: Settings | None = None) -> None:
        super().__init__(settings)
        self.space = SearchSpace(_genes(), fold=self._fold)

    def parts(self, architecture: Mapping[str, Any]) -> list[Part]:
        """A stem, the layers, and a head that widens before it pools and classifies."""
        stem, head = architecture["stem"], architecture["head"]
        layers = self.layers(architecture)
        stride = 2 if self.image_size > STEM_SIZE else 1
        shape: dict[str, Any] = {"activation": ACTIVATION}
        return [
            Part.of(convolution, self.n_channels, stem, stride=stride, **shape),
            *map(_block, layers),
            Part.of(convolution, layers[-1].width, head, kernel=1, **shape),
            Part.of(_classifier, head, self.n_classes),
        ]

    def layers(self, architecture: Mapping[str, Any]) -> list[Layer]:
        """The layers that are built, after skipped stages and vain halvings are dropped."""
        size = self.image_size
        size = math.ceil(size / 2) if size > STEM_SIZE else size
        built = [i for i in range(1, len(WIDTHS) + 1) if architecture[f"depth{i}"]]
        halves = halving(size, [architecture[f"halve{i}"] for i in built])
        layers, n_in = list[Layer](), architecture["stem"]
        for i, is_halved in zip(built, halves, strict=True):
            depth, width, kernel, expansion, _ = (architecture[f"{name}{i}"] for name in GENES)
            for position in range(depth):
                stride = 2 if is_halved and not position else 1
                layers.append(Layer(n_in, width, kernel, expansion, stride))
                n_in = width
        return layers

    def _fold(self, genome: Genome) -> Genome:
        """Spell the layers again, filling every stage before the next is begun."""
        given = self.space.decode(genome)
        stages = gathered(self.layers(given), n_stages=len(WIDTHS), fits=_fits)
        rows = [_spelled(*pair) for pair in enumerate(stages)]
        return self.space.encode(_architecture(given["stem"], given["head"], rows))


def _genes() -> list[Gene]:
    genes = [Gene("stem", (16, 24, 32))]
    for i, choices in enumerate(zip(DEPTHS, WIDTHS, EXPANSIONS, strict=True), start=1):
        depths, widths, expansions = choices
        genes += [
            Gene(f"depth{i}", depths),
            Gene(f"width{i}", widths),
            Gene(f"kernel{i}", KERNELS),
            Gene(f"expansion{i}", expansions),
            Gene(f"halve{i}", (False, True)),
        ]
    return [*genes, Gene("head", (320, 640, 1280))]


def _fits(stage: int, held: Sequence[Layer], layer: Layer) -> bool:
    """Whether a stage can hold one more layer."""
    if held:
        is_alike = layer[1:4] == held[0][1:4] and layer.stride == 1
        return is_alike and len(held) < DEPTHS[stage][-1]
    return layer.width in WIDTHS[stage] and layer.expansion in EXPANSIONS[stage]


def _spelled(stage: int, layers: Sequence[Layer]) -> tuple[Any, ...]:
    """The genes of a stage that holds these layers; what makes no difference comes first."""
    if not layers:
        return 0, WIDTHS[stage][0], KERNELS[0], EXPANSIONS[stage][0], False
    _, width, kernel, expansion, stride = layers[0]
    return len(layers), width, kernel, expansion, stride == 2


def _block(layer: Layer) -> Part:
    return mbconv(
        layer.n_in,
        layer.width,
        n_inside=layer.n_in * layer.expansion,
        kernel=layer.kernel,
        stride=layer.stride,
        activation=ACTIVATION,
    )


def _classifier(n_in: int, n_classes: int) -> nn.Module:
    return nn.Sequential(nn.Dropout(DROPOUT), Classifier(n_in, n_classes))
