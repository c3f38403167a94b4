"""A search from its config to its result."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from evonas.algorithms.strategy import Status
from evonas.carbon.meter import Meter
from evonas.carbon.spend import Spend
from evonas.config import Config
from evonas.engine.generations import Archive
from evonas.engine.listeners import Audience, Guest, Spending, Stop, Tracking, invited
from evonas.engine.plan import SearchPlan
from evonas.engine.result import Result
from evonas.engine.run_directory import check_place, opened, work_place
from evonas.evaluation.chosen_rungs import ChoosingLadder
from evonas.evaluation.evaluator import Evaluator, StoppedError
from evonas.evaluation.successive_halving import Ladder
from evonas.listener import Generation, Listener, Start
from evonas.plugins.listening import make_listener
from evonas.problem import Problem
from evonas.record import Record
from evonas.runs.folder import RunFolder
from evonas.runs.journal import logger


def search(
    config: Config | None = None,
    *,
    problem: type[Problem] | None = None,
    folder: str | Path | None = None,
    resume: bool = False,
    listeners: Sequence[Listener] = (),
    on_generation: Callable[[Generation], None] | None = None,
    on_record: Callable[[Record], None] | None = None,
    should_stop: Callable[[], bool] = lambda: False,
    as_result: Callable[[Result], Result] = lambda found: found,
) -> Result:
    """Search for the Pareto front of a problem.

    Args:
        config: Config of the search; all defaults if left out.
        problem: A problem class, in place of the config's reference to one.
        folder: Where to keep the run; nothing is written if left out.
        resume: Whether ``folder`` holds a run that is to go on. Its records answer for what
            they know, so the end is that of an uninterrupted run.
        listeners: Told of the start, of records and generations, and of the end, in this order,
            after the run directory and before those that the config names; see
            ``evonas.Listener``. One that raises an error is told no more; the search goes on.
        on_generation: In place of a listener of its own: called with every generation.
        on_record: In place of a listener of its own: called with every measured candidate.
        should_stop: Whether a person wants an end. Asked before every candidate, also of the
            last ones that are measured for the front alone; the search then ends with what is
            there. A listener's ``why_stop`` leaves the front time to be measured.
        as_result: Makes of what was found the result that listeners are told of in the end and
            that is returned.

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
    if not isinstance(config, Config | None):
        raise ValueError(
            f"{config!r} is no config; expected evonas.Config, such as "
            "Config(objectives='acc,flops')"
        )
    plan = SearchPlan.of(config or Config(), problem)
    named = [make_listener(word) for word in plan.config.track]
    guests = invited([*listeners, *named], on_record=on_record, on_generation=on_generation)
    check_place(plan, folder, resume=resume)
    with plan.executor:
        plan.check()
        with opened(plan, folder, resume=resume) as run_folder, work_place(run_folder) as store:
            return _run(
                plan,
                run_folder,
                is_resumed=resume,
                store=store,
                guests=guests,
                should_stop=should_stop,
                as_result=as_result,
            )


@dataclass(frozen=True)
class _Session:
    """All that one search works with, from its first candidate to its result."""

    plan: SearchPlan
    evaluator: Evaluator
    ladder: Ladder | ChoosingLadder | None
    archive: Archive
    audience: Audience
    stop: Stop
    folder: RunFolder | None


@dataclass(frozen=True)
class _End:
    """How the strategy stood when there was no further generation, and why there was none."""

    status: Status
    stopped: str
    was_given_up: bool = False


def _run(
    plan: SearchPlan,
    folder: RunFolder | None,
    *,
    is_resumed: bool,
    store: Path,
    guests: Sequence[Guest],
    should_stop: Callable[[], bool],
    as_result: Callable[[Result], Result],
) -> Result:
    resolved = plan.resolved()  # before any clock runs: it may have some architectures counted
    tracker = plan.tracking()
    keep = folder.add_opinion if folder else None
    tracking = Tracking(tracker, keep=keep) if tracker else None
    session = _session(
        plan, folder, store=store, tracking=tracking, guests=guests, should_stop=should_stop
    )
    audience = session.audience
    place = folder.path if folder else None
    try:
        start = Start(plan.config, resolved, session.archive.spend, place, is_resumed)
        audience.on_start(start)
        end = _follow(session)
        before = session.archive.spend()
        front = _completed(session, should_stop)
        result = as_result(_result(session, end, front, before=before))
    except BaseException:
        audience.on_end(None)
        raise
    if result.degeneracy and result.degeneracy.warning():
        logger.warning("%s", result.degeneracy.warning())
    if result.records and len(result.failures) == len(result.records):
        first, n = result.failures[0], len(result.records)
        logger.warning("none of %d architectures could be measured; %s", n, first.error)
    audience.on_end(result)
    if tracking:
        result = replace(result, opinion=tracking.opinion)
    if not should_stop():  # else they spare time when the run goes on
        shutil.rmtree(store, ignore_errors=True)
    return result


