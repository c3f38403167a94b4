"""The cells of TransNAS-Bench-101: 4,096 networks on seven tasks, epoch by epoch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from evonas.data.plain_pickle import load_plain
from evonas.data.table_files import find_table
from evonas.networks.cell_strings import (
    EDGES,
    MICRO_OPERATIONS,
    MICRO_SKELETON,
    format_micro,
    parse_micro,
)
from evonas.objectives import FLOPS, FPO, PARAMS, Metric
from evonas.problem import Settings
from evonas.space import Gene, SearchSpace
from evonas.tabular import Row, TabularProblem

FILE = "transnas-bench_v10141024.pth"
N_TRAINED = 80_000  # images of Taskonomy in each training (Duan et al. 2021, section 3.3)
TASKS = {  # what a task is judged by: its word in the file, the unit, the axis
    "class_object": ("top1", "%", "object classification accuracy"),
    "class_scene": ("top1", "%", "scene classification accuracy"),
    "jigsaw": ("top1", "%", "jigsaw accuracy"),
    "room_layout": ("neg_loss", "", "negative loss of the room layout"),
    "autoencoder": ("ssim", "", "structural similarity of the autoencoder"),
    "normal": ("ssim", "", "structural similarity of surface normals"),
    "segmentsemantic": ("mIoU", "%", "mean intersection over union"),
}
INFERENCE = Metric("inference", "s", "time of a pass of 720 x 1080 pixels", +1)


def scores(task: str) -> tuple[Metric, Metric]:
    """What a task is judged by, on validation images, and on test images for the final front.

    Args:
        task: A key of ``TASKS``.
    """
    word, unit, label = TASKS[task]
    best = {"%": 100.0, "": 1.0}[unit] if word != "neg_loss" else 0.0
    return (
        Metric("acc", unit, f"{label}, validation", -1, best=best),
        Metric("test_acc", unit, f"{label}, test", -1, best=best, when="final"),
    )


class TransNasBench101(TabularProblem):
    """TransNAS-Bench-101's table of cells on seven tasks, with curves (--data-dir).

    Duan et al. 2021: 4,096 cells of four nodes in one skeleton, trained once on each of seven
    tasks of Taskonomy: ``--option task=class_scene`` (the default is ``class_object``; others
    are jigsaw, room_layout, autoencoder, normal and segmentsemantic). ``acc`` is what the task
    is judged by: accuracy, structural similarity, intersection over union, or for room_layout
    the negative loss; always the more, the better. It is that of the last epoch, not the best.

    The benchmark's second space, of skeletons, is not read. ``--fidelity epochs`` goes along
    the curves. What the file calls FLOPs are multiply-accumulates of the whole model.
    """

    space = SearchSpace(
        [Gene(f"edge{source}{node}", MICRO_OPERATIONS) for source, node in EDGES]
    )
    metrics = (*scores("class_object"), FLOPS, PARAMS, INFERENCE, FPO)
    default_objectives = ("acc", "flops")
    options: ClassVar[Mapping[str, Any]] = {"task": "class_object"}
    is_pure = True

    def __init__(self, settings: Settings | None = None) -> None:
        super().__init__(settings)
        self._task = self.option["task"]
        if self._task not in TASKS:
            raise ValueError(f"option task is {self._task!r}; choose from {', '.join(TASKS)}")
        path = find_table(
            self.settings.data_dir,
            [FILE],
            folder="transnas-bench-101",
            source="the links of the repository yawen-d/TransNASBench",
        )
        table = load_plain(path)
        try:
            micro = table["data"]["micro"]
            self._cells = {cell: tasks[self._task] for cell, tasks in micro.items()}
            word = f"valid_{TASKS[self._task][0]}"
            n_epochs = min(len(entry["metrics"][word]) for entry in self._cells.values())
        except (KeyError, TypeError, ValueError):
            raise ValueError(
                f"{path} lacks data, micro, {self._task}; it is no table of TransNAS-Bench-101"
            ) from None
        self.epochs = tuple(range(1, n_epochs + 1))
        self.metrics = (*scores(self._task), FLOPS, PARAMS, INFERENCE, FPO)

    def lookup(self, architecture: Mapping[str, Any]) -> Row:
        """What stood after the last epoch."""
        return self.lookup_at(architecture, self.epochs[-1])

    def lookup_at(self, architecture: Mapping[str, Any], epochs: int) -> Row:
        """What stood after so many epochs, and what the network costs."""
        entry = self._cells[self.spell(architecture)]
        curves, costs = entry["metrics"], entry["model_info"]
        word = TASKS[self._task][0]
        macs = float(costs["model_FLOPs"])
        return {
            "acc": curves[f"valid_{word}"][epochs - 1],
            "test_acc": curves[f"test_{word}"][epochs - 1],
            "flops": 2 * macs,
            "params": costs["model_params"],
            "inference": costs["inference_time"],
            "fpo": 6 * macs * N_TRAINED * epochs,
        }

    def parse(self, text: str) -> Mapping[str, Any]:
        """The cell that a string such as ``64-41414-1_02_333`` stands for.

        Raises:
            ValueError: The string is none, or is of another skeleton.
        """
        skeleton, operations = parse_micro(text)
        if skeleton != MICRO_SKELETON:
            raise ValueError(
                f"the cell {text!r} is in the skeleton {skeleton}; the table has "
                f"{MICRO_SKELETON}"
            )
        return dict(zip(self.space.names, operations, strict=True))

    def spell(self, architecture: Mapping[str, Any]) -> str:
        """The string by which TransNAS-Bench-101 calls a cell."""
        return format_micro([*architecture.values()])
