"""A picture of a trained model: its curves and its confusions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from evonas.plots.axes import COLOURS, GREY

DOTS_PER_INCH = 150
MOST_LABELS = 24  # that fit beside a matrix
OTHERS = ("epoch", "loss", "rate", "seconds", "cpu_seconds")


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
        confusion: How many images of each class (rows) were taken for each class (columns),
            ``(n_classes, n_classes)``.
        labels: Names of the classes.
        out: File that the picture is written to.
    """
    figure = Figure(figsize=(12, 4.6), layout="constrained")
    loss, score, matrix = figure.subplots(1, 3, width_ratios=(1, 1, 1.3))
    name = next(name for name in next(iter(curves.values()))[-1] if name not in OTHERS)
    _plot(loss, curves, "loss", label="training loss")
    _plot(score, curves, name, label=f"{name} on validation")
    _show(matrix, confusion, labels)
    figure.savefig(out, dpi=DOTS_PER_INCH)


def _plot(
    ax: Axes,
    curves: Mapping[int, Sequence[Mapping[str, float]]],
    name: str,
    *,
    label: str,
) -> None:
    for i, (seed, rows) in enumerate(curves.items()):
        points = [row["epoch"] for row in rows], [row[name] for row in rows]
        colour = COLOURS[i % len(COLOURS)]
        ax.plot(*points, color=colour, marker=".", label=f"seed {seed}")
    ax.set(xlabel="epoch", ylabel=label)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.grid(color=GREY, alpha=0.25)
    if len(curves) > 1:
        ax.legend(frameon=False)


def _show(ax: Axes, confusion: np.ndarray, labels: Sequence[str]) -> None:
    sums = confusion.sum(1, keepdims=True)
    shares = confusion / np.maximum(1, sums)
    ax.imshow(shares, vmin=0, vmax=1, cmap="Blues")
    ax.set(xlabel="predicted", ylabel="true", title="test images")
    if len(labels) > MOST_LABELS:
        return
    places = range(len(labels))
    ax.set_xticks(places, labels, rotation=60, ha="right", rotation_mode="anchor")
    ax.set_yticks(places, labels)
    for row in places:
        for column in places:
            if confusion[row, column]:
                colour = "white" if shares[row, column] > 0.5 else "black"
                n = str(confusion[row, column])
                ax.text(column, row, n, ha="center", va="center", color=colour, fontsize=7)
