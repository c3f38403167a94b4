"""NAS-Bench-201's cells searched with and without a surrogate, their fronts trained in full.

    python benchmarks/cell_search.py --out FOLDER --data-dir DATA [--seeds 5] [--quick]

Both searches get the same evaluations, the same short trainings (the proxy) and, seed by seed,
the same split and first design. Every member of each final front is then trained in full, by
``evonas train --front``, and judged on test images that no search has seen. What is compared is
the share of the unit box that a front dominates, from no error and no FLOPs to the error of
guessing and the FLOPs of the largest cell: by the proxy, and by the final test accuracies.

It calls the commands that a user would, and goes on where it was when called again.
"""

from __future__ import annotations

import argparse
import csv
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from evonas import open_run
from evonas.bench.paired import difference, interval
from evonas.models.family import TABLE
from evonas.pareto.hypervolume import hypervolume
from evonas.plugins.loading import ProblemSpec
from evonas.problem import Settings

WAYS: Mapping[str, tuple[str, ...]] = {"surrogate": ("--surrogate", "gp"), "NSGA-II": ()}
N_CLASSES = 10
OPTIONS = ("channels=8", "cells=1")
LARGEST = (3,) * 6  # a 3x3 convolution on every edge
IMAGE_SIZE = 14
NAMES = {"proxy": "by the proxy [%]", "final": "final [%]", "best": "best final accuracy [%]"}


class Judged(NamedTuple):
    """What a front is worth.

    Attributes:
        proxy: The share of the box that it dominates by the proxy, in percent.
        final: The same by the final test accuracies.
        best: The highest final test accuracy, in percent.
    """

    proxy: Any
    final: Any
    best: Any


def proxy_flags(*, is_quick: bool) -> list[str]:
    """How candidates are searched and trained."""
    sizes = ("8", "4", "100", "1") if is_quick else ("60", "12", "2000", "3")
    names = ("--evaluations", "--pop-size", "--subset", "--epochs")
    return [word for pair in zip(names, sizes, strict=True) for word in pair]


def searched(way: str, seed: int, given: argparse.Namespace) -> Path:
    """The run of one search, made if it is not there."""
    run = Path(given.out, f"{way}-{seed}")
    options = [word for option in OPTIONS for word in ("--option", option)]
    if not (run / "front.csv").exists():
        command(
            *("evonas.run", "--problem", "nb201", *options, "--objectives", "acc,flops"),
            *("--data", given.data, "--data-dir", given.data_dir),
            *("--image-size", str(IMAGE_SIZE), "--seed", str(seed), "--data-seed", str(seed)),
            *("--n-jobs", "1", "--out", str(run), *WAYS[way]),
            *proxy_flags(is_quick=given.quick),
            *(("--resume",) if run.exists() else ()),
        )
    return run


def trained(run: Path, given: argparse.Namespace) -> list[dict[str, str]]:
    """The rows of the table of all members of a run's front, trained in full."""
    family = run.with_name(f"{run.name}-models")
    if not (family / TABLE).exists():
        epochs = "1" if given.quick else "2"
        command(
            *("evonas", "train", str(run), "--front", "--epochs", epochs, "--threads", "1"),
            *("--data-dir", given.data_dir, "--out", str(family)),
        )
    with (family / TABLE).open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def command(module: str, *arguments: str) -> None:
    """Carry out a command of evonas as a user would."""
    subprocess.run([sys.executable, "-m", module, *arguments], check=True)


def dominated(accuracies: Sequence[float], flops: Sequence[float], most_flops: float) -> float:
    """The share of the unit box that networks dominate, in percent."""
    guessing = 100.0 / N_CLASSES
    errors = (100.0 - np.asarray(accuracies)) / (100.0 - guessing)
    return 100 * hypervolume(np.column_stack([errors, np.asarray(flops) / most_flops]))


def flops_of_largest(given: argparse.Namespace) -> float:
    """The FLOPs of the largest cell's network."""
    options = tuple(tuple(option.split("=")) for option in OPTIONS)
    settings = Settings(data=given.data, image_size=IMAGE_SIZE, options=options)
    return float(ProblemSpec("nb201", settings).open().cost(LARGEST).flops)


def judged(run: Path, rows: Sequence[Mapping[str, str]], *, most_flops: float) -> Judged:
    """What the front of a run is worth, before and after its members were trained in full."""
    front = [record.metrics for record in open_run(run).front]
    final = [float(row["test_acc [%]"]) for row in rows]
    return Judged(
        dominated([m["acc"] for m in front], [m["flops"] for m in front], most_flops),
        dominated(final, [float(row["flops [FLOP]"]) for row in rows], most_flops),
        max(final),
    )


def report(found: Mapping[str, Sequence[Judged]]) -> list[str]:
    """A line for each of the two ways, and one for everything that is between them.

    Args:
        found: By way, what came of each seed, in the same order.
    """
    lines = []
    columns = {way: Judged(*zip(*fronts, strict=True)) for way, fronts in found.items()}
    for way, values in columns.items():
        means = (f"{name} {interval(getattr(values, key))}" for key, name in NAMES.items())
        lines.append(f"{way} ({len(found[way])} seeds): " + "; ".join(means))
    ours, theirs = columns.values()
    for key, name in NAMES.items():
        between = difference(getattr(ours, key), getattr(theirs, key))
        lines.append(f"with a surrogate, {name}: {between.interval}, p = {between.p:.2g}")
    return lines


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", required=True)
    parser.add_argument("--data-dir", required=True)
    parser.add_argument("--data", default="fashion-mnist")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="as small as can be")
    given = parser.parse_args(arguments)
    top = flops_of_largest(given)
    found: dict[str, list[Judged]] = {way: [] for way in WAYS}
    for seed in range(given.seeds):
        for way in WAYS:
            run = searched(way, seed, given)
            found[way].append(judged(run, trained(run, given), most_flops=top))
            print(f"seed {seed}, {way}: {found[way][-1]}", flush=True)
    print("\n".join(report(found)))


if __name__ == "__main__":
    main()
