"""Multi-scale networks of one pair of cells, in words: which cells there are, and how large.

Cioflan and Timofte 2020, "MS-RANAS: Multi-Scale Resource-Aware Neural Architecture Search". A
network keeps feature maps of up to three scales, each half as wide and high as the one above.
Its first layer makes the scales; every later one holds a cell at each of them, and may answer
by a classifier on the coarsest. All cells have one of two forms, normal and reduction, and
weights of their own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

from evonas.networks.genotypes import N_INPUTS
from evonas.networks.primitives import DARTS_PRIMITIVES, NONE, SKIP

KEEP_ZERO = (SKIP, "max_pool_3x3", "avg_pool_3x3")  # at stride 1, zeros from zeros
_PLACE = {name: i for i, name in enumerate(DARTS_PRIMITIVES)}
SMALLEST_SIDE = 2  # pixels; a scale that would be smaller is dropped

Pair = tuple[int, str]  # an input and the operation on it
CellForm = tuple[tuple[Pair, Pair], ...]  # by node, in their order


@dataclass(frozen=True)
class MultiScale:
    """A multi-scale network in words.

    Inputs of a cell are counted from 0: that from the layer before the last, that from the
    last layer, then the cell's own nodes. Scales are counted from 0, the finest; layers from
    1, which is the one that makes the scales.

    Attributes:
        normal: The form of the cells that keep the size of the feature maps.
        reduction: The form of the cells that halve it, and double the channels.
        n_scales: How many scales there are at most.
        n_layers: How many layers there are, the one that makes the scales included.
        channels: Channels of a node of the finest scale, before the first reduction.
        exits: Numbers of the layers after which the network answers, ascending.
    """

    normal: CellForm
    reduction: CellForm
    n_scales: int
    n_layers: int
    channels: int
    exits: tuple[int, ...]

    def is_reduction(self, layer: int) -> bool:
        """Whether a layer halves the feature maps: at a third and two thirds, as DARTS has it.

        Liu et al. 2019 count layers from 0, so that of seven layers, counted from 1, the third
        and the fifth do.
        """
        return layer > 1 and layer - 1 in (self.n_layers // 3, 2 * self.n_layers // 3)

    def form(self, layer: int) -> CellForm:
        """The form of the cells of a layer."""
        return self.reduction if self.is_reduction(layer) else self.normal

    def width(self, layer: int, scale: int) -> int:
        """Channels of one node: doubled from scale to scale, and by every reduction."""
        n_reductions = sum(self.is_reduction(each) for each in range(2, layer + 1))
        return int(self.channels * 2 ** (scale + n_reductions))

    def sides(self, side: int) -> tuple[tuple[int, ...], ...]:
        """How wide the feature maps are after each layer, scale by scale.

        Args:
            side: How wide those of the finest scale are after the first layer.
        """
        reductions = tuple(self.is_reduction(each) for each in range(2, self.n_layers + 1))
        return _sides(side, self.n_scales, reductions)

    def alive(self, side: int) -> frozenset[tuple[int, int]]:
        """The layers and scales at which there is a map on which an exit depends.

        Args:
            side: How wide the maps of the finest scale are after the first layer.
        """
        sides = self.sides(side)
        needed = {(layer, len(sides[layer - 1]) - 1) for layer in self.exits}
        used = {
            True: [i for i in range(N_INPUTS) if uses(self.reduction, i)],
            False: [i for i in range(N_INPUTS) if uses(self.normal, i)],
        }
        for layer in range(self.n_layers, 1, -1):
            is_reduction = self.is_reduction(layer)
            for scale in range(self.n_scales):
                if (layer, scale) in needed:
                    for i in used[is_reduction]:
                        source = source_of(layer, i)
                        needed |= {(source, scale), (source, max(0, scale - 1))}
        return frozenset(needed)

    def folded(self, side: int) -> MultiScale:
        """The one spelling of all that build this network.

        The last layer always answers, and layers that are not there never do. Cells are spelled
        as ``folded_form`` does. A scale is dropped that no exit sees, and a form that no cell
        on which an exit depends has is the empty one.

        Args:
            side: How wide the maps of the finest scale are after the first layer.
        """
        early = {layer for layer in self.exits if 1 < layer < self.n_layers}
        told = replace(
            self,
            normal=folded_form(self.normal),
            reduction=folded_form(self.reduction),
            exits=(*sorted(early), self.n_layers),
        )
        sides, alive = told.sides(side), told.alive(side)
        has_form = {told.is_reduction(layer) for layer, _ in alive if layer > 1}
        return replace(
            told,
            normal=told.normal if False in has_form else _empty(len(told.normal)),
            reduction=told.reduction if True in has_form else _empty(len(told.reduction)),
            n_scales=max(len(sides[layer - 1]) for layer in told.exits),
        )


def source_of(layer: int, i: int) -> int:
    """The layer from which a cell takes its i-th input; the first layer stands in for none."""
    return max(1, layer - N_INPUTS + i)


def uses(form: CellForm, i: int) -> bool:
    """Whether anything is done with the i-th input of a cell."""
    return any(source == i and name != NONE for pairs in form for source, name in pairs)


def zero_nodes(form: CellForm) -> frozenset[int]:
    """The nodes that give zeros, counted with the inputs: those that take nothing."""
    return frozenset(
        place
        for place, pairs in enumerate(form, start=N_INPUTS)
        if all(name == NONE for _, name in pairs)
    )


@lru_cache(maxsize=100_000)
def folded_form(form: CellForm) -> CellForm:
    """The one spelling of all forms that build the same cell.

    A node's two pairs are sorted, for it adds them. What takes nothing has no input, and what
    makes zeros of zeros takes nothing.

    Args:
        form: The nodes of a cell.
    """
    told: list[tuple[Pair, Pair]] = []
    for pairs in form:
        zeros = zero_nodes(tuple(told))
        first, second = sorted((_simplified(pair, zeros) for pair in pairs), key=_order)
        told.append((first, second))
    return tuple(told)


def _simplified(pair: Pair, zeros: frozenset[int]) -> Pair:
    source, name = pair
    is_nothing = name == NONE or (source in zeros and name in KEEP_ZERO)
    return (0, NONE) if is_nothing else pair


def _order(pair: Pair) -> tuple[int, int]:
    return pair[0], _PLACE[pair[1]]


def _empty(n_nodes: int) -> CellForm:
    return (((0, NONE), (0, NONE)),) * n_nodes


@lru_cache(maxsize=10_000)
def _sides(
    side: int, n_scales: int, reductions: tuple[bool, ...]
) -> tuple[tuple[int, ...], ...]:
    now = [side]
    while len(now) < n_scales and -(-now[-1] // 2) >= SMALLEST_SIDE:
        now.append(-(-now[-1] // 2))
    sides = [tuple(now)]
    for halves in reductions:
        if halves:
            finest, *others = (-(-each // 2) for each in now)
            now = [finest, *(each for each in others if each >= SMALLEST_SIDE)]
        sides.append(tuple(now))
    return tuple(sides)
