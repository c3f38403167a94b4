"""The table of EC-NAS: cells of NAS-Bench-101, trained with their energy measured."""

from __future__ import annotations

import csv
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from evonas.cell import Cell as Graph
from evonas.data.table_files import table_folder
from evonas.networks.cell_costs import OPERATIONS, CellCost, Matrix, vertices_cost
from evonas.networks.vertex_cells import Cell, alive, is_connected, vertex_graph
from evonas.objectives import FLOPS, FPO, PARAMS, Metric
from evonas.problem import Settings
from evonas.space import Gene, Genome, SearchSpace
from evonas.tabular import TabularProblem

FILE = Path("ec-nas", "ecnas_4v5v_measured.csv")
N_VERTICES = 5  # of the largest cells, input and output included
EDGES = tuple(itertools.combinations(range(N_VERTICES), 2))
INNER = tuple(range(1, N_VERTICES - 1))
EPOCHS = {1: "mid", 4: "end"}  # of the measurements, and what their columns begin with
N_IMAGES = 40_000  # of CIFAR-10 in a training (Ying et al. 2019)

TABLE_ACC = Metric("acc", "%", "CIFAR-10 validation accuracy", -1, best=100.0, worst=0.0)
TABLE_TEST_ACC = Metric(
    "test_acc", "%", "CIFAR-10 test accuracy", -1, best=100.0, worst=0.0, when="final"
)
ENERGY = Metric("energy", "kWh", "measured energy of its training", +1, worst=0.07)
TRAINING = Metric("training", "s", "measured time of its training", +1, worst=400.0)


@dataclass(frozen=True)
class Entry:
    """One cell of the table.

    Attributes:
        cell: The cell, its vertices numbered as in the table, which decides who is a channel
            wider.
        metrics: What was measured by then, by epochs and metric name, one value per training.
    """

    cell: Cell
    metrics: dict[int, dict[str, list[float]]]


class EcNas(TabularProblem):
    """EC-NAS's table: CIFAR-10 accuracy and measured energy of cells (--data-dir).

    Bakhtiarifard, Igel & Selvan 2024: the 2,532 cells of NAS-Bench-101 (Ying et al. 2019) of
    up to five vertices, trained for 4 epochs on one GPU, those of up to four vertices (91) four
    times. ``energy`` is of that training. What was measured after the first of the epochs is
    there too, and ``--fidelity epochs`` goes from that to the whole.

    A genome is the upper triangle of the adjacency matrix of five vertices, and the operations
    of the inner three. Cells fold to one genome where they are equal once dead vertices are
    gone and inner ones renumbered. Where no path leads from input to output, each inner vertex
    that lacks a predecessor is given the input, and each that lacks a successor the output.
    The table stops at nine edges: where all ten are there, that from input to output goes.
    """

    space = SearchSpace(
        [
            *(Gene(f"edge{a}{b}", (False, True)) for a, b in EDGES),
            *(Gene(f"operation{v}", OPERATIONS) for v in INNER),
        ]
    )
    metrics = (TABLE_ACC, ENERGY, TRAINING, PARAMS, FLOPS, FPO, TABLE_TEST_ACC)
    default_objectives = ("acc", "energy")
    fidelities = MappingProxyType({"epochs": tuple(EPOCHS)})
    is_pure = True

    def __init__(self, settings: Settings | None = None) -> None:
        super().__init__(settings)
        self._table = _read(table_folder(self.settings.data_dir) / FILE)

    def canonical(self, genome: Genome) -> Genome:
        """The genome that stands for all that build the same cell."""
        return _standing(super().canonical(genome))

    def lookup(self, architecture: Mapping[str, Any]) -> Mapping[str, float | Sequence[float]]:
        """What was measured, training by training."""
        return self.lookup_at(architecture, max(EPOCHS))

    def lookup_at(
        self, architecture: Mapping[str, Any], epochs: int
    ) -> Mapping[str, float | Sequence[float]]:
        """What was measured after so many epochs, training by training."""
        entry = self._entry(self.space.encode(architecture))
        macs = float(_cost(entry.cell).macs)
        fpo = 6.0 * macs * N_IMAGES * epochs
        return {**entry.metrics[epochs], "flops": 2 * macs, "fpo": fpo}

    def cost(self, genome: Genome) -> CellCost:
        """Parameters and multiply-accumulates of one image, by formula."""
        return _cost(self.cell(genome))

    def cell(self, genome: Genome) -> Cell:
        """The cell's matrix and inner operations, its vertices numbered as in the table."""
        return self._entry(genome).cell

    def cells(self, architecture: Mapping[str, Any]) -> dict[str, Graph]:
        """The only cell, without dead vertices."""
        return {"cell": vertex_graph(*self.cell(self.space.encode(architecture)))}

    def _entry(self, genome: Genome) -> Entry:
        return self._table[self.canonical(genome)]


