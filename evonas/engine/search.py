"""A search from its config to its result."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, astuple, fields, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from evonas.algorithms.strategy import Status
from evonas.carbon.meter import Meter
from evonas.carbon.spend import Budget
from evonas.config import Config
from evonas.engine.generations import Archive, Generation
from evonas.engine.plan import SearchPlan
from evonas.engine.result import Result
from evonas.evaluation.evaluator import Evaluator, StoppedError
from evonas.evaluation.successive_halving import Rung
from evonas.problem import Problem
from evonas.record import Record
from evonas.runs.audit import check_records
from evonas.runs.costs import count_costs
from evonas.runs.folder import CHECKPOINTS, RunFolder, check_free
from evonas.runs.journal import logger
from evonas.runs.manifest import check_resumable, check_same_prices


def search(
    config: Config | None = None,
    *,
    problem: type[Problem] | None = None,
    folder: str | Path | None = None,
    resume: bool = False,
    on_generation: Callable[[Generation], None] = lambda generation: None,
    on_record: Callable[[Record], None] = lambda record: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Result:
    """Search for the Pareto front of a problem.

    Args:
        config: The search; all defaults if left out.
        problem: A problem class, in place of the config's reference to one.
        folder: Where to keep the run; nothing is written if left out.
        resume: Whether ``folder`` holds a run that is to go on. Its records answer for what
            they know, so the end is that of an uninterrupted run.
        on_generation: Told of every generation.
        on_record: Told of every measured candidate as it arrives.
        should_stop: Asked before every candidate; the search then ends with what is there.

    Returns:
        The front, and all that led to it.

    Raises:
        ValueError: Something in the config does not fit, or the run to go on with is damaged;
            the message names it.
        FileNotFoundError: A file or folder is not there.
        FileExistsError: ``folder`` exists and ``resume`` is false.
        BusyError: Another process is writing to ``folder``.
        FolderError: ``folder`` cannot be written any more; what was written can be read.
        WorkerError: A worker process cannot open the problem.
    """
    plan = SearchPlan.of(config or Config(), problem)
    if folder is not None:
        check_resumable(Path(folder), plan.config) if resume else check_free(Path(folder))
    with plan.crew:
        plan.check()
        with _opened(plan, folder, resume=resume) as run_folder:
            tracker = plan.tracking()
            with tracker or nullcontext(), _store(run_folder) as store:
                result = _run(plan, run_folder, store, on_generation, on_record, should_stop)
            if tracker is None or tracker.opinion is None:
                return result
            if run_folder:
                run_folder.add_opinion(tracker.opinion.as_dict())
            return replace(result, opinion=tracker.opinion)


@contextmanager
def _opened(
    plan: SearchPlan, folder: str | Path | None, *, resume: bool
) -> Iterator[RunFolder | None]:
    """The run directory, if there is to be one, its records checked."""
    if folder is None:
        yield None
        return
    resolved = plan.resolved()
    if resume:
        check_same_prices(Path(folder), resolved)
    start = RunFolder.resume if resume else RunFolder.create
    run_folder = start(Path(folder), plan.config, resolved=resolved)
    try:
        check_records(
            run_folder.journal,
            plan.problem,
            metrics=plan.goals.metrics,
            constraints=plan.goals.constraints,
            seed=plan.config.seed,
        )
        yield run_folder
    finally:
        run_folder.close()


def _run(
    plan: SearchPlan,
    folder: RunFolder | None,
    store: Path,
    on_generation: Callable[[Generation], None],
    on_record: Callable[[Record], None],
    should_stop: Callable[[], bool],
) -> Result:
    budget, is_limited = plan.config.budget, plan.config.budget != Budget()
    meter = Meter(plan.tariff, earlier_kwh=folder.read_metered_kwh() if folder else 0.0)

    def is_over() -> bool:
        meter.poll()
        return should_stop() or (is_limited and bool(budget.why_over(archive.spend())))

    evaluator = Evaluator(
        plan.order,
        crew=plan.crew,
        journal=folder.journal if folder else None,
        should_stop=is_over,
        on_record=on_record,
        budget_flops=budget.flops,
    )
    archive = Archive(evaluator, plan.goals, meter=meter)
    ladder = plan.ladder(evaluator, store=store)
    status, given_up, stopped = Status(), "", ""

    def steps() -> Iterator[Status]:
        nonlocal stopped
        stopped = yield from plan.strategy(ladder or evaluator)

    try:
        for status in steps():
            generation = archive.close_generation(status.reliability)
            _report(generation, folder, on_generation)
            if given_up := _why_given_up(generation, plan.config.max_failures):
                stopped = given_up
                break
    except StoppedError:
        stopped = _why_stopped(evaluator, budget, archive, was_told=should_stop())
    result = Result(
        config=plan.config,
        goals=plan.goals,
        front=tuple(_completed(archive.front(), evaluator, should_stop)),
        records=tuple(evaluator.records.values()),
        generations=tuple(archive.generations),
        problem=plan.problem,
        stopped=stopped,
        spend=archive.spend(),
        was_given_up=bool(given_up),
        reliability=status.overall,
        foretold=dict(status.foretold),
        n_left_out=len(evaluator.left_out.difference(evaluator.records)),
        rungs=ladder.account() if ladder else (),
        folder=folder.path if folder else None,
    )
    _keep(result, folder)
    if not should_stop():  # else they spare time when the run goes on
        shutil.rmtree(store, ignore_errors=True)
    return result


@contextmanager
def _store(folder: RunFolder | None) -> Iterator[Path]:
    """Where trainings leave what a later step needs."""
    if folder:
        yield folder.path.absolute() / CHECKPOINTS
        return
    with TemporaryDirectory() as scratch:
        yield Path(scratch)


def _keep(result: Result, folder: RunFolder | None) -> None:
    if result.degeneracy and result.degeneracy.warning():
        logger.warning("%s", result.degeneracy.warning())
    if folder is None:
        return
    folder.write_front(*result.table())
    folder.write_failures(result.failures)
    folder.write_spend(asdict(result.spend))
    folder.write_costs(count_costs(result.problem, result.genomes))
    if result.rungs:
        header = [field.name for field in fields(Rung)]
        folder.write_rungs(header, [list(astuple(rung)) for rung in result.rungs])
    if result.degeneracy:
        folder.write_objectives(*result.degeneracy.table())


def _report(
    generation: Generation,
    folder: RunFolder | None,
    on_generation: Callable[[Generation], None],
) -> None:
    if folder:
        folder.add_generation(generation.row())
    on_generation(generation)


def _why_stopped(
    evaluator: Evaluator, budget: Budget, archive: Archive, *, was_told: bool
) -> str:
    if was_told:
        return "it was interrupted"
    if evaluator.has_spent_flops:
        return f"the budget of {budget.flops:g} FLOPs is spent"
    return budget.why_over(archive.spend())


def _why_given_up(generation: Generation, max_failures: float) -> str:
    n, n_failures = generation.n_evaluations, generation.n_failures
    if n_failures <= max_failures * n:
        return ""
    return f"{n_failures} of {n} candidates failed, more than the share of {max_failures:g}"


def _completed(
    members: Sequence[Record], evaluator: Evaluator, should_stop: Callable[[], bool]
) -> list[Record]:
    """The front's members with what is measured for them alone, unless told to stop."""
    final = tuple(objective.name for objective in evaluator.problem.final)
    try:
        return evaluator.complete(members, final, should_stop=should_stop)
    except StoppedError:
        return [evaluator.records[record.genome] for record in members]
