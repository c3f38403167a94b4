"""The table of NAS-Bench-101: 423,624 cells, trained for 4, 12, 36 and 108 epochs."""

from __future__ import annotations

import base64
import itertools
import json
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from evonas.cell import Cell as Graph
from evonas.data.table_files import find_table
from evonas.data.tensorflow_files import fields, records
from evonas.networks.cell_costs import OPERATIONS, vertices_cost
from evonas.networks.vertex_cells import Cell, alive, fingerprint, is_connected, vertex_graph
from evonas.objectives import FLOPS, FPO, MACS, PARAMS, Metric
from evonas.problem import Settings
from evonas.space import Gene, Genome, SearchSpace
from evonas.tabular import Row, TabularProblem

FILES = ("nasbench_full.tfrecord", "nasbench_only108.tfrecord")
SOURCE = "storage.googleapis.com/nasbench, as the repository google-research/nasbench says,"
N_VERTICES, MAX_EDGES = 7, 9  # input and output included (Ying et al. 2019, section 2.1)
N_IMAGES = 40_000  # of CIFAR-10 in a training
EDGES = tuple(itertools.combinations(range(N_VERTICES), 2))
INNER = tuple(range(1, N_VERTICES - 1))
LONGEST_FIRST = sorted(EDGES, key=lambda edge: (edge[0] - edge[1], edge))
LABELS = dict(
    zip(("conv3x3-bn-relu", "conv1x1-bn-relu", "maxpool3x3"), OPERATIONS, strict=True)
)

ACC = Metric("acc", "%", "CIFAR-10 validation accuracy", -1, best=100.0, worst=0.0)
TEST_ACC = Metric(
    "test_acc", "%", "CIFAR-10 test accuracy", -1, best=100.0, worst=0.0, when="final"
)
TRAINING = Metric("training", "s", "time of its training", +1)

logger = logging.getLogger("evonas")


class Trained(NamedTuple):
    """One training of a cell, as it ended."""

    acc: float
    test_acc: float
    seconds: float


@dataclass(frozen=True)
class Entry:
    """One cell of the table.

    Attributes:
        cell: The cell, its vertices numbered as in the table, which decides who is a channel
            wider.
        params: Trainable parameters of its network.
        trainings: The trainings of each number of epochs.
    """

    cell: Cell
    params: int
    trainings: dict[int, list[Trained]] = field(default_factory=dict)


class NasBench101(TabularProblem):
    """NAS-Bench-101's table: cells of seven vertices on CIFAR-10 (--data-dir).

    Ying et al. 2019: cells of up to seven vertices and nine edges, trained three times each for
    108 epochs, and in the larger of the two files also for 4, 12 and 36: trainings of their
    own, whose learning rate falls to zero within them. With ``--fidelity epochs`` a step from
    one to the next therefore takes a whole training.

    A genome is the upper triangle of the adjacency matrix, and the operations of the five inner
    vertices. Cells fold to one genome where they are equal once dead vertices are gone and
    inner ones renumbered. Of more than nine edges the longest go, those that pass the most
    vertices; where no path leads from input to output, an edge between these is all there is.
    """

    space = SearchSpace(
        [
            *(Gene(f"edge{a}{b}", (False, True)) for a, b in EDGES),
            *(Gene(f"operation{v}", OPERATIONS) for v in INNER),
        ]
    )
    metrics = (ACC, TRAINING, MACS, FLOPS, PARAMS, FPO, TEST_ACC)
    default_objectives = ("acc", "macs")
    restarts = True
    is_pure = True

    def __init__(self, settings: Settings | None = None) -> None:
        super().__init__(settings)
        path = find_table(self.settings.data_dir, FILES, folder="nas-bench-101", source=SOURCE)
        logger.info("reading %s, which takes a while", path)
        self._table = _read(path)
        if not self._table:
            raise ValueError(f"{path} holds no trainings")
        self.epochs = tuple(sorted({n for e in self._table.values() for n in e.trainings}))

    def canonical(self, genome: Genome) -> Genome:
        """The genome of a cell as the table lists it; of one that it lacks, as it is."""
        cell = cell_of(super().canonical(genome))
        entry = self._table.get(fingerprint(*cell))
        return _encoded(entry.cell if entry else cell)

    def lookup(self, architecture: Mapping[str, Any]) -> Row:
        """What became of the longest trainings."""
        return self.lookup_at(architecture, self.epochs[-1])

    def lookup_at(self, architecture: Mapping[str, Any], epochs: int) -> Row:
        """What became of the trainings of so many epochs."""
        known = fingerprint(*cell_of(self.space.encode(architecture)))
        if known not in self._table or epochs not in self._table[known].trainings:
            raise KeyError(f"the table lacks the cell {known} with {epochs} epochs")
        entry = self._table[known]
        trainings = entry.trainings[epochs]
        macs = vertices_cost(*entry.cell).macs
        return {
            "acc": [training.acc for training in trainings],
            "test_acc": [training.test_acc for training in trainings],
            "training": [training.seconds for training in trainings],
            "macs": macs,
            "flops": 2 * macs,
            "params": entry.params,
            "fpo": 6.0 * macs * N_IMAGES * epochs,
        }

    def cells(self, architecture: Mapping[str, Any]) -> dict[str, Graph]:
        """The only cell, without dead vertices."""
        return {"cell": vertex_graph(*cell_of(self.space.encode(architecture)))}


