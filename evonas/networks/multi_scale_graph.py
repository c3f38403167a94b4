"""Multi-scale networks as graphs of parts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from torch import Tensor, nn

from evonas.networks.blocks import ActivatedClassifier, stem
from evonas.networks.chain import Part
from evonas.networks.genotypes import N_INPUTS
from evonas.networks.graph import IMAGES, Graph, Node
from evonas.networks.joining import Joined, Sum
from evonas.networks.multi_scale import (
    MultiScale,
    source_of,
    uses,
)
from evonas.networks.primitives import NONE, FactorisedReduce, pointwise, primitive
from evonas.networks.stages import halved

Named = Iterator[tuple[str, Node]]
At = tuple[int, int]  # a layer, from 1, and a scale, from 0


class Zeros(nn.Module):
    """A feature map of zeros for every image.

    Args:
        channels: Channels of the map.
        side: Width and height of the map.
    """

    def __init__(self, channels: int, side: int) -> None:
        super().__init__()
        self.channels, self.side = channels, side

    def forward(self, images: Tensor) -> Tensor:
        """Zeros, ``(n, channels, side, side)``."""
        return images.new_zeros(images.shape[0], self.channels, self.side, self.side)

    def extra_repr(self) -> str:
        """How large the map is."""
        return f"{self.channels}, side={self.side}"


@dataclass(frozen=True)
class Images:
    """What the network of a graph takes, and what it is to tell.

    Attributes:
        channels: Channels of the images.
        side: Width and height of the images.
        n_classes: How many classes there are.
        n_halvings: How often the stem halves large images before the finest scale.
    """

    channels: int
    side: int
    n_classes: int
    n_halvings: int = 0

    @property
    def finest(self) -> int:
        """Width and height of the finest feature maps, after the first layer."""
        return halved(self.side, self.n_halvings)


def multi_scale_graph(network: MultiScale, images: Images) -> Graph:
    """A multi-scale network as a graph whose exits are named after their layers.

    From a feature map at a scale, two convolutions lead to the cells at that scale and the
    next coarser one: horizontal ones (1 x 1), which keep the size, and diagonal ones (3 x 3,
    stride 2). What a scale's cells take is both joined, half of the channels from each; the
    finest scale has no finer one, and takes all from the horizontal one. A cell makes its two
    inputs of that by further 1 x 1 convolutions of its own, as in DARTS.

    Args:
        network: The network, spelled by ``folded``.
        images: What it takes and tells.
    """
    alive = network.alive(images.finest)
    nodes = dict(_first_layer(network, images))
    for layer, scale in sorted(alive):
        if layer > 1:
            nodes.update(_cell(network, (layer, scale), images=images))
        if scale == 0 or (layer, scale - 1) in alive:  # else only an exit reads the map
            nodes.update(_towards(network, (layer, scale)))
    sides = network.sides(images.finest)
    for layer in network.exits:
        coarsest = layer, len(sides[layer - 1]) - 1
        head = Part.of(ActivatedClassifier, _n_channels(network, coarsest), images.n_classes)
        nodes[f"exit{layer}"] = Node(head, (map_name(coarsest),))
    return Graph(nodes, tuple(f"exit{layer}" for layer in network.exits))


def map_name(at: At) -> str:
    """Name of the node that gives the feature map after a layer, at a scale."""
    layer, scale = at
    return f"layer{layer}_scale{scale + 1}"


def _n_channels(network: MultiScale, at: At) -> int:
    """Channels of the feature map after a layer, at a scale."""
    layer, _ = at
    return network.width(*at) * (len(network.form(layer)) if layer > 1 else 1)


def _first_layer(network: MultiScale, images: Images) -> Named:
    """The stem at the finest scale, then vertical convolutions from scale to scale."""
    width, n = network.channels, images.n_halvings
    first = Part.of(stem, images.channels, width, n, last_activation=None)
    yield map_name((1, 0)), Node(first, (IMAGES,))
    for scale in range(1, len(network.sides(images.finest)[0])):
        part = Part.of(_halving, network.width(1, scale - 1), network.width(1, scale))
        yield map_name((1, scale)), Node(part, (map_name((1, scale - 1)),))


def _towards(network: MultiScale, at: At) -> Named:
    """What the cells of later layers take of the maps after a layer, at one scale."""
    own, width, (layer, scale) = map_name(at), network.width(*at), at
    across = Part.of(pointwise, _n_channels(network, at), width // 2 if scale else width)
    yield f"{own}_horizontal", Node(across, (own,))
    if scale:
        finer = layer, scale - 1
        down = Part.of(_halving, _n_channels(network, finer), width // 2)
        yield f"{own}_diagonal", Node(down, (map_name(finer),))
        both = f"{own}_diagonal", f"{own}_horizontal"
        yield f"{own}_joined", Node(Part.of(Joined), both)


def _cell(network: MultiScale, at: At, *, images: Images) -> Named:
    """The cell of a layer at a scale: its inputs, its nodes, and what they give joined."""
    own, (layer, scale) = map_name(at), at
    form = network.form(layer)
    for i in range(N_INPUTS):
        if uses(form, i):
            yield f"{own}_input{i}", _input(network, at, i=i)
    side = network.sides(images.finest)[layer - 1][scale]
    zeros = Node(Part.of(Zeros, network.width(*at), side), (IMAGES,))
    for place in range(len(form)):
        yield from _node(network, at, place=place, zeros=zeros)
    names = tuple(f"{own}_node{place + 1}" for place in range(len(form)))
    yield own, Node(Part.of(Joined), names)


def _input(network: MultiScale, at: At, *, i: int) -> Node:
    """What a cell makes of what one of the two layers before it gives."""
    layer, scale = at
    source = source_of(layer, i), scale
    is_larger = source[0] < layer - 1 and network.is_reduction(layer - 1)
    make = FactorisedReduce if is_larger else pointwise
    taken = f"{map_name(source)}_{'joined' if scale else 'horizontal'}"
    return Node(Part.of(make, network.width(*source), network.width(*at)), (taken,))


def _node(network: MultiScale, at: At, *, place: int, zeros: Node) -> Named:
    """One node of a cell: the sum of what its two operations give."""
    own, width, (layer, _) = map_name(at), network.width(*at), at
    name = f"{own}_node{place + 1}"
    live = [pair for pair in network.form(layer)[place] if pair[1] != NONE]
    names = [f"{name}_{letter}" for letter in "ab"] if len(live) > 1 else [name]
    for (source, operation), called in zip(live, names, strict=False):
        stride = 2 if network.is_reduction(layer) and source < N_INPUTS else 1
        taken = f"{own}_input{source}" if source < N_INPUTS else f"{own}_node{source - 1}"
        yield called, Node(Part.of(primitive, operation, width, stride=stride), (taken,))
    if len(live) > 1:
        yield name, Node(Part.of(Sum), tuple(names))
    elif not live:
        yield name, zeros


def _halving(n_in: int, n_out: int) -> nn.Sequential:
    """ReLU, 3x3 convolution of stride 2, batch norm: to the next coarser scale."""
    return nn.Sequential(
        nn.ReLU(), nn.Conv2d(n_in, n_out, 3, 2, padding=1, bias=False), nn.BatchNorm2d(n_out)
    )
