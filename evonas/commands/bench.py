"""The command that sets methods against each other on a problem with a known front."""

from __future__ import annotations

import argparse
import csv
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from tqdm import tqdm

from evonas.bench.contest import check_method, has_fidelity, judge_of, play
from evonas.bench.standings import COLUMNS, Standings
from evonas.commands.parsers import bench_parser
from evonas.config import Config
from evonas.engine.plan import SearchPlan
from evonas.faults import MetricError
from evonas.parsing import listed
from evonas.plots.bench import draw_contest
from evonas.problem import Problem
from evonas.reports.text import aligned, complain


def main(argv: Sequence[str] | None = None) -> int:
    """Run a contest, print who was ahead, and leave a table and a picture.

    Args:
        argv: the arguments; those of the process if left out.

    Returns:
        0, or 2 for a mistake in the arguments, said in one line.
    """
    given = bench_parser().parse_args(argv)
    try:
        return _run(given)
    except (ValueError, OSError, MetricError) as error:
        return complain(error)


def _run(given: argparse.Namespace) -> int:
    methods = listed(given.methods)
    for method in methods:
        check_method(method)
    if not methods or given.seeds < 1:
        raise ValueError("a contest needs a method and a seed at least")
    base = Config(
        problem=given.problem,
        data_dir=given.data_dir,
        objectives=listed(given.objectives),
        option=tuple(given.option),
        evaluations=given.evaluations,
        n_jobs=0,  # a search takes one process; the contest has many
        pop_size=given.pop_size,
    )
    plan = SearchPlan.of(base)
    cost = given.cost or _default_cost(plan.problem)
    names = [objective.name for objective in plan.goals.objectives]
    if cost != plan.problem.effort and any(has_fidelity(method) for method in methods):
        raise ValueError(f"a fidelity is counted by the problem's effort, not by {cost}")
    judge = judge_of(base)
    judge.costs(plan.problem.space.sample(1, _rng()), cost)
    print(f"true front of {', '.join(names)}: {len(judge.true_front)} points", file=sys.stderr)
    contest = play(
        base, methods, range(given.seeds), cost=cost, n_jobs=given.n_jobs or os.cpu_count() or 1
    )
    n_searches = len(methods) * given.seeds
    scores = [s for search in tqdm(contest, total=n_searches, unit="search") for s in search]
    standings = Standings(scores, methods)
    for header, rows in (standings.table(), standings.by_cost(), standings.tests()):
        if rows:
            print("\n".join(["", *aligned(header, rows)]))
    print(f"\nEverything is in {_keep(standings, base, names, cost, given)}")
    return 0


def _rng() -> np.random.Generator:
    return np.random.default_rng(0)


def _default_cost(problem: Problem) -> str:
    """What the problem names as its effort, or the first metric that it knows beforehand."""
    cheap = [o.name for o in problem.objectives if o.name in problem.cheap]
    chosen = problem.effort or next(iter(cheap), None)
    if chosen is None:
        offered = ", ".join(objective.name for objective in problem.objectives)
        raise ValueError(
            f"name the metric that says what measuring takes with --cost: {offered}"
        )
    return chosen


def _keep(
    standings: Standings, base: Config, names: list[str], cost: str, given: argparse.Namespace
) -> Path:
    """Write the table and the picture, named by their conditions."""
    place = Path(base.problem.rpartition(":")[2] if ":" in base.problem else base.problem)
    options = [text.replace("=", "") for text in base.option]
    parts = [place.stem, *names, *options, f"{base.evaluations}evaluations"]
    stem = "-".join([*parts, f"seeds0..{given.seeds - 1}"])
    folder = Path(given.out)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{stem}.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([COLUMNS, *standings.rows()])
    title = ", ".join([base.problem, " and ".join(names), *base.option])
    draw_contest(standings, title=title, cost=cost, out=folder / f"{stem}.png")
    return folder / f"{stem}.csv"
