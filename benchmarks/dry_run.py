"""What a dry run says of a search beside what the search then takes.

    python benchmarks/dry_run.py [--only NAME,...] [--repeats 1] [--out FILE.csv]

Each search of the list is looked at as ``evonas --dry-run`` does, and then done; nothing of it
is kept. A ratio is what was expected over what it took.
"""

from __future__ import annotations

import argparse
import csv
import time
from pathlib import Path

from evonas import Config, search
from evonas.commands.dry_run import looked_at
from evonas.engine.result import Result
from evonas.listener import Listener
from evonas.record import Record

SHORT = {"epochs": 3, "subset": 500}
CONFIGS = {
    "digits": Config(generations=6, pop_size=12, n_jobs=2, **SHORT),
    "macro-halving": Config(
        problem="macro",
        data="digits",
        fidelity="epochs",
        rungs=2,
        generations=5,
        pop_size=10,
        n_jobs=1,
        **SHORT,
    ),
    "layerwise-gp": Config(
        problem="layerwise",
        data="digits",
        objectives=("acc", "flops"),
        surrogate="gp",
        evaluations=44,
        n_jobs=2,
        **SHORT,
    ),
    "digits-time": Config(budget_time="60s", pop_size=10, n_jobs=2, **SHORT),
    "synthetic": Config(problem="synthetic", generations=20, n_jobs=1),
}
HEADER = [
    "search",
    "repeat",
    "what",
    "low",
    "expected",
    "high",
    "taken",
    "ratio",
    "dry run [s]",
]


class Trainings(Listener):
    """Counts the trainings of a search as they come, rungs separately."""

    def __init__(self) -> None:
        self.n = 0

    def on_record(self, record: Record) -> None:
        """Count a record that took a training."""
        self.n += bool(record.curve or record.partial or "acc" in record.metrics)


def compared(name: str, repeat: int) -> list[list[str]]:
    """A row for each number that a dry run gives and a search takes."""
    config = CONFIGS[name]
    started = time.monotonic()
    _, found = looked_at(config, None, resume=False, on_step=lambda step: None)
    seconds = time.monotonic() - started
    trainings = Trainings()
    result = search(config, listeners=[trainings])
    assert found.expectation is not None
    rows = []
    for what, taken in _taken(result, trainings.n).items():
        expected = found.expectation.totals[what]
        ratio = expected.expected / taken if taken else float("nan")
        numbers = (expected.low, expected.expected, expected.high, taken)
        rows.append(
            [
                *(name, str(repeat), what),
                *(f"{number:.4g}" for number in numbers),
                *(f"{ratio:.2f}", f"{seconds:.1f}"),
            ]
        )
    return rows


def _taken(result: Result, n_trainings: int) -> dict[str, float]:
    spend = result.spend
    final = {metric.name for metric in result.problem.final}
    return {
        "generations": float(len(result.generations)),
        "evaluations": float(len(result.records)),
        "trainings": float(n_trainings),
        "last": float(sum(not final.isdisjoint(record.metrics) for record in result.front)),
        "minutes": spend.wall_seconds / 60,
        "kwh": spend.energy_kwh,
        "co2_g": spend.co2_g,
        "flops": spend.fpo,
    }


def main() -> None:
    """Compare, and print and write a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default=",".join(CONFIGS))
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    rows = []
    for repeat in range(arguments.repeats):
        for name in arguments.only.split(","):
            for row in compared(name, repeat):
                print("  ".join(f"{cell:>12}" for cell in row), flush=True)
                rows.append(row)
    if arguments.out:
        with arguments.out.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([HEADER, *rows])


if __name__ == "__main__":
    main()