@lru_cache(maxsize=3000)  # more than there are cells
def _cost(cell: Cell) -> CellCost:
    return vertices_cost(*cell)


@lru_cache(maxsize=30_000)  # of 276,480 genomes
def _standing(genome: Genome) -> Genome:
    return encoded(*_alive(*_cell(genome)))


def encoded(matrix: Matrix, operations: Sequence[str]) -> Genome:
    """The smallest genome among those of all numberings of a cell's inner vertices.

    The inner vertices may be fewer than a genome has; dead ones take the first operation.
    """
    n = len(operations)
    there = [(a, b) for a, b in itertools.combinations(range(n + 2), 2) if matrix[a][b]]
    genomes = []
    for places in itertools.permutations(INNER, n):
        place = (0, *places, N_VERTICES - 1)
        if all(place[a] < place[b] for a, b in there):
            edges = {(place[a], place[b]) for a, b in there}
            named = dict(zip(places, operations, strict=True))
            words = (OPERATIONS.index(named.get(v, OPERATIONS[0])) for v in INNER)
            genomes.append((*(int(edge in edges) for edge in EDGES), *words))
    return min(genomes)


def _cell(genome: Genome) -> Cell:
    """The cell as the genes say, dead vertices included."""
    edges = {edge for edge, gene in zip(EDGES, genome, strict=False) if gene}
    if len(edges) == len(EDGES):
        edges.remove((0, N_VERTICES - 1))
    matrix = tuple(
        tuple(int((a, b) in edges) for b in range(N_VERTICES)) for a in range(N_VERTICES)
    )
    return matrix, tuple(OPERATIONS[int(gene)] for gene in genome[len(EDGES) :])


def _alive(matrix: Matrix, operations: Sequence[str]) -> Cell:
    """The cell without the vertices that no path from input to output passes, mended."""
    if not is_connected(matrix):
        matrix = _connected(matrix)
    return alive(matrix, operations)


def _connected(matrix: Matrix) -> list[list[int]]:
    last = len(matrix) - 1
    mended = [list(row) for row in matrix]
    for v in range(1, last):
        mended[0][v] |= not any(mended[u][v] for u in range(v))
        mended[v][last] |= not any(mended[v][v + 1 :])
    return [[int(entry) for entry in row] for row in mended]


def _read(path: Path) -> dict[Genome, Entry]:
    if not path.is_file():
        raise FileNotFoundError(
            f"no table at {path}; get the measurements of the repository "
            f"PedramBakh/EC-NAS-Bench as one row per training, and name the folder that holds "
            f"{FILE} with --data-dir"
        )
    table: dict[Genome, Entry] = {}
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            cell = _cell_of(row)
            empty = Entry(cell, {epochs: {} for epochs in EPOCHS})
            entry = table.setdefault(encoded(*_alive(*cell)), empty)
            for epochs, part in EPOCHS.items():
                for name, value in _metrics(row, part).items():
                    entry.metrics[epochs].setdefault(name, []).append(value)
    return table


def _cell_of(row: Mapping[str, str]) -> Cell:
    matrix = tuple(tuple(map(int, line)) for line in row["matrix"].split("/"))
    labels = [int(label) for label in row["labels"].split()][1:-1]
    return matrix, tuple(OPERATIONS[label] for label in labels)


def _metrics(row: Mapping[str, str], part: str) -> dict[str, float]:
    return {
        "acc": 100 * float(row[f"{part}_val_acc"]),
        "test_acc": 100 * float(row[f"{part}_test_acc"]),
        "energy": float(row[f"{part}_energy_kwh"]),
        "training": float(row[f"{part}_train_time_s"]),
        "params": float(row["params"]),
    }
