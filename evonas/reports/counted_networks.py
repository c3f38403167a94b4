"""What all networks of a run cost, from what is kept and, where that is not enough, counted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from evonas.hardware.roofline import Cost
from evonas.plugins.loading import ProblemSpec
from evonas.problem import Problem
from evonas.runs.costs import costs_text, count_costs, read_costs
from evonas.runs.run import Run
from evonas.space import Genome
from evonas.whole_files import whole

Tell = Callable[[str, int, int], None]
COUNTING = "counting"


def silent(what: str, n: int, total: int) -> None:
    """Tell nobody how far something has got."""


@dataclass(frozen=True)
class Counted:
    """Networks' costs, and what a reader should know of them.

    Attributes:
        costs: Cost by canonical genome; what could not be counted is missing.
        notes: Why something is missing, or was counted anew, in lines.
    """

    costs: Mapping[Genome, Cost]
    notes: tuple[str, ...] = ()


def count_run(
    run: Run,
    genomes: Sequence[Genome],
    *,
    problem: Problem | None = None,
    file: Path | None = None,
    is_kept_alone: bool = False,
    tell: Tell = silent,
) -> Counted:
    """Costs of networks that a run has measured.

    Those that the run's directory keeps, which are its front's, and those of an earlier count
    are taken as they are, unless the problem counts one of them otherwise today. All others are
    counted by the problem, whose code runs in this process; nothing is trained.

    Args:
        run: The run.
        genomes: Canonical genomes of its networks.
        problem: The problem of the run, where it is open already.
        file: Where costs of an earlier count lie, and where all of them are kept, also if the
            counting is interrupted; nowhere if left out.
        is_kept_alone: Whether to run no code, and take what is kept alone.
        tell: Told how far the counting has got.

    Raises:
        ValueError: No network has a cost, or a file of costs cannot be read.
    """
    kept = {**(read_costs(file) if file else {}), **run.costs}
    if is_kept_alone:
        return _known(run, kept, genomes)
    try:
        problem = problem or ProblemSpec(run.config.problem, run.config.settings).open()
    except (ValueError, OSError, ImportError) as error:
        note = f"the problem of run {run.name} cannot be opened: {error}"
        return _known(run, kept, genomes, note)
    kept, note = _of_today(kept, problem, genomes)
    waiting = [genome for genome in genomes if genome not in kept]
    try:
        for i, genome in enumerate(waiting, 1):
            kept |= count_costs(problem, [genome])
            tell(COUNTING, i, len(waiting))
    finally:
        if file and waiting and kept:
            file.parent.mkdir(parents=True, exist_ok=True)
            with whole(file) as opened:
                opened.write(costs_text(kept))
    return _known(run, kept, genomes, note)


def _of_today(
    kept: dict[Genome, Cost], problem: Problem, genomes: Sequence[Genome]
) -> tuple[dict[Genome, Cost], str]:
    """What is kept, or nothing where the problem counts the first of it otherwise today."""
    first = next((genome for genome in genomes if genome in kept), None)
    found = count_costs(problem, [first]) if first else {}
    if first is None or first not in found or found[first] == kept[first]:
        return kept, ""
    return found, (
        f"the problem counts {found[first].flops:,} FLOPs today where {kept[first].flops:,} "
        "are kept of the same network, so all were counted anew"
    )


def _known(
    run: Run, costs: Mapping[Genome, Cost], genomes: Sequence[Genome], note: str = ""
) -> Counted:
    """Of all costs, those of the networks in question.

    Raises:
        ValueError: There is none.
    """
    found = {genome: costs[genome] for genome in genomes if genome in costs}
    if not found:
        why = note or f"{run.config.problem} counts no networks, or none is kept"
        raise ValueError(f"no network of run {run.name} can be priced: {why}")
    n_missing = len(genomes) - len(found)
    missing = (
        [
            f"{n_missing} of {len(genomes)} architectures are left out, as their costs are "
            "not kept"
        ]
        if n_missing
        else []
    )
    return Counted(found, (*([note] if note else []), *missing))
