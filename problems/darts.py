"""The space of DARTS: a normal and a reduction cell, stacked to a network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from torch import nn

from evonas.cell import Cell, Edge
from evonas.networks.auxiliary import AuxiliaryHead
from evonas.networks.blocks import Classifier, convolution
from evonas.networks.cell_graph import Source, cell_nodes
from evonas.networks.chain import Part
from evonas.networks.genotypes import (
    DARTS_V1,
    DARTS_V2,
    N_INPUTS,
    Genotype,
    Pair,
    read_genotype,
)
from evonas.networks.graph import IMAGES, Graph, Node
from evonas.networks.primitives import DARTS_PRIMITIVES, NONE
from evonas.problem import Settings
from evonas.space import Gene, Genome, SearchSpace
from evonas.training.graph_problem import GraphProblem

CELLS = ("normal", "reduce")
N_NODES = len(DARTS_V2.normal) // 2
STEM_FACTOR = 3  # channels of the stem, to those of the first cells
LARGEST_SIZE = 64  # the stem halves images three times that are larger, as it does for ImageNet
INPUTS = ("cell k-2", "cell k-1")
OUTPUT = "cell k"


def _genes_of(genotype: Genotype) -> dict[str, Any]:
    return {
        f"{cell}{place // 2 + 1}_{gene}_{'ab'[place % 2]}": value
        for cell, pairs in zip(CELLS, genotype, strict=True)
        for place, (word, taken) in enumerate(pairs)
        for gene, value in (("in", taken), ("op", word))
    }


class Darts(GraphProblem):
    """DARTS's cells, a normal and a reduction one, trained on any images (--data).

    Liu, Simonyan & Yang 2019, "DARTS: Differentiable Architecture Search". Each of the four
    nodes of a cell (``--option nodes=2`` for fewer) is the sum of two operations, and genes say
    which of seven, and what it takes: one of the two cells before, or an earlier node. A cell
    joins its nodes. ``--option none=true`` adds the eighth operation, which gives zeros.

    Networks have 8 cells (``--option layers=20``) of 16 channels (``--option channels=36``), of
    which those after a third and after two thirds are reduction cells. These are as large as
    in the paper's search; what it trains in the end are 20 cells of 36 channels.
    """

    options: ClassVar[Mapping[str, Any]] = {
        "nodes": N_NODES, "layers": 8, "channels": 16, "none": False,
    }  # fmt: skip

    known: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "darts_v1": _genes_of(DARTS_V1),
        "darts_v2": _genes_of(DARTS_V2),
    }

    def __init__(self, settings: Settings | None = None) -> None:
        super().__init__(settings)
        for name, least in (("nodes", 1), ("layers", 3), ("channels", 2)):
            if self.option[name] < least:
                given = self.option[name]
                raise ValueError(f"option {name!r} is {given}; expected at least {least}")
        if self.option["nodes"] != N_NODES:
            self.known = {}  # type: ignore[misc]  # its cells have four nodes
        self.words = DARTS_PRIMITIVES if self.option["none"] else _WITHOUT_NONE
        genes = [gene for cell in CELLS for gene in self._genes(cell)]
        self.space = SearchSpace(genes, fold=_fold)

    def graph(self, architecture: Mapping[str, Any]) -> Graph:
        """A stem, the cells in a row, each fed by the two before it, and the head."""
        genotype = self.genotype(architecture)
        layers, width, n_nodes = (self.option[name] for name in ("layers", "channels", "nodes"))
        halving = {layers // 3, 2 * layers // 3}
        nodes, before, last = self._stem(width)
        for layer in range(layers):
            halves = layer in halving
            width *= 2 if halves else 1
            name = f"cell{layer + 1}"
            pairs = genotype.reduce if halves else genotype.normal
            stride = 2 if halves else 1
            nodes |= cell_nodes(pairs, (before, last), name=name, width=width, stride=stride)
            made = Source(name, n_nodes * width)
            before, last = Source(last.node, last.width, halves=halves), made
            if layer == 2 * layers // 3:
                head = Part.of(AuxiliaryHead, made.width, self.n_classes)
                nodes["auxiliary"] = Node(head, (name,))
        head = Part.of(Classifier, last.width, self.n_classes)
        nodes["classifier"] = Node(head, (last.node,))
        return Graph(nodes, exits=("classifier",), auxiliary="auxiliary")

    def genotype(self, architecture: Mapping[str, Any]) -> Genotype:
        """The two cells, each node's operations in the order of what they take."""
        return Genotype(*(self._pairs(architecture, cell) for cell in CELLS))

    def parse(self, text: str) -> Mapping[str, Any]:
        """The architecture that the code of DARTS writes as ``Genotype(normal=...)``.

        Raises:
            ValueError: The text is no genotype, or one of other cells than this space has.
        """
        if "Genotype(" not in text:
            return super().parse(text)
        genotype = read_genotype(text)
        n_nodes = len(genotype.normal) // 2
        if n_nodes != self.option["nodes"]:
            raise ValueError(
                f"the genotype has cells of {n_nodes} nodes, and this space of "
                f"{self.option['nodes']}; give --option nodes={n_nodes}"
            )
        architecture = _genes_of(genotype)
        for word in architecture.values():
            if isinstance(word, str) and word not in self.words:
                way = "; give --option none=true" if word == NONE else ""
                raise ValueError(
                    f"the genotype has the operation {word!r}, which is none of "
                    f"{', '.join(self.words)}{way}"
                )
        return architecture

    def spell(self, architecture: Mapping[str, Any]) -> str:
        """The cells as the code of DARTS writes them."""
        return str(self.genotype(architecture))

    def cells(self, architecture: Mapping[str, Any]) -> dict[str, Cell]:
        """The normal and the reduction cell."""
        genotype = self.genotype(architecture)
        return {
            "normal cell": _drawn(genotype.normal),
            "reduction cell": _drawn(genotype.reduce),
        }

    def _genes(self, cell: str) -> list[Gene]:
        genes = []
        for node in range(1, self.option["nodes"] + 1):
            for letter in "ab":
                taken = tuple(range(N_INPUTS + node - 1))
                genes.append(Gene(f"{cell}{node}_in_{letter}", taken, ordered=False))
                genes.append(Gene(f"{cell}{node}_op_{letter}", self.words))
        return genes

    def _pairs(self, architecture: Mapping[str, Any], cell: str) -> tuple[Pair, ...]:
        place = {word: i for i, word in enumerate(self.words)}
        pairs = list[Pair]()
        for node in range(1, self.option["nodes"] + 1):
            own = f"{cell}{node}_"
            two = [
                (architecture[f"{own}in_{letter}"], place[architecture[f"{own}op_{letter}"]])
                for letter in "ab"
            ]
            pairs += [(self.words[word], taken) for taken, word in sorted(two)]
        return tuple(pairs)

    def _stem(self, width: int) -> tuple[dict[str, Node], Source, Source]:
        """The first nodes, and what feeds the first cell."""
        if self.image_size <= LARGEST_SIZE:
            wide = STEM_FACTOR * width
            stem = Part.of(convolution, self.n_channels, wide, activation=None)
            source = Source("stem", wide)
            return {"stem": Node(stem, (IMAGES,))}, source, source
        nodes = {
            "stem": Node(Part.of(_quartering_stem, self.n_channels, width), (IMAGES,)),
            "stem2": Node(Part.of(_halving_stem, width), ("stem",)),
        }
        return nodes, Source("stem", width, halves=True), Source("stem2", width)


_WITHOUT_NONE = tuple(word for word in DARTS_PRIMITIVES if word != NONE)


def _fold(genome: Genome) -> Genome:
    """The genome with both pairs of each node in order, for a node adds them."""
    folded = list[int]()
    for place in range(0, len(genome), 4):
        first, second = genome[place : place + 2], genome[place + 2 : place + 4]
        folded += (*first, *second) if first <= second else (*second, *first)
    return tuple(folded)


def _drawn(pairs: tuple[Pair, ...]) -> Cell:
    inner = [f"node {i + 1}" for i in range(len(pairs) // 2)]
    names = (*INPUTS, *inner)
    edges = [
        Edge(names[taken], inner[place // 2], word)
        for place, (word, taken) in enumerate(pairs)
        if word != NONE
    ]
    joined = [Edge(name, OUTPUT) for name in inner]
    return Cell((*names, OUTPUT), (*edges, *joined))


def _quartering_stem(n_channels: int, width: int) -> nn.Module:
    return nn.Sequential(
        convolution(n_channels, width // 2, stride=2),
        convolution(width // 2, width, stride=2, activation=None),
    )


def _halving_stem(width: int) -> nn.Module:
    return nn.Sequential(nn.ReLU(), convolution(width, width, stride=2, activation=None))
