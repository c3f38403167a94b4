"""Rank correlation of what takes no training with what training shows.

    python benchmarks/zero_cost.py [--problem digits] [--networks 150] [--seeds 3]

Random architectures, each trained once with each seed. Every metric that takes no training is
compared with the mean validation accuracy, and at the end one training with the next.
"""

from __future__ import annotations

import argparse

import numpy as np

from evonas import Config
from evonas.engine.plan import SearchPlan
from evonas.evaluation.candidate import Order
from evonas.evaluation.evaluator import Evaluator
from evonas.pareto.correlation import kendall, spearman


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--problem", default="digits")
    parser.add_argument("--data")
    parser.add_argument("--data-dir")
    parser.add_argument("--subset", type=int)
    parser.add_argument("--networks", type=int, default=150)
    parser.add_argument("--seeds", type=int, default=3)
    given = parser.parse_args()
    config = Config(
        problem=given.problem, data=given.data, data_dir=given.data_dir, subset=given.subset
    )
    plan = SearchPlan.of(config)
    names = (*sorted(plan.problem.hints), *sorted(plan.problem.cheap - {"fpo"}))
    drawn = plan.problem.space.sample(given.networks, np.random.default_rng(0))
    genomes = list(dict.fromkeys(map(plan.problem.canonical, drawn)))
    with plan.executor:
        runs = [
            Evaluator(Order(plan.spec, ("acc", *names), seed=seed), executor=plan.executor)(
                genomes
            )
            for seed in range(given.seeds)
        ]
    rows = [row for row in zip(*runs, strict=True) if all(r.error is None for r in row)]
    acc = np.array([[record.metrics["acc"] for record in row] for row in rows])
    print(f"{len(rows)} networks, acc {acc.mean(1).min():.1f} to {acc.mean(1).max():.1f} %")
    print(f"{'':14} spearman kendall   (and of the better half)")
    better = acc.mean(1) >= np.median(acc.mean(1))
    for name in names:
        values = np.array([row[0].metrics[name] for row in rows])
        _print(name, values, acc.mean(1), better)
    if given.seeds > 1:
        _print("another seed", acc[:, 0], acc[:, 1], better)


def _print(name: str, values: np.ndarray, acc: np.ndarray, better: np.ndarray) -> None:
    whole = f"{spearman(values, acc):8.3f} {kendall(values, acc):7.3f}"
    values, acc = values[better], acc[better]
    half = f"{spearman(values, acc):8.3f} {kendall(values, acc):7.3f}"
    print(f"{name:14} {whole}   {half}")


if __name__ == "__main__":
    main()
