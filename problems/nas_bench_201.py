"""The table of NAS-Bench-201: every cell trained on three data sets, epoch by epoch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar

from evonas.data.plain_pickle import load_plain
from evonas.data.table_files import find_table
from evonas.fidelity import Separate
from evonas.networks.cell_tables import COUNTED, CellTable, accuracies, training_flops
from evonas.objectives import FPO, Metric
from evonas.problem import Settings
from evonas.tabular import Row

FILES = (
    "NATS-tss-v1_0-3ffb9-simple",
    "NATS-tss-v1_0-3ffb9.pickle.pbz2",
    "NAS-Bench-201-v1_1-096897.pth",
    "NAS-Bench-201-v1_0-e61699.pth",
)
SOURCE = "the links of the repositories D-X-Y/NATS-Bench or D-X-Y/NAS-Bench-201"
SCHEDULES = {200: ("200", "full"), 12: ("12", "less")}  # epochs, and what files call them
SPLITS = {  # the trainings, and the images that they were judged on
    "cifar10": (("cifar10-valid", "x-valid"), ("cifar10", "ori-test")),
    "cifar100": (("cifar100", "x-valid"), ("cifar100", "x-test")),
    "ImageNet16-120": (("ImageNet16-120", "x-valid"), ("ImageNet16-120", "x-test")),
}
TRAINING = Metric("training", "s", "time of its training", +1)
LATENCY = Metric("latency", "ms", "latency of a batch of 256", +1)
KEPT = 64  # cells whose curves stay in memory where each has a file of its own

Result = Mapping[str, Any]  # one training, as the files have it


class NasBench201(CellTable):
    """NAS-Bench-201's table: cells on three data sets, with curves (--data-dir).

    Dong & Yang 2020, and Dong et al. 2021 (NATS-Bench, topology): 15,625 cells, up to three
    trainings each, validation accuracy after every epoch. ``--option dataset=cifar100`` or
    ``ImageNet16-120`` in place of ``cifar10``; ``--option schedule=12`` for trainings of 12
    epochs in place of 200, whose learning rate falls to zero within them.

    ``--fidelity epochs`` goes along the curves; with ``--option separate=true`` from trainings
    of 12 epochs to those of 200, each under a learning rate of its own. Validation accuracy on
    CIFAR-10 is that of trainings on half of the images; test accuracy is that of trainings on
    all of them, as the benchmark's own interface has it. What the files call FLOPs are
    multiply-accumulates.
    """

    metrics = (*accuracies("cifar10"), *COUNTED, LATENCY, TRAINING, FPO)
    default_objectives = ("acc", "macs")
    options: ClassVar[Mapping[str, Any]] = {
        "noisy": False,
        "dataset": "cifar10",
        "schedule": 200,
        "separate": False,
    }
    is_pure = True

    def __init__(self, settings: Settings | None = None) -> None:
        super().__init__(settings)
        self._dataset, schedule = self.option["dataset"], self.option["schedule"]
        for name, value, known in (
            ("dataset", self._dataset, SPLITS),
            ("schedule", schedule, SCHEDULES),
        ):
            if value not in known:
                offered = ", ".join(map(str, known))
                raise ValueError(f"option {name} is {value!r}; choose from {offered}")
        self.metrics = (*accuracies(self._dataset), *COUNTED, LATENCY, TRAINING, FPO)
        self._schedule = schedule
        self.fidelities = {"epochs": tuple(range(1, schedule + 1))}
        if self.option["separate"]:
            if schedule != max(SCHEDULES):
                raise ValueError(
                    f"option separate leads from {min(SCHEDULES)} epochs to {max(SCHEDULES)}, "
                    f"and there is no way to it from a schedule of {schedule}; leave one out"
                )
            self.fidelities = {"epochs": Separate(tuple(sorted(SCHEDULES)))}
        path = find_table(self.settings.data_dir, FILES, folder="nas-bench-201", source=SOURCE)
        self._table: _Folder | _File = _Folder(path) if path.is_dir() else _File(path)

    def lookup_at(self, architecture: Mapping[str, Any], epochs: int) -> Row:
        """What stood after so many epochs, training by training."""
        counted = self.counted(architecture, dataset=self._dataset)
        fpo = training_flops(counted["macs"], dataset=self._dataset, epochs=epochs)
        return {**counted, **self._trained(self.spell(architecture), epochs), "fpo": fpo}

    def lookup(self, architecture: Mapping[str, Any]) -> Row:
        """What stood after the last epoch, training by training."""
        return self.lookup_at(architecture, self._schedule)

    def row(self, cell: str) -> Row:
        """What stood after the last epoch, without what is counted."""
        return self._trained(cell, self._schedule)

    def _trained(self, cell: str, epochs: int) -> Row:
        schedule = epochs if self.option["separate"] else self._schedule
        every = self._table.trainings(cell, schedule)
        (judged, part), (tested, test_part) = SPLITS[self._dataset]
        seen = _of(every, judged)
        found: dict[str, Sequence[float]] = {
            "acc": [result["eval_acc1es"][f"{part}@{epochs - 1}"] for result in seen],
            "training": [total for r in seen if (total := _seconds(r, epochs)) > 0],
            "latency": [1000 * spent for r in seen if (spent := _mean(r["latency"])) > 0],
        }
        if epochs == self._schedule:
            key = f"{test_part}@{epochs - 1}"
            found["test_acc"] = [r["eval_acc1es"][key] for r in _of(every, tested)]
        return {name: values for name, values in found.items() if values}


class _File:
    """A file that holds all cells; it is read once, whole."""

    def __init__(self, path: Path) -> None:
        table = load_plain(path)
        try:
            self._index = {cell: i for i, cell in enumerate(table["meta_archs"])}
            self._cells = table["arch2infos"]
        except (KeyError, TypeError):
            raise ValueError(f"{path} is no table of NAS-Bench-201") from None

    def trainings(self, cell: str, schedule: int) -> Mapping[Any, Result]:
        """The trainings of a cell by data set and seed."""
        return _scheduled(self._cells[self._index[cell]], schedule)


class _Folder:
    """A folder with a file for each cell, by its number; read when it is asked for."""

    def __init__(self, path: Path) -> None:
        meta = load_plain(path / "meta.pickle.pbz2")
        self._index = {cell: i for i, cell in enumerate(meta["meta_archs"])}
        self._path = path
        self._read = lru_cache(maxsize=KEPT)(load_plain)

    def trainings(self, cell: str, schedule: int) -> Mapping[Any, Result]:
        """The trainings of a cell by data set and seed."""
        file = self._path / f"{self._index[cell]:06d}.pickle.pbz2"
        return _scheduled(self._read(file), schedule)


def _scheduled(cell: Mapping[str, Any], schedule: int) -> Mapping[Any, Result]:
    name = next((name for name in SCHEDULES[schedule] if name in cell), None)
    if name is None:
        raise KeyError(f"the table lacks trainings of {schedule} epochs")
    trainings: Mapping[Any, Result] = cell[name]["all_results"]
    return trainings


def _of(trainings: Mapping[Any, Result], dataset: str) -> list[Result]:
    """The trainings on a data set, by rising seed."""
    return [trainings[key] for key in sorted(trainings) if key[0] == dataset]


def _seconds(result: Result, epochs: int) -> float:
    times = result["train_times"] or {}
    return float(sum(times.get(epoch, 0.0) for epoch in range(epochs)))


def _mean(values: Sequence[float] | None) -> float:
    return sum(values) / len(values) if values else 0.0
