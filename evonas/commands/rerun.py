"""Measuring chosen candidates of a run once more, where one can watch: ``evonas rerun RUN``."""

from __future__ import annotations

import argparse
import faulthandler
import json
import re
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

from evonas.engine.plan import SearchPlan
from evonas.evaluation.candidate import measure_openly
from evonas.record import Record, candidate_seed
from evonas.reports.text import complain
from evonas.runs.reading import open_run
from evonas.space import Genome


def main(argv: Sequence[str] | None = None) -> int:
    """Measure candidates in this process, one after the other, and leave the run as it is.

    Returns:
        0 if all could be measured, 1 if one failed, 2 for a mistake, said in one line, 130
        after Ctrl-C, which shows where a candidate hangs.
    """
    given = _make_parser().parse_args(argv)
    try:
        run = open_run(given.run)
        plan = SearchPlan.of(run.config)
        known = {record.genome: record for record in run.records}
        genomes = [_read_genome(text, plan) for text in given.genome or ()]
        if given.failed:
            genomes += [record.genome for record in known.values() if record.error is not None]
        if not genomes:
            print(f"No candidate of {given.run} failed.")
            return 0
        plan.problem.prepare()
    except (ValueError, OSError) as error:
        return complain(error)
    faulthandler.enable(2)  # a candidate may end this process, and should say where
    try:
        n_failed = sum(not _rerun(plan, genome, known.get(genome)) for genome in genomes)
    except KeyboardInterrupt:
        traceback.print_exc()
        return 130
    print(f"{len(genomes)} measured again, {n_failed} of them failed.")
    return 1 if n_failed else 0


def _make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="evonas rerun",
        description="Measure candidates of a run again in the foreground, with all that they "
        "print and their full tracebacks. The run stays as it is.",
    )
    parser.add_argument("run", metavar="RUN", type=Path, help="run directory")
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--failed", action="store_true", help="all that failed")
    which.add_argument(
        "--genome",
        metavar="GENOME",
        action="append",
        help="as a table shows it, such as 1-0-2 or '1 0 2', or a JSON list; repeatable",
    )
    return parser


def _read_genome(text: str, plan: SearchPlan) -> Genome:
    """The canonical genome that a text stands for.

    Raises:
        ValueError: The text is no genome, or not of the run's space.
    """
    try:
        genome = tuple(
            json.loads(text)
            if text.lstrip().startswith("[")
            else [int(word) for word in re.split(r"[\s,-]+", text.strip())]
        )
    except ValueError:
        raise ValueError(
            f"cannot read the genome {text!r}; expected one like 1-0-2 or a JSON list"
        ) from None
    return plan.problem.canonical(genome)


def _rerun(plan: SearchPlan, genome: Genome, before: Record | None) -> bool:
    """Whether a candidate could be measured; says all about it."""
    seed = candidate_seed(plan.config.seed, genome)
    print(f"{'-'.join(map(str, genome))}, seed {seed}")
    for name, choice in plan.problem.decode(genome).items():
        print(f"  {name}: {choice}")
    if before is not None and before.error is not None:
        print(f"  in the run it failed: {before.error}")
    try:
        measured = measure_openly(plan.order, genome, seed=seed).metrics
    except Exception:
        sys.stdout.flush()
        traceback.print_exc()
        return False
    for name, value in measured.items():
        then = None if before is None else before.metrics.get(name)
        differs = f", but {then!r} in the run" if then not in (None, value) else ""
        print(f"  {name}: {value!r}{differs}")
    return True