def _session(
    plan: SearchPlan,
    folder: RunFolder | None,
    *,
    store: Path,
    tracking: Tracking | None,
    guests: Sequence[Guest],
    should_stop: Callable[[], bool],
) -> _Session:
    meter = Meter(plan.tariff, earlier_kwh=folder.read_metered_kwh() if folder else 0.0)
    own = (folder, Spending(plan.config.budget, meter), tracking)
    audience = Audience([listener for listener in own if listener is not None], guests)
    stop = Stop(should_stop, why_stop=audience.why_stop)
    evaluator = Evaluator(
        plan.order,
        executor=plan.executor,
        journal=folder.journal if folder else None,
        should_stop=stop,
        on_record=audience.on_record,
        budget_flops=plan.config.budget.flops,
    )
    archive = Archive(evaluator, plan.goals, meter=meter)
    ladder = plan.ladder(evaluator, store=store)
    return _Session(plan, evaluator, ladder, archive, audience, stop, folder)


def _follow(session: _Session) -> _End:
    """Run the strategy to its end, and tell of every generation."""
    status, over = Status(), ""
    least = session.plan.config.least_return

    def steps() -> Iterator[Status]:
        nonlocal over
        over = yield from session.plan.strategy(session.ladder or session.evaluator)

    try:
        for status in steps():
            generation = session.archive.close_generation(status.reliability)
            session.audience.on_generation(generation)
            if given_up := _why_given_up(generation, session.plan.config.max_failures):
                return _End(status, given_up, was_given_up=True)
            if over := session.evaluator.budget.why_over():
                return _End(status, over)
            if least and (over := least.why_over(session.archive.course)):
                return _End(status, over)
        over += session.evaluator.budget.remark()
    except StoppedError:
        over = session.stop.reason
    return _End(status, over)


def _result(session: _Session, end: _End, front: Sequence[Record], *, before: Spend) -> Result:
    spend = session.archive.spend()
    evaluator, ladder = session.evaluator, session.ladder
    return Result(
        config=session.plan.config,
        goals=session.plan.goals,
        front=tuple(front),
        records=tuple(evaluator.records.values()),
        generations=tuple(session.archive.generations),
        problem=session.plan.problem,
        stopped=end.stopped,
        spend=spend,
        last_spend=spend.since(before),
        n_passed_over=len({genome for genome, _ in evaluator.budget.passed_over}),
        was_given_up=end.was_given_up,
        reliability=end.status.overall,
        transfer_correlation=dict(end.status.transfer_correlation),
        n_left_out=len(evaluator.left_out.difference(evaluator.records)),
        rungs=ladder.account() if ladder else (),
        rung_choice=ladder.choice if isinstance(ladder, ChoosingLadder) else None,
        folder=session.folder.path if session.folder else None,
    )


def _why_given_up(generation: Generation, max_failures: float) -> str:
    n, n_failures = generation.n_evaluations, generation.n_failures
    if n_failures <= max_failures * n:
        return ""
    return f"{n_failures} of {n} candidates failed, more than the share of {max_failures:g}"


def _completed(session: _Session, should_stop: Callable[[], bool]) -> list[Record]:
    """The front with what is measured for it alone, which no spent budget cuts short."""
    evaluator, members = session.evaluator, session.archive.front()
    final = tuple(objective.name for objective in evaluator.problem.final)
    try:
        return evaluator.complete(members, final, should_stop=should_stop)
    except StoppedError:
        return [evaluator.records[record.genome] for record in members]
