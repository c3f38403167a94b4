"""Pictures of runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from evonas.objectives import Objective
from evonas.parsing import listed
from evonas.plots.axes import (
    GREY,
    axis_label,
    direction,
    draw_faint,
    is_logarithmic,
    plot_best,
    plot_front,
    plot_hypervolume,
    set_scale,
    strong,
)
from evonas.plots.points import Cloud, Runs, are_comparable, choose, cloud_of, runs_of
from evonas.runs.reading import open_run
from evonas.runs.run import Run

SUFFIXES = (".png", ".svg", ".pdf")
DOTS_PER_INCH = 150
N_BINS = 24


def save_picture(paths: Sequence[Path], *, objectives: Sequence[str] = (), out: Path) -> Path:
    """Draw runs from their directories, finished or not, and write the picture.

    Args:
        paths: Paths of the run directories.
        objectives: Names of metrics, or one text with commas; the first run's objectives if
            empty.
        out: File that the picture is written to; its suffix is ``.png``, ``.svg`` or ``.pdf``.

    Returns:
        The file that was written, ``out``.

    Raises:
        ValueError: An objective or the suffix is unknown, or a run holds nothing to draw.
        OSError: A run is not there, or the picture cannot be written.
    """
    if out.suffix.lower() not in SUFFIXES:
        raise ValueError(f"cannot write {out}; its suffix must be one of {', '.join(SUFFIXES)}")
    runs = [open_run(path) for path in paths]
    shared = {name for name, n in Counter(run.name for run in runs).items() if n > 1}
    draw(
        [
            replace(run, name=str(path)) if run.name in shared else run
            for run, path in zip(runs, paths, strict=True)
        ],
        objectives,
    ).savefig(out, dpi=DOTS_PER_INCH)
    return out


def draw(runs: Runs, objectives: Sequence[Objective | str] = ()) -> Figure:
    """One picture of one run or several.

    It shows the front and the hypervolume for two objectives, all pairs of them for more,
    and the best value so far for one. Hypervolumes that cannot be compared are left out.

    Args:
        runs: A result, several of them, or the records of one run.
        objectives: Objectives or names of metrics to show; those of the first run if empty.

    Raises:
        ValueError: A run lacks an objective, or holds nothing to draw.
    """
    drawn = runs_of(runs)
    chosen = _chosen(drawn, objectives)
    with_hypervolume = any(run.hypervolumes for run in drawn) and are_comparable(drawn)
    if len(chosen) > 2:
        figure = _draw_many(drawn, chosen, with_hypervolume=with_hypervolume)
    elif len(chosen) == 2:
        figure = _draw_two(drawn, chosen, with_hypervolume=with_hypervolume)
    else:
        figure = Figure(figsize=(6.8, 4.8), layout="constrained")
        plot_best(drawn, chosen[0], ax=figure.add_subplot())
    if len(drawn) == 1:
        figure.suptitle(_headline(drawn[0]), fontsize="medium")
    return figure


def plot_matrix(
    runs: Runs, objectives: Sequence[Objective | str] = (), *, figure: Figure | None = None
) -> np.ndarray:
    """Every pair of objectives; the front of all of them together stands out.

    Args:
        runs: A result, several of them, or the records of one run; each has its colour.
        objectives: Two or more objectives or names of metrics; those of the first run if empty.
        figure: Figure to draw on; a new one if left out.

    Returns:
        ``(n_objectives, n_objectives)`` axes: how each objective is distributed on the
        diagonal, the pairs below it, ``None`` above it.

    Raises:
        ValueError: A run lacks an objective, or there are fewer than two.
    """
    drawn = runs_of(runs)
    chosen = _chosen(drawn, objectives)
    n = len(chosen)
    if n < 2:
        raise ValueError(f"a matrix needs two objectives or more, got {chosen[0].name} alone")
    figure = figure or _matrix_figure(n)
    grid = figure.add_gridspec(n, n)
    clouds = [cloud_of(run, chosen) for run in drawn]
    panels = np.full((n, n), None, dtype=object)
    values = [[cloud.column(i) for cloud in clouds] for i in range(n)]
    for row in range(n):
        for column in range(row + 1):
            above = panels[column, column]
            beside = panels[row, 0] if row > column else None
            ax = figure.add_subplot(grid[row, column], sharex=above, sharey=beside)
            panels[row, column] = ax
            if row == column:
                _draw_distribution(ax, chosen[row], values[row])
            else:
                _draw_pair(ax, drawn, [cloud.columns(column, row) for cloud in clouds])
                set_scale(ax, "y", chosen[row], values=values[row])
            set_scale(ax, "x", chosen[column], values=values[column])
            _label_margins(ax, chosen, row=row, column=column)
    free = figure.add_subplot(grid[n - 2, n - 1])
    free.axis("off")
    free.legend(*panels[n - 1, 0].get_legend_handles_labels(), loc="center", frameon=False)
    return panels


def _chosen(drawn: Sequence[Run], objectives: Sequence[Objective | str]) -> list[Objective]:
    own = [objective.name for objective in drawn[0].objectives]
    wanted = listed(objectives) if isinstance(objectives, str) else objectives
    return choose(drawn, wanted or own or [None])


def _draw_two(
    drawn: Sequence[Run], chosen: Sequence[Objective], *, with_hypervolume: bool
) -> Figure:
    figure = Figure(figsize=(11.0 if with_hypervolume else 6.8, 4.8), layout="constrained")
    widths = (1.25, 1.0) if with_hypervolume else (1.0,)
    panels = figure.subplots(1, len(widths), width_ratios=widths, squeeze=False)[0]
    plot_front(drawn, chosen[1], chosen[0], ax=panels[0])
    if with_hypervolume:
        plot_hypervolume(drawn, ax=panels[1])
    return figure


def _draw_many(
    drawn: Sequence[Run], chosen: Sequence[Objective], *, with_hypervolume: bool
) -> Figure:
    figure = _matrix_figure(len(chosen))
    panels = plot_matrix(drawn, chosen, figure=figure)
    if with_hypervolume:
        half = len(chosen) // 2  # the largest free corner
        grid = panels[0, 0].get_gridspec()
        plot_hypervolume(drawn, ax=figure.add_subplot(grid[:half, half:]))
    return figure


def _matrix_figure(n: int) -> Figure:
    return Figure(figsize=(3.3 * n, 2.8 * n), layout="constrained")


def _draw_distribution(ax: Axes, objective: Objective, values: Sequence[np.ndarray]) -> None:
    finite = [column[np.isfinite(column)] for column in values]
    together = np.concatenate(finite)
    space = np.geomspace if is_logarithmic(objective, values) else np.linspace
    low, high = (together.min(), together.max()) if len(together) else (0.0, 1.0)
    edges = space(low, high if high > low else low + 1.0, N_BINS + 1).tolist()
    for i, column in enumerate(finite):
        look = strong(i)
        ax.hist(column, edges, histtype="step", color=look["color"], linewidth=1.2)
        ax.hist(column, edges, histtype="stepfilled", color=look["color"], alpha=0.15)


def _draw_pair(ax: Axes, drawn: Sequence[Run], clouds: Sequence[Cloud]) -> None:
    draw_faint(ax, clouds)
    for i, (run, cloud) in enumerate(zip(drawn, clouds, strict=True)):
        label = run.name if len(drawn) > 1 else f"Pareto front ({len(cloud.front)})"
        look = {**strong(i), "linestyle": "", "markersize": 4.5}
        ax.plot(*cloud.front.T, **look, label=label, gid="front")


def _label_margins(ax: Axes, chosen: Sequence[Objective], *, row: int, column: int) -> None:
    """Words at the left and the lower margin of the matrix, and over its diagonal."""
    if row == column:
        title = f"{chosen[row].label}\n{direction(chosen[row])}"
        ax.set_title(title, fontsize="small", color=GREY)
        ax.tick_params(left=False, labelleft=False)
        ax.spines["left"].set_visible(False)
    elif column == 0:
        ax.set_ylabel(axis_label(chosen[row]), fontsize="small")
    else:
        ax.tick_params(labelleft=False)
    if row == len(chosen) - 1:
        ax.set_xlabel(axis_label(chosen[column]), fontsize="small")
    else:
        ax.tick_params(labelbottom=False)


def _headline(run: Run) -> str:
    words = f"{run.name}: {len(run.records)} architectures"
    n_failures = len(run.failures)
    return f"{words}, {n_failures} of them failed" if n_failures else words
