"""A hierarchical space: a cell that is a graph of motifs, which are graphs of primitives."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from torch import Tensor, cat, nn

from evonas.networks.blocks import Classifier, convolution, depthwise_separable, stem
from evonas.networks.chain import Part
from evonas.networks.graph import IMAGES, Graph, Node
from evonas.networks.motifs import pairs, simplest
from evonas.networks.stages import halved, halving, stem_halvings
from evonas.space import Gene, Genome, SearchSpace
from evonas.training.graph_problem import GraphProblem

N_MOTIFS = 6
MOTIF = pairs(4)  # the places for edges in a motif, from its input to its output
CELL = pairs(5)  # and in the cell
N_GROUPS = 3  # of cells; the map is halved, and the channels doubled, between two of them
NONE, IDENTITY = "none", "identity"
PRIMITIVES = (
    NONE,
    *("conv 1x1", "depthwise 3x3", "separable 3x3", "max pool 3x3", "average pool 3x3"),
    IDENTITY,
)

HANDING_ON = tuple(  # the motif of a single edge, on which the identity stands
    PRIMITIVES.index(IDENTITY) if pair == (0, MOTIF[-1][1]) else 0 for pair in MOTIF
)

Motif = tuple[int, ...]  # which primitive stands on each edge; 0 for none


def fold(genome: Genome) -> Genome:
    """Spell the cell and its motifs in the simplest way, each motif once, in a fixed order.

    Motifs that are used nowhere, or that compute what another does, go; so do edges through
    which nothing gets. A cell through which nothing gets hands on what it is given.
    """
    *edges, channels, n_cells = genome
    *motifs, cell = _parted(edges)
    on_edge = [_simplest_motif(motifs[i - 1]) if i else None for i in cell]
    spelled = simplest(on_edge, identity=HANDING_ON)
    used = sorted({motif for motif in spelled if motif is not None})
    if used == [HANDING_ON] and sum(motif is not None for motif in spelled) == 1:
        used, spelled = [], (None,) * len(CELL)
    number = {None: 0, **{motif: i for i, motif in enumerate(used, start=1)}}
    kept = [*used, *[(0,) * len(MOTIF)] * (N_MOTIFS - len(used))]
    n_cells = n_cells if used else 0
    return (*sum(kept, ()), *(number[motif] for motif in spelled), channels, n_cells)


class Hierarchical(GraphProblem):
    """Cells that are graphs of motifs, which are graphs of primitives (--data).

    Liu et al. 2018, "Hierarchical Representations for Efficient Architecture Search": six
    motifs of four nodes, whose edges carry one of six primitives or none, and a cell of five
    nodes, whose edges carry one of the motifs or none. Genes also choose the channels, and how
    many cells stand in each of three groups.
    """

    space = SearchSpace(
        [
            *(
                Gene(f"motif{m}_{i}{j}", PRIMITIVES)
                for m in range(1, N_MOTIFS + 1)
                for i, j in MOTIF
            ),
            *(Gene(f"cell_{i}{j}", tuple(range(N_MOTIFS + 1)), ordered=False) for i, j in CELL),
            Gene("channels", (8, 16, 32, 64)),
            Gene("cells", (1, 2, 3)),
        ],
        fold=fold,
    )

    def graph(self, architecture: Mapping[str, Any]) -> Graph:
        """The graph of the canonical genome, so that equal networks have equal names inside."""
        return self.as_spelled(self.space.canonical(self.space.encode(architecture)))

    def as_spelled(self, genome: Genome) -> Graph:
        """The graph of a genome as it is: a stem, groups of cells, and a classifier."""
        *edges, _, _ = genome
        *motifs, cell = _parted(edges)
        architecture = self.space.decode(genome)
        width, n_halvings = architecture["channels"], stem_halvings(self.image_size)
        nodes = _Nodes()
        last = nodes.add("stem", Part.of(stem, self.n_channels, width, n_halvings), IMAGES)
        halves = halving(halved(self.image_size, n_halvings), [True] * (N_GROUPS - 1))
        for group in range(1, N_GROUPS + 1):
            for i in range(1, architecture["cells"] + 1):
                name = f"group{group}_cell{i}"
                last = nodes.add_cell(name, cell, motifs, source=last, width=width)
            if group < N_GROUPS:
                part = Part.of(_reduction, width, 2 if next(halves) else 1)
                last, width = nodes.add(f"reduction{group}", part, last), 2 * width
        exit_ = nodes.add("classifier", Part.of(Classifier, width, self.n_classes), last)
        return Graph(nodes, (exit_,))


class _Nodes(dict[str, Node]):
    """The nodes of a network that is being put together; what is added gives its name."""

    def add(self, name: str, part: Part, *sources: str) -> str:
        """Add one node."""
        self[name] = Node(part, sources)
        return name

    def add_cell(
        self,
        name: str,
        cell: Sequence[int],
        motifs: Sequence[Motif],
        *,
        source: str,
        width: int,
    ) -> str:
        """Add the nodes of a cell, which hands on what it is given if nothing gets through."""

        def on_edge(edge: str, number: int, given: str) -> str | None:
            return self.add_motif(edge, motifs[number - 1], source=given, width=width)

        return self._add_graph(name, CELL, cell, on_edge, source=source, width=width) or source

    def add_motif(self, name: str, motif: Motif, *, source: str, width: int) -> str | None:
        """Add the nodes of a motif; it has no name if nothing gets through."""

        def on_edge(edge: str, number: int, given: str) -> str | None:
            if PRIMITIVES[number] == IDENTITY:
                return given
            return self.add(edge, Part.of(_primitive, PRIMITIVES[number], width), given)

        return self._add_graph(name, MOTIF, motif, on_edge, source=source, width=width)

    def _add_graph(
        self,
        name: str,
        places: Sequence[tuple[int, int]],
        numbers: Sequence[int],
        on_edge: Callable[[str, int, str], str | None],
        *,
        source: str,
        width: int,
    ) -> str | None:
        """Add what stands on the edges, and where several meet a node that joins them."""
        value_of, output = {0: source}, places[-1][1]
        for node in range(1, output + 1):
            met = [
                on_edge(f"{name}_{i}{j}", number, value_of[i])
                for (i, j), number in zip(places, numbers, strict=True)
                if j == node and number and i in value_of
            ]
            found = [value for value in met if value is not None]
            if len(found) > 1:
                joined = Part.of(Join, len(found), width)
                value_of[node] = self.add(f"{name}_{node}", joined, *found)
            elif found:
                value_of[node] = found[0]
        return value_of.get(output)


class Join(nn.Module):
    """Several maps as one: put behind each other, and a 1x1 convolution back to their width."""

    def __init__(self, n_maps: int, width: int) -> None:
        super().__init__()
        self.project = convolution(n_maps * width, width, kernel=1)

    def forward(self, *maps: Tensor) -> Tensor:
        """Join maps ``(n, width, h, w)`` to one of that shape."""
        joined: Tensor = self.project(cat(maps, 1))
        return joined


def _parted(edges: Sequence[int]) -> list[Motif]:
    """What stands on the edges of the motifs, and last on those of the cell."""
    ends = range(0, len(MOTIF) * N_MOTIFS, len(MOTIF))
    motifs = [tuple(edges[end : end + len(MOTIF)]) for end in ends]
    return [*motifs, tuple(edges[len(MOTIF) * N_MOTIFS :])]


@cache
def _simplest_motif(motif: Motif) -> Motif | None:
    """The one spelling of all motifs that compute the same; none if nothing gets through."""
    labels = [number or None for number in motif]
    spelled = simplest(labels, identity=PRIMITIVES.index(IDENTITY))
    return tuple(number or 0 for number in spelled) if any(spelled) else None


def _primitive(name: str, width: int) -> nn.Module:
    if name == "conv 1x1":
        return convolution(width, width, kernel=1)
    if name == "depthwise 3x3":
        return convolution(width, width, groups=width)
    if name == "separable 3x3":
        return depthwise_separable(width, width, kernel=3, stride=1, activation="relu")
    if name == "max pool 3x3":
        return nn.MaxPool2d(3, stride=1, padding=1)
    return nn.AvgPool2d(3, stride=1, padding=1, count_include_pad=False)


def _reduction(width: int, stride: int) -> nn.Module:
    return depthwise_separable(width, 2 * width, kernel=3, stride=stride, activation="relu")