def cell_of(genome: Genome) -> Cell:
    """The cell of a genome, without dead vertices, of at most nine edges, and connected."""
    edges = {edge for edge, gene in zip(EDGES, genome, strict=False) if gene}
    words = tuple(OPERATIONS[int(gene)] for gene in genome[len(EDGES) :])
    matrix, operations = alive(_matrix(edges), words)
    for longest in LONGEST_FIRST:
        if sum(map(sum, matrix)) <= MAX_EDGES:
            break
        if longest in edges:
            edges.remove(longest)
            matrix, operations = alive(_matrix(edges), words)
    return (matrix, operations) if is_connected(matrix) else (((0, 1), (0, 0)), ())


def _matrix(edges: set[tuple[int, int]]) -> list[list[int]]:
    return [[int((a, b) in edges) for b in range(N_VERTICES)] for a in range(N_VERTICES)]


def _encoded(cell: Cell) -> Genome:
    """The genome of a cell whose inner vertices come first, and dead ones behind them."""
    matrix, operations = cell
    last = len(matrix) - 1
    place = (*range(last), N_VERTICES - 1)
    edges = {
        (place[a], place[b])
        for a, b in itertools.combinations(range(last + 1), 2)
        if matrix[a][b]
    }
    words = [OPERATIONS.index(word) for word in operations]
    rest = [0] * (len(INNER) - len(words))
    return (*(int(edge in edges) for edge in EDGES), *words, *rest)


def _read(path: Path) -> dict[str, Entry]:
    """All cells by their hash."""
    table: dict[str, Entry] = {}
    for record in records(path):
        try:
            known, epochs, rows, labels, metrics = json.loads(record)
            *_, (acc, test_acc, seconds), params = _metrics(base64.b64decode(metrics))
            if known not in table:
                table[known] = Entry(_listed(rows, labels), params)
        except (KeyError, ValueError, TypeError) as error:
            raise ValueError(f"{path} holds no record of NAS-Bench-101: {error}") from None
        trained = Trained(100 * acc, 100 * test_acc, seconds)
        table[known].trainings.setdefault(int(epochs), []).append(trained)
    return table


def _listed(rows: str, labels: str) -> Cell:
    """A cell as a record spells it: all digits of the matrix, and words with commas."""
    words = labels.split(",")
    n = len(words)
    digits = [int(digit) for digit in rows]
    matrix = tuple(tuple(digits[n * a : n * (a + 1)]) for a in range(n))
    return matrix, tuple(LABELS[word] for word in words[1:-1])


def _metrics(message: bytes) -> Iterator[Any]:
    """What a ``ModelMetrics`` holds: accuracies and seconds at each evaluation, parameters.

    Evaluations (field 1) come before, halfway through and after the training; of each, the
    fields are the epoch (1), seconds so far (2), and accuracies on training (3), validation (4)
    and test images (5). Field 2 of the whole is the number of parameters.
    """
    params = 0
    for number, value in fields(message):
        if number == 1 and isinstance(value, bytes):
            found = dict(fields(value))
            yield found[4], found[5], found.get(2, 0.0)
        elif number == 2:
            params = int(value)
    yield params
