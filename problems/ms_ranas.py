"""The space of MS-RANAS: networks of cells on several scales, which answer early."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from evonas.cell import Cell, Edge
from evonas.networks.genotypes import DARTS_V2, N_INPUTS
from evonas.networks.graph import Graph
from evonas.networks.multi_scale import CellForm, MultiScale
from evonas.networks.multi_scale_graph import Images, multi_scale_graph
from evonas.networks.primitives import DARTS_PRIMITIVES, NONE
from evonas.networks.stages import stem_halvings
from evonas.problem import Settings
from evonas.space import Gene, Genome, SearchSpace
from evonas.training.anytime import Anytime
from evonas.training.graph_problem import GraphProblem

SCALES, LAYERS = (1, 2, 3), (3, 4, 5, 6, 7, 8)
CHANNELS = (4, 8, 12, 16, 24, 32)
EXITS = ("all", "last")
EVOLVED = "any"  # the value of an option that leaves a gene to evolution
CELLS = ("normal", "reduction")


class _Known:
    """Architectures of the field by name, in those genes that a problem leaves to evolution."""

    def __get__(self, problem: MsRanas | None, _: type) -> Mapping[str, Mapping[str, Any]]:
        names = problem.space.names if problem else ()
        return {
            word: {name: genes[name] for name in names}
            for word, genes in _architectures().items()
        }


class MsRanas(GraphProblem):
    """Multi-scale networks of cells with early exits, as MS-RANAS has them (--data).

    Cioflan and Timofte 2020: a normal and a reduction cell of DARTS, repeated on up to three
    scales, and classifiers on the coarsest scale after every layer but the first, each of which
    a bit switches off. ``--option nodes=4`` makes cells of four nodes, and ``scales``,
    ``layers``, ``channels`` and ``exits`` (all, last) fix what evolution is not to choose.
    """

    task = Anytime(max(LAYERS) - 1)
    default_objectives = ("anytime", "flops", "params")
    options: ClassVar[Mapping[str, Any]] = {
        "nodes": 2,
        **dict.fromkeys(("scales", "layers", "channels", "exits"), EVOLVED),
    }

    known: ClassVar[Any] = _Known()

    def __init__(self, settings: Settings | None = None) -> None:
        super().__init__(settings)
        self.n_nodes: int = self.option["nodes"]
        if self.n_nodes not in (2, 4):
            raise ValueError(f"option 'nodes' is {self.n_nodes}; expected 2 or 4")
        offered = {"scales": SCALES, "layers": LAYERS, "channels": CHANNELS, "exits": EXITS}
        self.fixed = {
            name: _chosen(self.option[name], name, choices)
            for name, choices in offered.items()
            if self.option[name] != EVOLVED
        }
        self.space = SearchSpace(self._genes(), fold=self._fold)

    def graph(self, architecture: Mapping[str, Any]) -> Graph:
        """The graph of the network in words."""
        return multi_scale_graph(self.network(architecture), self._images)

    def network(self, architecture: Mapping[str, Any]) -> MultiScale:
        """The network in words, in the one spelling of all that build it."""
        told = {**architecture, **self.fixed}
        n_layers, exits = told["layers"], told.get("exits")
        bits = {
            layer for layer in range(2, n_layers) if told.get(f"exit{layer}", exits == "all")
        }
        return MultiScale(
            normal=self._form(told, "normal"),
            reduction=self._form(told, "reduction"),
            n_scales=told["scales"],
            n_layers=n_layers,
            channels=told["channels"],
            exits=(*sorted(bits), n_layers),
        ).folded(self._images.finest)

    def cells(self, architecture: Mapping[str, Any]) -> dict[str, Cell]:
        """The normal and the reduction cell, without what takes nothing."""
        network = self.network(architecture)
        return {"normal": _drawn(network.normal), "reduction": _drawn(network.reduction)}

    @property
    def _images(self) -> Images:
        size = self.image_size
        return Images(self.n_channels, size, self.n_classes, stem_halvings(size))

    def _genes(self) -> list[Gene]:
        genes = []
        for cell in CELLS:
            for node in range(1, self.n_nodes + 1):
                for letter in "ab":
                    sources = tuple(range(N_INPUTS + node - 1))
                    genes += [
                        Gene(f"{cell}{node}_in_{letter}", sources, ordered=False),
                        Gene(f"{cell}{node}_op_{letter}", DARTS_PRIMITIVES),
                    ]
        genes += [Gene("scales", SCALES), Gene("layers", LAYERS), Gene("channels", CHANNELS)]
        bits = [] if "exits" in self.fixed else range(2, self._most_layers + 1)
        genes += [Gene(f"exit{layer}", (False, True)) for layer in bits]
        return [gene for gene in genes if gene.name not in self.fixed]

    @property
    def _most_layers(self) -> int:
        return int(self.fixed.get("layers", max(LAYERS)))

    def _form(self, told: Mapping[str, Any], cell: str) -> CellForm:
        def pair(node: int, letter: str) -> tuple[int, str]:
            return told[f"{cell}{node}_in_{letter}"], told[f"{cell}{node}_op_{letter}"]

        return tuple((pair(node, "a"), pair(node, "b")) for node in range(1, self.n_nodes + 1))

    def _fold(self, genome: Genome) -> Genome:
        """Spell the network again; what is not built is as it is in the first genome."""
        network = self.network(self.space.decode(genome))
        told: dict[str, Any] = {
            "scales": network.n_scales,
            "layers": network.n_layers,
            "channels": network.channels,
            **{f"exit{n}": n in network.exits for n in range(2, self._most_layers + 1)},
        }
        told |= _spelled("normal", network.normal) | _spelled("reduction", network.reduction)
        return self.space.encode({name: told[name] for name in self.space.names})


def _spelled(cell: str, form: CellForm) -> dict[str, Any]:
    """The genes of a cell."""
    told: dict[str, Any] = {}
    for node, pairs in enumerate(form, start=1):
        for letter, (source, operation) in zip("ab", pairs, strict=True):
            told[f"{cell}{node}_in_{letter}"] = source
            told[f"{cell}{node}_op_{letter}"] = operation
    return told


def _drawn(form: CellForm) -> Cell:
    """A cell as a graph, from the two layers before it to its nodes joined."""
    nodes = ("layer before last", "last layer", *(f"node {i + 1}" for i in range(len(form))))
    edges = [
        Edge(nodes[source], nodes[place], operation)
        for place, pairs in enumerate(form, start=N_INPUTS)
        for source, operation in pairs
        if operation != NONE
    ]
    joined = [Edge(node, "output") for node in nodes[N_INPUTS:]]
    return Cell((*nodes, "output"), (*edges, *joined))


def _architectures() -> dict[str, dict[str, Any]]:
    """The paper's two networks with the cells of DARTS, for its own are drawn but not written.

    That of its last comparison has seven layers, three scales and every exit; that of its
    ablation five layers, one scale, one exit and 16 channels.
    """
    cells = dict[str, Any]()
    for cell, pairs in zip(CELLS, DARTS_V2, strict=True):
        taken = [(source, operation) for operation, source in pairs]
        cells |= _spelled(cell, tuple(zip(taken[::2], taken[1::2], strict=True)))
    bits = {f"exit{layer}": True for layer in range(2, max(LAYERS) + 1)}
    last = {f"exit{layer}": layer == 5 for layer in range(2, max(LAYERS) + 1)}
    return {
        "seven-layers": {**cells, **bits, "scales": 3, "layers": 7, "channels": 16},
        "baseline": {**cells, **last, "scales": 1, "layers": 5, "channels": 16},
    }


def _chosen(text: str, name: str, choices: tuple[Any, ...]) -> Any:
    """The choice that the text of an option names.

    Raises:
        ValueError: It names none.
    """
    named = {str(choice): choice for choice in choices}
    if text not in named:
        raise ValueError(f"option {name!r} is {text!r}; expected {EVOLVED}, {', '.join(named)}")
    return named[text]
