"""Multi-scale dense networks, written by hand: what evolved anytime networks are judged by."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, NamedTuple

from torch import nn

from evonas.networks.blocks import Classifier, convolution, stem
from evonas.networks.chain import Part
from evonas.networks.graph import IMAGES, Graph, Node
from evonas.networks.joining import Joined
from evonas.networks.stages import halved, stem_halvings
from evonas.problem import Settings
from evonas.space import Gene, Genome, SearchSpace
from evonas.training.anytime import Anytime
from evonas.training.graph_problem import GraphProblem

EXITS = (1, 2, 3, 4, 5, 6, 8, 11)
FACTORS = (1, 2, 4)  # channels of a scale, and of its bottlenecks, in those of the finest
KEPT = 0.5  # of the channels, where the finest scale is dropped

Named = Iterator[tuple[str, Node]]


class Shape(NamedTuple):
    """What is fixed of a network before its layers are built.

    Attributes:
        n_layers: How many dense layers there are.
        n_scales: How many scales there are at first.
        growth: Channels that a layer adds to the finest scale.
    """

    n_layers: int
    n_scales: int
    growth: int

    def first_scale(self, layer: int) -> int:
        """The finest scale that a layer gives, from 0; layer 0 is the one that makes them.

        The network is cut into as many blocks as it has scales, and each block but the first
        drops the finest one.
        """
        interval = math.ceil(self.n_layers / self.n_scales)
        return max(0, layer - 1) // interval

    def is_cut(self, layer: int) -> bool:
        """Whether a layer is the first without a scale, so that its channels are halved."""
        return layer > 0 and self.first_scale(layer) > self.first_scale(layer - 1)

    def map_name(self, layer: int, scale: int) -> str:
        """Name of the node that holds all that was computed on a scale, up to a layer."""
        return f"layer{layer}_scale{scale + 1}{'_cut' if self.is_cut(layer) else ''}"


class MSDNet(GraphProblem):
    """MSDNets of Huang et al. 2018: dense layers on three scales, with early exits.

    "Multi-Scale Dense Networks for Resource Efficient Image Classification". Every scale keeps
    all that was computed on it, and a layer adds a few channels by a bottleneck and a 3 x 3
    convolution, half of them from the next finer scale. The first classifier stands after
    ``base`` layers, the others after ``step`` more each. The authors' network for CIFAR has 24
    layers and 11 classifiers.
    """

    task = Anytime(max(EXITS))
    default_objectives = ("anytime", "flops", "params")
    known: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "msdnet-cifar": {
            **{"base": 4, "step": 2, "exits": 11, "scales": 3},
            **{"growth": 6, "channels": 16, "head": 128},
        }
    }

    def __init__(self, settings: Settings | None = None) -> None:
        super().__init__(settings)
        self.space = SearchSpace(_genes(), fold=self._fold)

    def graph(self, architecture: Mapping[str, Any]) -> Graph:
        """The layer that makes the scales, the dense layers, and the classifiers."""
        told = self.space.decode(self._fold(self.space.encode(architecture)))
        base, step, n_exits = told["base"], told["step"], told["exits"]
        exits = [base + i * step for i in range(n_exits)]
        shape = Shape(exits[-1], told["scales"], told["growth"])
        nodes = dict(self._scales(shape, told["channels"]))
        width = told["channels"]
        for layer in range(1, shape.n_layers + 1):
            nodes.update(_layer(shape, layer, width=width))
            width += shape.growth
            if shape.is_cut(layer):
                nodes.update(_transition(shape, layer, width=width))
                width = math.floor(KEPT * width)
            if layer in exits:
                n_in = width * FACTORS[shape.n_scales - 1]
                head = Part.of(_head, n_in, told["head"], self.n_classes)
                source = shape.map_name(layer, shape.n_scales - 1)
                nodes[f"exit{layer}"] = Node(head, (source,))
        return Graph(nodes, tuple(f"exit{layer}" for layer in exits))

    def _scales(self, shape: Shape, width: int) -> Named:
        """Strided convolutions from scale to scale, after a stem that halves large images."""
        n_halvings = stem_halvings(self.image_size)
        first = Part.of(stem, self.n_channels, width * FACTORS[0], n_halvings)
        yield shape.map_name(0, 0), Node(first, (IMAGES,))
        for scale in range(1, shape.n_scales):
            n_in, n_out = width * FACTORS[scale - 1], width * FACTORS[scale]
            part = Part.of(convolution, n_in, n_out, stride=2)
            yield shape.map_name(0, scale), Node(part, (shape.map_name(0, scale - 1),))

    def _fold(self, genome: Genome) -> Genome:
        """Drop scales that would be one pixel wide, and the step where there is one exit."""
        told = self.space.decode(genome)
        side = halved(self.image_size, stem_halvings(self.image_size))
        told["scales"] = min(told["scales"], max(1, math.ceil(math.log2(side))))
        if told["exits"] == 1:
            told["step"] = 1
        return self.space.encode(told)


def _layer(shape: Shape, layer: int, *, width: int) -> Named:
    """What a layer adds to the maps of each scale that it keeps.

    Args:
        shape: What is fixed of the network.
        layer: The layer's number, from 1.
        width: Channels of the finest scale that the layer takes.
    """
    for scale in range(shape.first_scale(layer), shape.n_scales):
        own, kept = f"layer{layer}_scale{scale + 1}", shape.map_name(layer - 1, scale)
        sources = [(kept, scale, "same", 1)]
        if scale > shape.first_scale(layer - 1):
            sources.insert(0, (shape.map_name(layer - 1, scale - 1), scale - 1, "down", 2))
        n_out = shape.growth * FACTORS[scale] // len(sources)
        for source, of, word, stride in sources:
            n_in, factor = width * FACTORS[of], FACTORS[of]
            part = Part.of(_bottleneck, n_in, n_out, factor=factor, stride=stride)
            yield f"{own}_{word}", Node(part, (source,))
        added = tuple(f"{own}_{word}" for _, _, word, _ in sources)
        yield own, Node(Part.of(Joined), (kept, *added))


def _transition(shape: Shape, layer: int, *, width: int) -> Named:
    """Convolutions of 1 x 1 that halve the channels, where the finest scale is dropped."""
    for scale in range(shape.first_scale(layer), shape.n_scales):
        n_in, n_out = width * FACTORS[scale], math.floor(KEPT * width) * FACTORS[scale]
        part = Part.of(convolution, n_in, n_out, kernel=1)
        yield shape.map_name(layer, scale), Node(part, (f"layer{layer}_scale{scale + 1}",))


def _genes() -> list[Gene]:
    return [
        Gene("base", (1, 2, 3, 4)),
        Gene("step", (1, 2, 3)),
        Gene("exits", EXITS),
        Gene("scales", (1, 2, 3)),
        Gene("growth", (2, 4, 6, 8, 12)),
        Gene("channels", (4, 8, 12, 16, 24)),
        Gene("head", (16, 32, 64, 128)),
    ]


def _bottleneck(n_in: int, n_out: int, *, factor: int, stride: int) -> nn.Module:
    n_inner = min(n_in, factor * n_out)
    return nn.Sequential(
        convolution(n_in, n_inner, kernel=1), convolution(n_inner, n_out, stride=stride)
    )


def _head(n_in: int, width: int, n_classes: int) -> nn.Module:
    """Two strided convolutions, global average pooling and a linear layer."""
    return nn.Sequential(
        convolution(n_in, width, stride=2),
        convolution(width, width, stride=2),
        Classifier(width, n_classes),
    )
