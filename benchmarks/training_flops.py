"""Hypervolume against the FLOPs of all trainings, of runs on a problem that nobody knows.

    python benchmarks/training_flops.py RUN RUN ... [--out training-flops.png] [--csv FILE]

A RUN is a run's folder, or a file that ``--csv`` wrote of several runs.

Two objectives, accuracy and one that is counted, scaled by ideal and nadir of the front of all
runs together; reference point 1.1; relative to the hypervolume of that front. Once with the
counted objective as it is, and once with its logarithm. Only measurements of the whole count,
and every step is paid for. Runs whose names differ by a number at the end are seeds of one
method: of these the medians follow, and for how many of the seeds a method reached the median
end of the first one, with which share of its median FLOPs. At the end the fronts by their
accuracy on test images, which no search has seen.
"""

from __future__ import annotations

import argparse
import csv
import re
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np
from matplotlib.figure import Figure
from pymoo.indicators.hv import HV

from evonas.bench.judge import REFERENCE
from evonas.pareto.dominance import front
from evonas.record import Record
from evonas.reports.text import aligned
from evonas.runs.reading import open_run

COLUMNS = ("run", "images", "spent", "error", "counted")
SHARES = (1 / 20, 1 / 10, 1 / 5, 1 / 2, 1)  # of what the first run took


@dataclass(frozen=True)
class Course:
    """One run, step by step.

    Attributes:
        name: Of its folder.
        spent: FLOPs of all trainings so far, ``(n_steps,)``.
        F: Objectives of what was measured as a whole, to be minimised, ``(n_steps, 2)``; NaN
            where the step measured less.
        tested: Likewise of its front by test accuracy, ``(n_front, 2)``.
    """

    name: str
    spent: np.ndarray
    F: np.ndarray
    tested: np.ndarray


class Scale:
    """Relative hypervolume of points, where the front of all of them is known."""

    def __init__(self, points: np.ndarray, *, is_logarithmic: bool) -> None:
        self.is_logarithmic = is_logarithmic
        F = self._seen(points)
        F = F[front(F)]
        self.ideal, self.nadir = F.min(0), F.max(0)
        self.best = 1.0
        self.best = self(points)

    def __call__(self, points: np.ndarray) -> float:
        """Of ``(n, 2)`` points; 0 for none."""
        F = (self._seen(points) - self.ideal) / (self.nadir - self.ideal)
        return float(HV(np.full(2, REFERENCE))(F)) / self.best if len(F) else 0.0

    def _seen(self, points: np.ndarray) -> np.ndarray:
        error, cost = points[~np.isnan(points).any(1)].T
        return np.column_stack([error, np.log(cost) if self.is_logarithmic else cost])


def course(folder: Path) -> Course:
    """What a run's journal tells."""
    accuracy, counted = open_run(folder).goals.objectives
    lines = (folder / "records.jsonl").read_bytes().splitlines()
    steps = [Record.from_line(line) for line in lines]
    flops = {s.genome: s.metrics[counted.name] for s in steps if counted.name in s.metrics}
    return Course(
        folder.name,
        np.cumsum([step.effort for step in steps]),
        np.array([_point(step, accuracy.name, flops) for step in steps]),
        np.array(
            [_point(s, "test_acc", flops) for s in steps if "test_acc" in s.metrics]
        ).reshape(-1, 2),
    )


def written_courses(path: Path) -> list[Course]:
    """Courses that were written to a file."""
    rows: dict[str, dict[str, list[list[float]]]] = {}
    with path.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            numbers = [float(row[column]) for column in COLUMNS[2:]]
            of_run = rows.setdefault(row["run"], {"validation": [], "test": []})
            of_run[row["images"]].append(numbers)
    found = []
    for name, of_run in rows.items():
        steps, tested = (np.array(each).reshape(-1, 3) for each in of_run.values())
        found.append(Course(name, steps[:, 0], steps[:, 1:], tested[:, 1:]))
    return found


def write_courses(courses: list[Course], path: Path) -> None:
    """Write courses to a file, NaN where a step measured less than the whole."""
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(COLUMNS)
        for c in courses:
            for spent, (error, counted) in zip(c.spent, c.F, strict=True):
                table.writerow([c.name, "validation", f"{spent:.6g}", f"{error:.5g}", counted])
            for error, counted in c.tested:
                table.writerow([c.name, "test", f"{c.spent[-1]:.6g}", f"{error:.5g}", counted])


