"""A space of MobileNetV3's kind, in which its Large and its Small network are genomes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, ClassVar, NamedTuple

from torch import nn

from evonas.networks.blocks import ACTIVATIONS, Classifier, convolution
from evonas.networks.chain import Part
from evonas.networks.mobile import Resize, divisible, mbconv
from evonas.networks.stages import gathered, genes_of, halving
from evonas.problem import Settings
from evonas.space import Gene, Genome, SearchSpace
from evonas.training.chained_problem import ChainedProblem

STEM_WIDTH = 16
STEM_SIZE = 32  # larger images are halved by the stem
HEAD_EXPANSION = 6  # channels before the pooling, for each channel of the last layer
DROPOUT = 0.2  # between the two linear layers


class Stage(NamedTuple):
    """What a stage chooses from; an expansion of 3 is three times the channels inside."""

    depths: tuple[int, ...]
    widths: tuple[int, ...]
    expansions: tuple[float, ...]


STAGES = (
    Stage((1, 2), (8, 16, 24), (1, 2, 3)),
    Stage((0, 1, 2, 3), (16, 24, 32), (3, 3.5, 4, 4.5)),
    Stage((0, 1, 2, 3, 4), (32, 40, 48), (3, 4, 6)),
    Stage((0, 1, 2, 3, 4), (48, 64, 80), (2.5, 3, 6)),
    Stage((0, 1, 2, 3, 4), (64, 80, 96), (2.25, 3, 6)),
    Stage((0, 1, 2, 3, 4), (96, 112, 128), (3, 4, 6)),
    Stage((0, 1, 2, 3, 4), (96, 128, 160), (3, 4, 6)),
)
KERNELS = (3, 5, 7)
ACTIVATED_BY = ("relu", "hard_swish")
GENES = (
    *("depth", "width", "kernel", "first_expansion", "expansion", "excites", "activation"),
    "halve",
)


class Layer(NamedTuple):
    """One inverted bottleneck."""

    n_in: int
    width: int
    n_inside: int
    kernel: int
    excites: bool
    activation: str
    stride: int


def _known(head: int, *rows: tuple[Any, ...]) -> dict[str, Any]:
    """An architecture from its head and its stages, each a row in the order of the genes."""
    return {"resolution": 1.0, **genes_of(GENES, rows), "head": head}


class MobileNetV3(ChainedProblem):
    """MobileNetV3-like networks of up to seven stages, for any images (--data).

    Howard et al. 2019, "Searching for MobileNetV3". Each stage chooses a depth, a width, a
    kernel, the expansion of its first layer and that of the others, squeeze and excitation, an
    activation, and whether to halve its map; a gene says at which part of their resolution the
    images are seen. MobileNetV3-Large and -Small are one genome each.
    """

    known: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "mobilenet_v3_large": _known(
            1280,
            (1, 16, 3, 1, 1, False, "relu", False),
            (2, 24, 3, 4, 3, False, "relu", True),
            (3, 40, 5, 3, 3, True, "relu", True),
            (2, 80, 3, 6, 2.5, False, "hard_swish", True),
            (2, 80, 3, 2.25, 2.25, False, "hard_swish", False),
            (2, 112, 3, 6, 6, True, "hard_swish", False),
            (3, 160, 5, 6, 6, True, "hard_swish", True),
        ),
        "mobilenet_v3_small": _known(
            1024,
            (1, 16, 3, 1, 1, True, "relu", True),
            (2, 24, 3, 4.5, 3.5, False, "relu", True),
            (3, 40, 5, 4, 6, True, "hard_swish", True),
            (2, 48, 5, 3, 3, True, "hard_swish", False),
            (0, 64, 3, 2.25, 2.25, False, "relu", False),
            (0, 96, 3, 3, 3, False, "relu", False),
            (3, 96, 5, 6, 6, True, "hard_swish", True),
        ),
    }

    def __init__(self, settings: Settings | None = None) -> None:
        super().__init__(settings)
        self.space = SearchSpace(_genes(), fold=self._fold)

    def parts(self, architecture: Mapping[str, Any]) -> list[Part]:
        """The images resized, a stem, the layers, and a head of two linear layers."""
        size = self._size(architecture)
        layers = self.layers(architecture)
        stride, act = 2 if size > STEM_SIZE else 1, "hard_swish"
        n_out = layers[-1].width
        n_head = HEAD_EXPANSION * n_out
        return [
            *([Part.of(Resize, size)] if size != self.image_size else []),
            Part.of(convolution, self.n_channels, STEM_WIDTH, stride=stride, activation=act),
            *map(_block, layers),
            Part.of(convolution, n_out, n_head, kernel=1, activation=act),
            Part.of(_head, n_head, architecture["head"], n_classes=self.n_classes),
        ]

    def layers(self, architecture: Mapping[str, Any]) -> list[Layer]:
        """The layers that are built, after skipped stages and vain halvings are dropped."""
        size = self._size(architecture)
        size = math.ceil(size / 2) if size > STEM_SIZE else size
        built = [s for s in range(1, len(STAGES) + 1) if architecture[f"depth{s}"]]
        halves = halving(size, [architecture[f"halve{stage}"] for stage in built])
        layers, n_in = list[Layer](), STEM_WIDTH
        for stage, is_halved in zip(built, halves, strict=True):
            depth, width, kernel, opening, expansion, excites, activation, _ = (
                architecture[f"{name}{stage}"] for name in GENES
            )
            settings = kernel, excites, activation
            for position in range(depth):
                n_inside = divisible(n_in * (expansion if position else opening))
                stride = 2 if is_halved and not position else 1
                layers.append(Layer(n_in, width, n_inside, *settings, stride))
                n_in = width
        return layers

    def _size(self, architecture: Mapping[str, Any]) -> int:
        """Side of the images as the network sees them."""
        return round(self.image_size * float(architecture["resolution"]))

    def _fold(self, genome: Genome) -> Genome:
        """Spell the layers again, filling every stage before the next is begun."""
        given = self.space.decode(genome)
        stages = gathered(self.layers(given), n_stages=len(STAGES), fits=_fits)
        rows = [_spelled(*pair) for pair in zip(STAGES, stages, strict=True)]
        folded = {**_known(given["head"], *rows), "resolution": given["resolution"]}
        return self.space.encode(folded)


def _genes() -> list[Gene]:
    genes = [Gene("resolution", (0.5, 0.75, 1.0))]
    for i, stage in enumerate(STAGES, start=1):
        genes += [
            Gene(f"depth{i}", stage.depths),
            Gene(f"width{i}", stage.widths),
            Gene(f"kernel{i}", KERNELS),
            Gene(f"first_expansion{i}", stage.expansions),
            Gene(f"expansion{i}", stage.expansions),
            Gene(f"excites{i}", (False, True)),
            Gene(f"activation{i}", ACTIVATED_BY),
            Gene(f"halve{i}", (False, True)),
        ]
    return [*genes, Gene("head", (256, 512, 1024, 1280))]


def _fits(stage: int, held: Sequence[Layer], layer: Layer) -> bool:
    """Whether a stage can hold one more layer."""
    rule = STAGES[stage]
    if len(held) == rule.depths[-1] or layer.width not in rule.widths:
        return False
    if held and (layer.stride != 1 or _alike(layer) != _alike(held[0])):
        return False
    if len(held) > 1:
        return layer == held[1]
    return _expansion(rule.expansions, layer) is not None


def _alike(layer: Layer) -> tuple[Any, ...]:
    """What all layers of a stage have in common."""
    return layer.width, layer.kernel, layer.excites, layer.activation


def _spelled(stage: Stage, layers: Sequence[Layer]) -> tuple[Any, ...]:
    """The genes of a stage that holds these layers; what makes no difference comes first."""
    rest = stage.expansions[0]
    if not layers:
        return 0, stage.widths[0], KERNELS[0], rest, rest, False, ACTIVATED_BY[0], False
    opening = _expansion(stage.expansions, layers[0])
    if len(layers) > 1:
        rest = _expansion(stage.expansions, layers[1])
    width, kernel, *switches = _alike(layers[0])
    halves = layers[0].stride == 2
    return len(layers), width, kernel, opening, rest, *switches, halves


def _expansion(expansions: tuple[float, ...], layer: Layer) -> Any:
    """The first expansion that gives as many channels inside, of several that may; or None."""
    return _by_channels(expansions, layer.n_in).get(layer.n_inside)


@cache
def _by_channels(expansions: tuple[float, ...], n_in: int) -> dict[int, float]:
    """The expansions by the channels inside that they give."""
    return {divisible(n_in * expansion): expansion for expansion in reversed(expansions)}


def _block(layer: Layer) -> Part:
    return mbconv(
        layer.n_in,
        layer.width,
        n_inside=layer.n_inside,
        kernel=layer.kernel,
        stride=layer.stride,
        activation=layer.activation,
        excites=layer.excites,
    )


def _head(n_in: int, n_wide: int, *, n_classes: int) -> nn.Module:
    return nn.Sequential(
        Classifier(n_in, n_wide),
        ACTIVATIONS["hard_swish"](),
        nn.Dropout(DROPOUT),
        nn.Linear(n_wide, n_classes),
    )
