"""The table of NAS-Bench-Macro: every network of the space, trained three times."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from evonas.data.table_files import table_folder
from evonas.objectives import FLOPS, MACS, PARAMS, Metric
from evonas.problem import Settings
from evonas.space import Gene, SearchSpace
from evonas.tabular import TabularProblem

FILE = Path("nas-bench-macro", "nas-bench-macro_cifar10.json")
TABLE_ACC = Metric("acc", "%", "CIFAR-10 test accuracy", -1, best=100.0, worst=0.0)


class NasBenchMacro(TabularProblem):
    """NAS-Bench-Macro's table: CIFAR-10 accuracy, MACs and parameters (--data-dir).

    Su et al. 2021. A genome is the table's eight digits. The table lists networks that differ
    only in where an identity stands separately, with trainings of their own, so genomes do
    not fold here. What it calls ``flops`` are MACs.
    """

    space = SearchSpace([Gene(f"layer{i + 1}", (0, 1, 2)) for i in range(8)])
    metrics = (TABLE_ACC, MACS, FLOPS, PARAMS)
    default_objectives = ("acc", "macs")
    is_pure = True

    def __init__(self, settings: Settings | None = None) -> None:
        super().__init__(settings)
        self._table = _read(table_folder(self.settings.data_dir) / FILE)

    def lookup(self, architecture: Mapping[str, Any]) -> dict[str, Any]:
        """Three accuracies of one network, with its MACs, FLOPs and parameters."""
        row = self._table["".join(str(digit) for digit in architecture.values())]
        return {
            "acc": row["test_acc"],
            "macs": row["flops"],
            "flops": 2 * row["flops"],
            "params": row["params"],
        }


def _read(path: Path) -> dict[str, dict[str, Any]]:
    if not path.is_file():
        raise FileNotFoundError(
            f"no table at {path}; get it from the repository xiusu/NAS-Bench-Macro and name "
            f"the folder that holds {FILE} with --data-dir"
        )
    table: dict[str, dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return table