def _point(step: Record, metric: str, counted: dict[tuple[int, ...], float]) -> list[float]:
    if metric not in step.metrics:
        return [np.nan, np.nan]
    return [100 - step.metrics[metric], counted[step.genome]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", nargs="+", type=Path, metavar="RUN")
    parser.add_argument("--out", default="training-flops.png")
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write all steps there")
    given = parser.parse_args()
    courses = [
        each
        for path in given.runs
        for each in (written_courses(path) if path.suffix == ".csv" else [course(path)])
    ]
    if given.csv:
        write_courses(courses, given.csv)
    methods = dict.fromkeys(method_of(c.name) for c in courses)
    colors = {method: f"C{i}" for i, method in enumerate(methods)}
    figure = Figure(figsize=(11, 4.5), layout="constrained")
    for axes, is_logarithmic in zip(figure.subplots(1, 2), (True, False), strict=True):
        axis = "logarithm of what is counted" if is_logarithmic else "what is counted as it is"
        print(axis)
        scale = Scale(np.vstack([c.F for c in courses]), is_logarithmic=is_logarithmic)
        heights = [[scale(c.F[: i + 1]) for i in range(len(c.F))] for c in courses]
        for c, height in zip(courses, heights, strict=True):
            axes.step(c.spent, height, where="post", color=colors[method_of(c.name)])
        axes.set(xscale="log", xlabel="FLOPs of all trainings", title=axis)
        axes.set_ylabel("hypervolume, relative to all runs together")
        axes.grid(alpha=0.3, which="both")
        _report(courses, heights)
        _report_methods(courses, heights)
        if tests := [c for c in courses if len(c.tested)]:  # of those that have come to an end
            tested = Scale(np.vstack([c.tested for c in tests]), is_logarithmic=is_logarithmic)
            print("by test images:", {c.name: round(tested(c.tested), 4) for c in tests}, "\n")
    for method, color in colors.items():
        figure.axes[0].plot([], color=color, label=method)
    figure.axes[0].legend(frameon=False)
    figure.savefig(given.out, dpi=150)


def _report(courses: list[Course], heights: list[list[float]]) -> None:
    first, goal = courses[0].spent[-1], heights[0][-1]
    levels = [first * share for share in SHARES]
    rows = []
    for c, height in zip(courses, heights, strict=True):
        by_level = [_at(c, height, level) for level in levels]
        reached = [spent for spent, h in zip(c.spent, height, strict=True) if h >= goal]
        when = f"{reached[0]:.3g}, 1/{first / reached[0]:.1f}" if reached else "-"
        cells = ["-" if each is None else f"{each:.4f}" for each in by_level]
        rows.append([c.name, *cells, f"{height[-1]:.4f}", when])
    header = ["run", *(f"{level:.3g}" for level in levels), "end", "reaches the first's end"]
    print("\n".join(aligned(header, rows)))


def method_of(name: str) -> str:
    """The method of a run, of whose name a number at the end is the seed."""
    return re.sub(r"-\d+$", "", name)


def _at(c: Course, height: list[float], spent: float) -> float | None:
    """What was reached by then; ``None`` before the first step."""
    place = int(np.searchsorted(c.spent, spent, side="right"))
    return height[place - 1] if place else None


def _report_methods(courses: list[Course], heights: list[list[float]]) -> None:
    """Medians over the seeds of each method, the first of which sets the goal."""
    seeds: dict[str, list[tuple[Course, list[float]]]] = {}
    for c, height in zip(courses, heights, strict=True):
        seeds.setdefault(method_of(c.name), []).append((c, height))
    first = next(iter(seeds.values()))
    goal = median(height[-1] for _, height in first)
    full = median(float(c.spent[-1]) for c, _ in first)
    rows = []
    for name, runs in seeds.items():
        reached = [
            next((s / full for s, h in zip(c.spent, height, strict=True) if h >= goal), np.inf)
            for c, height in runs
        ]
        n_reached = sum(np.isfinite(reached))
        share = f"{median(reached):.3f}" if np.isfinite(median(reached)) else "-"
        by_share = [
            median(_at(c, height, full * s) or 0.0 for c, height in runs) for s in SHARES
        ]
        ends = [height[-1] for _, height in runs]
        medians = [f"{each:.4f}" for each in (*by_share, median(ends))]
        rows.append([name, *medians, f"{n_reached} of {len(runs)}", share])
    levels = [f"{full * s:.3g}" for s in SHARES]
    header = ["method, medians", *levels, "end", "reach the first's end", "with a share of"]
    print("\n".join(aligned(header, rows)))


if __name__ == "__main__":
    main()
