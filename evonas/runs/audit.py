"""Whether the records of a run can be its own."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from evonas.objectives import Constraint, broken
from evonas.plugins.plain_pymoo import ForeignProblem
from evonas.problem import Problem
from evonas.record import AGAIN, Record, candidate_seed
from evonas.runs.journal import Journal
from evonas.space import Genome

_ANOTHER = (
    "the problem is no longer what it was, or the line is another run's; restore the problem, "
    "remove the line, or start a new run with --out"
)


def check_records(
    journal: Journal,
    problem: Problem,
    *,
    metrics: Collection[str],
    constraints: Sequence[Constraint],
    seed: int,
) -> None:
    """Refuse a journal with a record that a run cannot have written.

    Args:
        journal: The journal of the run, as it was opened.
        problem: The problem that the run searches.
        metrics: Names of all that a candidate is measured for.
        constraints: The bounds that must be kept; a record that breaks one of them may lack
            metrics.
        seed: The seed of the search, from which its candidates' seeds follow.

    Raises:
        ValueError: There is such a record; the message names the file and the line.
    """
    constraints = tuple(constraints)
    for (genome, fidelity), record in journal.records.items():
        mistake = (
            _misplaced(genome, problem)
            or _missown(record, seed)
            or _incomplete(record, metrics, constraints)
        )
        if mistake:
            line = journal.lines[genome, fidelity]
            raise ValueError(f"{journal.path}, line {line}: {mistake}")


def _misplaced(genome: Genome, problem: Problem) -> str:
    """What is wrong with a genome; empty if nothing is."""
    if isinstance(problem, ForeignProblem):
        n_genes, n_variables = len(genome), len(problem.names)
        if n_genes == n_variables:
            return ""
        return f"the genome has {n_genes} values for {n_variables} variables: {_ANOTHER}"
    try:
        problem.space.check(genome)
        canonical = problem.canonical(genome)
    except ValueError as error:
        return f"the genome is not of this search space ({error}): {_ANOTHER}"
    if canonical == genome:
        return ""
    return f"the genome {genome} stands for another one, {canonical}: {_ANOTHER}"


def _missown(record: Record, seed: int) -> str:
    """What is wrong with a candidate's seed; empty if nothing is."""
    own = candidate_seed(seed, record.genome)
    if record.seed == own:
        return ""
    return (
        f"its seed is {record.seed}, and not {own} as in a search with seed {seed}: the line "
        f"was edited by hand, or is another run's; {AGAIN}"
    )


def _incomplete(
    record: Record, metrics: Collection[str], constraints: tuple[Constraint, ...]
) -> str:
    """What a measured record lacks; empty if nothing."""
    if record.error is not None or record.measured >= set(metrics):
        return ""
    if broken(constraints, record.metrics):
        return ""
    missing = ", ".join(name for name in metrics if name not in record.measured)
    return f"it was not measured for {missing}, though it keeps every constraint; {AGAIN}"
