"""A picture of a trained model: its curves and its confusions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from evonas.plots.axes import add_legend
from evonas.plots.style import (
    SMALL,
    SMALLEST,
    count_ticks,
    new_figure,
    save,
    strong,
    styled,
    tidy,
)

MOST_LABELS = 24  # that fit beside a matrix
LEAST = 3.5  # points of numbers that can be read; smaller ones are left out
WIDE = 2.6  # font sizes, that a number in a cell is wide
CELLS = 135.0  # points, that the cells of a matrix are high together
OTHERS = ("epoch", "loss", "rate", "seconds", "cpu_seconds")


@styled()
def draw_model(
    curves: Mapping[int, Sequence[Mapping[str, float]]],
    confusion: np.ndarray,
    labels: Sequence[str],
    *,
    out: Path,
) -> None:
    """Loss and score by epoch for every seed, and the confusion on the test part.

    Args:
        curves: The training curve of every seed.
        confusion: How many inputs of each class (rows) were taken for each class (columns),
            ``(n_classes, n_classes)``.
        labels: Names of the classes.
        out: File that the picture is written to.
    """
    figure = new_figure(height=3.1)
    loss, score, matrix = figure.subplots(1, 3, width_ratios=(1, 1, 1.6))
    name = next(name for name in next(iter(curves.values()))[-1] if name not in OTHERS)
    _plot(loss, curves, "loss", label="training loss")
    _plot(score, curves, name, label=f"{name} on validation")
    _show(matrix, confusion, labels)
    save(figure, out)


def _plot(
    ax: Axes,
    curves: Mapping[int, Sequence[Mapping[str, float]]],
    name: str,
    *,
    label: str,
) -> None:
    for i, (seed, rows) in enumerate(curves.items()):
        points = [row["epoch"] for row in rows], [row[name] for row in rows]
        look = strong(i)
        ax.plot(*points, **{**look, "marker": ".", "markersize": 4}, label=f"seed {seed}")
    ax.set(xlabel="epoch", ylabel=label)
    count_ticks(ax, "x", n_most=5)
    tidy(ax)
    if len(curves) > 1:
        add_legend(ax)


def _show(ax: Axes, confusion: np.ndarray, labels: Sequence[str]) -> None:
    sums = confusion.sum(1, keepdims=True)
    shares = confusion / np.maximum(1, sums)
    ax.imshow(shares, vmin=0, vmax=1, cmap="Blues")
    ax.set(xlabel="predicted", ylabel="true", title="test part")
    if len(labels) > MOST_LABELS:
        return
    places, font_size = range(len(labels)), min(SMALL, CELLS / len(labels))
    ax.set_xticks(places, labels, rotation=60, ha="right", fontsize=font_size)
    for text in ax.get_xticklabels():
        text.set_rotation_mode("anchor")
    ax.set_yticks(places, labels, fontsize=font_size)
    font_size = min(SMALLEST, CELLS / (WIDE * len(labels)))
    if font_size < LEAST:
        return
    look: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": font_size}
    for row in places:
        for column in places:
            if confusion[row, column]:
                colour = "white" if shares[row, column] > 0.5 else "black"
                n = str(confusion[row, column])
                ax.text(column, row, n, **look, color=colour)
