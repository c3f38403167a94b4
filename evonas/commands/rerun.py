"""Measuring chosen candidates of a run once more, where one can watch: ``evonas rerun RUN``."""

from __future__ import annotations

import faulthandler
import sys
import traceback
from collections.abc import Sequence

from evonas.commands.parsers import rerun_parser
from evonas.engine.plan import SearchPlan
from evonas.evaluation.candidate import measure_openly
from evonas.record import Record, candidate_seed
from evonas.reports.naming import genome_in
from evonas.reports.text import complain, genome_text
from evonas.runs.reading import open_run
from evonas.space import Genome


def main(argv: Sequence[str] | None = None) -> int:
    """Measure candidates in this process, one after the other, and leave the run as it is.

    Args:
        argv: the arguments; those of the process if left out.

    Returns:
        0 if all could be measured, 1 if one failed, 2 for a mistake, said in one line, 130
        after Ctrl-C, which shows where a candidate hangs.
    """
    given = rerun_parser().parse_args(argv)
    try:
        run = open_run(given.run)
        plan = SearchPlan.of(run.config)
        known = {record.genome: record for record in run.records}
        genomes = [
            genome_in(run, text, canonical=plan.problem.canonical)
            for text in given.genome or ()
        ]
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


def _rerun(plan: SearchPlan, genome: Genome, before: Record | None) -> bool:
    """Whether a candidate could be measured; says all about it."""
    seed = candidate_seed(plan.config.seed, genome)
    print(f"{genome_text(genome)}, seed {seed}")
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
