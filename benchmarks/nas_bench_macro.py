"""Hypervolume against distinct architectures measured, on the table of NAS-Bench-Macro.

    python benchmarks/nas_bench_macro.py --data-dir FOLDER [--seeds 11] [--algorithms nsga2]

Two objectives, error by the mean of three trainings and MACs, scaled by ideal and nadir of the
true front; reference point 1.1; relative to the hypervolume of the true front. Writes
``results/nas-bench-macro-2obj-seeds0..N.csv`` beside this file, prints medians and quartiles.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

import numpy as np
from pymoo.indicators.hv import HV

from evonas import Config, search
from evonas.front import front
from evonas.loading import ProblemSpec

BUDGETS = (30, 50, 100, 150, 200, 300, 500)
METRICS = ("acc", "macs")


def true_values(config: Config) -> dict[tuple[int, ...], tuple[float, float]]:
    """Error and MACs of every genome in the table."""
    problem = ProblemSpec(config.problem, config.settings).open()
    genomes = np.ndindex(*problem.space.sizes)
    rows = {genome: problem.measure(genome, METRICS, seed=0) for genome in genomes}
    return {genome: (100.0 - row["acc"], row["macs"]) for genome, row in rows.items()}


class Judge:
    """Relative hypervolume of a set of genomes."""

    def __init__(self, values: dict[tuple[int, ...], tuple[float, float]]) -> None:
        self.values = values
        F = np.array(list(values.values()))
        true_front = F[front(F)]
        self.n_front = len(np.unique(true_front, axis=0))
        self.ideal, self.nadir = true_front.min(0), true_front.max(0)
        self.best = self._hypervolume(true_front)

    def __call__(self, genomes: list[tuple[int, ...]]) -> float:  # noqa: D102
        return self._hypervolume(np.array([self.values[g] for g in genomes])) / self.best

    def _hypervolume(self, F: np.ndarray) -> float:
        scaled = (F - self.ideal) / (self.nadir - self.ideal)
        return float(HV(np.full(2, 1.1))(scaled[front(scaled)]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-dir", required=True)
    parser.add_argument("--seeds", type=int, default=11)
    parser.add_argument("--algorithms", default="nsga2,random")
    parser.add_argument("--pop-size", type=int)
    arguments = parser.parse_args()
    base = Config(problem="nas-bench-macro", data_dir=arguments.data_dir)
    judge = Judge(true_values(base))
    print(f"true front: {judge.n_front} members")
    rows = []
    for algorithm in arguments.algorithms.split(","):
        for seed in range(arguments.seeds):
            config = Config(
                problem=base.problem,
                data_dir=base.data_dir,
                objectives=METRICS,
                algorithm=algorithm,
                pop_size=arguments.pop_size,
                evaluations=max(BUDGETS),
                seed=seed,
                n_jobs=1,
            )
            genomes = [record.genome for record in search(config).records]
            assert len(set(genomes)) == len(genomes), "an architecture was measured twice"
            rows += [(algorithm, seed, n, judge(genomes[:n])) for n in BUDGETS]
        for n in BUDGETS:
            values = [row[3] for row in rows if row[0] == algorithm and row[2] == n]
            low, median, high = np.percentile(values, [25, 50, 75])
            print(f"{algorithm:8} {n:4} {median:.4f} [{low:.4f}, {high:.4f}]")
    results = Path(__file__).parent / "results"
    results.mkdir(exist_ok=True)
    path = results / f"nas-bench-macro-2obj-seeds0..{arguments.seeds - 1}.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["algorithm", "seed", "evaluations", "relative_hypervolume"])
        writer.writerows(rows)


if __name__ == "__main__":
    main()
