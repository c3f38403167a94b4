"""NAS-Bench-301: what surrogates, fitted to 60,000 trainings, say of any cell of DARTS."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from evonas.data.table_files import find_table
from evonas.data.tree_models import TreeModel, read_trees
from evonas.objectives import Metric
from evonas.problem import Settings
from evonas.space import Gene, SearchSpace
from evonas.tabular import Row, TabularProblem

FOLDERS = {"acc": "xgb_v1.0", "training": "lgb_runtime_v1.0"}
MODEL = "surrogate_model.json"
SOURCE = (
    "the links of the repository automl/nasbench301, each surrogate_model.model saved as JSON "
    "(the page of tables says how),"
)
OPERATIONS = (
    *("max_pool_3x3", "avg_pool_3x3", "skip_connect", "sep_conv_3x3"),
    *("sep_conv_5x5", "dil_conv_3x3", "dil_conv_5x5"),
)
CELLS = ("normal", "reduce")
NODES = (2, 3, 4, 5)  # the inner ones; 0 and 1 are the outputs of the two cells before
PAIRS = {
    node: tuple(f"{a}_{b}" for a, b in itertools.combinations(range(node), 2)) for node in NODES
}
FIRST_EDGE = {2: 0, 3: 2, 4: 5, 5: 9}  # of those that lead to a node, one from each before it
N_FEATURES = 56
FIRST_OPERATION = {"normal": 10, "reduce": 12}  # where the features of edges 0 and 1 stand
FIRST_PAIR = {"normal": 15, "reduce": 18}  # of nodes 3 to 5
LATER = {"normal": 32, "reduce": 44}  # of edges 2 to 13, in the order of their names
LATER_EDGES = sorted(map(str, range(2, 14)))
ABSENT = -1.0  # what the surrogates were fitted with where an edge is not there

ACC = Metric("acc", "%", "predicted CIFAR-10 validation accuracy", -1, best=100.0, worst=0.0)
TRAINING = Metric("training", "s", "predicted time of its training", +1, worst=20_000.0)


class NasBench301(TabularProblem):
    """NAS-Bench-301's surrogates: accuracy of any DARTS cell (--data-dir).

    Siems et al. 2020, Zela et al. 2022: no table, but ensembles of trees that were fitted to
    some 60,000 trainings of cells of DARTS (8 cells, 32 channels, 100 epochs on CIFAR-10), and
    answer for all 10^18. ``acc`` is the mean of the ensemble's members, with ``noisy`` one of
    them; ``training`` is the time of a training, where the surrogate of it lies there too.

    The models are published as pickles of XGBoost and LightGBM, which run code when they are
    read. Their JSON does not: whoever trusts the pickles writes it once with these libraries.

    Each of two cells has four nodes, each node two of those before it, and an operation on
    either edge. Nothing folds.
    """

    space = SearchSpace(
        [
            gene
            for cell in CELLS
            for node in NODES
            for gene in (
                *([Gene(f"{cell}_inputs{node}", PAIRS[node])] if node > NODES[0] else []),
                *(Gene(f"{cell}_{side}{node}", OPERATIONS) for side in ("left", "right")),
            )
        ]
    )
    metrics: tuple[Metric, ...] = (ACC, TRAINING)
    default_objectives: tuple[str, ...] = ("acc", "training")
    is_pure = True

    def __init__(self, settings: Settings | None = None) -> None:
        super().__init__(settings)
        path = find_table(
            self.settings.data_dir, [FOLDERS["acc"]], folder="nas-bench-301", source=SOURCE
        )
        self._models = {"acc": _members(path)}
        if (times := path.parent / FOLDERS["training"]).is_dir():
            self._models["training"] = _members(times)
        else:
            self.metrics, self.default_objectives = (ACC,), ("acc",)

    def lookup(self, architecture: Mapping[str, Any]) -> Row:
        """What every member of the surrogates says."""
        row = features(architecture)
        return {
            name: [model.predict(row) for model in models]
            for name, models in self._models.items()
        }


def features(architecture: Mapping[str, Any]) -> Sequence[float]:
    """The row that the surrogates were fitted with, ``(56,)``.

    It is the vector of the benchmark's space of configurations (``configspace.json``):
    everything by its name, categories as their place; first what is always there, then the
    edges that are there only where a node takes them. What is no gene was the same in all
    trainings, and is left at -1 like an edge that is not there.

    Args:
        architecture: The values by gene name.
    """
    row = [ABSENT] * N_FEATURES
    for cell, node in itertools.product(CELLS, NODES):
        pair = architecture.get(f"{cell}_inputs{node}", PAIRS[NODES[0]][0])
        if node > NODES[0]:
            row[FIRST_PAIR[cell] + node - 3] = float(PAIRS[node].index(pair))
        for side, source in zip(("left", "right"), map(int, pair.split("_")), strict=True):
            edge = FIRST_EDGE[node] + source
            place = (
                FIRST_OPERATION[cell] + edge
                if edge < 2
                else LATER[cell] + LATER_EDGES.index(str(edge))
            )
            row[place] = float(OPERATIONS.index(architecture[f"{cell}_{side}{node}"]))
    return row


KNOWN = frozenset(range(10, 14)) | frozenset(range(15, 21)) | frozenset(range(32, N_FEATURES))


def _members(folder: Path) -> list[TreeModel]:
    """The models of an ensemble, each in a folder of its own.

    Raises:
        ValueError: There is none, or one looks at what no gene decides.
    """
    paths = sorted(folder.rglob(MODEL))
    if not paths:
        raise ValueError(
            f"{folder} holds no {MODEL}; save each {Path(MODEL).stem}.model as JSON"
        )
    models = [read_trees(path) for path in paths]
    for path, model in zip(paths, models, strict=True):
        if model.n_features != N_FEATURES or not model.features <= KNOWN:
            others = ", ".join(map(str, sorted(model.features - KNOWN))) or "none"
            raise ValueError(
                f"{path} takes {model.n_features} features, among them {others} that are not "
                f"of a cell; expected {N_FEATURES}, as in the benchmark's configspace.json"
            )
    return models
