"""Training a whole front in full, one recipe for all: ``evonas train RUN --front``."""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter, process_time

from evonas.carbon.meter import Meter
from evonas.carbon.spend import SECONDS_BY_UNIT, read_amount
from evonas.commands.training_checks import check_resumed
from evonas.commands.training_session import terms_of, train_one
from evonas.engine.plan import SearchPlan
from evonas.interactive.full_training import MODELS, Chosen
from evonas.interactive.interrupts import interrupts
from evonas.interactive.training_orders import networks, order_of, plan_of
from evonas.interactive.training_starts import start_lines
from evonas.models.epoch_time import Times, finishing_seconds, tried
from evonas.models.family import (
    MOST_EPOCHS,
    PICTURE,
    TABLE,
    Family,
    Member,
    agreement,
    begin_family,
    member_of,
    read_family,
    write_family_table,
)
from evonas.models.folder import ModelFolder
from evonas.models.sittings import StoppedError
from evonas.objectives import Constraint, Metric
from evonas.reports.family import agreement_words, cost_words, family_table
from evonas.reports.shortlist import Shortlist
from evonas.reports.text import complain, duration, number
from evonas.training.trained_problem import TrainedProblem


@dataclass(frozen=True)
class Front:
    """A front to be trained, and where.

    Attributes:
        family: What is to be trained; where a budget is to set the epochs, not for how long.
        folder: Where the family shall stand.
        plan: The problem's config with what follows from it.
        is_begun: Whether the folder holds the family already.
        said: What is to be trained, in words.
    """

    family: Family
    folder: Path
    plan: SearchPlan
    is_begun: bool
    said: tuple[str, ...] = ()

    @property
    def problem(self) -> TrainedProblem:
        """The problem of all members, opened."""
        return networks(self.plan.problem, self.plan.config.problem)

    @property
    def metric(self) -> Metric:
        """The score that the proxy is compared by: the task's first trained metric."""
        return next(m for m in self.problem.task.metrics if m.when == "trained")

    def members(self, errors: Mapping[str, str]) -> list[Member]:
        """What has come of every member so far.

        Args:
            errors: Why a member failed in this sitting, by its short id.
        """
        return [
            member_of(
                self.folder / name,
                order,
                metric=self.metric.name,
                cost=self.problem.cost(order.genome),
                error=errors.get(name, ""),
            )
            for name, order in self.family.orders.items()
        ]


def train_front(front: Front, *, is_quiet: bool) -> int:
    """Train every member of a front, or go on with that, and write a family folder.

    Args:
        front: what is to be trained, and where.
        is_quiet: whether to show no progress.

    Returns:
        0; 1 if a member failed.

    Raises:
        StoppedError: It was asked to end, and can be gone on with.
        ValueError: Something given does not fit, or the budget is too small.
        OSError: A file cannot be read or written.
    """
    print("\n".join([*front.said, f"Family folder: {front.folder}"]), flush=True)
    front.problem.prepare()
    with interrupts() as is_interrupted:
        if not front.is_begun:
            front = _settled(front, is_interrupted, is_quiet=is_quiet)
            begin_family(front.folder, front.family)
        errors = _trained(front, is_interrupted, is_quiet=is_quiet)
    members = front.members(errors)
    _draw(members, front)
    print("\n".join(["", *family_table(members, metric=front.metric), ""]))
    print(agreement_words(agreement(members), metric=front.metric))
    print(cost_words(members, front.family))
    print(f"Written: {front.folder / TABLE}, {PICTURE} and a model folder for each member")
    return 1 if errors else 0


def family_of(given: argparse.Namespace) -> Front:
    """The front that the arguments name, as the folder holds it where it is begun.

    Args:
        given: the arguments of ``evonas train``.

    Raises:
        FileNotFoundError: The run is not there.
        ValueError: There is no front, or the folder holds something else.
    """
    if given.resume:
        family = read_family(given.resume)
        assert family is not None  # or this would be a single training
        check_resumed(given, family.asked)
        if given.track is not None:
            family = family.with_track(given.track)
        plan = SearchPlan.of(family.first.config)
        return Front(family, given.resume, plan, is_begun=True)
    asked = _asked(given)
    kept = read_family(asked.folder)
    if kept is None:
        folder = asked.folder
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise ValueError(f"{folder} holds no family; give another folder with --out")
        return asked
    if differences := asked.family.differences(kept):
        raise ValueError(
            f"{asked.folder} holds another family: {differences[0]}; give another folder with "
            "--out, or go on with it by --resume"
        )
    return replace(asked, family=kept.with_track(given.track or ()), is_begun=True)


def _asked(given: argparse.Namespace) -> Front:
    """The front of a run, as it is to be trained."""
    demands = [Constraint.parse(text) for text in given.where]
    run = Shortlist.read(given.run, demands=demands).run
    terms = terms_of(given)
    plan = plan_of(run, terms)
    problem = networks(plan.problem, plan.config.problem)
    orders = {
        run.ids[record.genome]: order_of(run, record, plan=plan, terms=terms)
        for record in run.front
    }
    starts = [start_lines(order, problem) for order in orders.values()]
    family = Family(
        orders=orders,
        budget_seconds=read_amount("--budget-time", given.budget_time, SECONDS_BY_UNIT),
        most_epochs=given.epochs or MOST_EPOCHS,
    )
    n = len(orders)
    said = f"The whole front of run {run.name}: {n} member{'s' * (n > 1)}, {', '.join(orders)}."
    folder = given.out or MODELS / f"{run.name}-front"
    return Front(family, folder, plan, is_begun=False, said=(said, *starts[0]))


def _settled(front: Front, should_stop: Callable[[], bool], *, is_quiet: bool) -> Front:
    """The front with the number of epochs that its budget pays, which is said.

    Raises:
        ValueError: The budget does not pay one epoch of every member.
        StoppedError: It was asked to end.
    """
    family, n = front.family, len(front.family.orders)
    if not family.has_budget:
        print(f"Each is trained for {_epochs(family.first.recipe.epochs)}.", flush=True)
        return front
    if not is_quiet:
        print("A short trial of every member tells how long an epoch takes.", file=sys.stderr)
    cpu_started, meter = process_time(), Meter(front.plan.tariff)
    times = _timed(front, should_stop)
    cpu_seconds = process_time() - cpu_started
    spend = meter.spend(busy_seconds=times.trial_seconds, cpu_seconds=cpu_seconds, fpo=0.0)
    budget, n_seeds = duration(family.budget_seconds), len(family.first.seeds)
    took = (
        f"one epoch of all {n} members{f' and {n_seeds} seeds' * (n_seeds > 1)} takes "
        f"{duration(times.epoch_seconds)}, and all but that {duration(times.other_seconds)}"
    )
    paid = times.epochs_within(family.budget_seconds)
    if paid < 1:
        raise ValueError(
            f"--budget-time {budget} is too little: after a trial of "
            f"{duration(times.trial_seconds)}, {took}; give {math.ceil(times.seconds_of(1))}s "
            "or more, or leave members out by --where"
        )
    chosen = min(paid, family.most_epochs)
    most = ", the most there may be" * (chosen < paid)
    print(
        f"By a trial of {duration(times.trial_seconds)}, {took}. Each is trained for "
        f"{_epochs(chosen)}{most}: {duration(round(times.seconds_of(chosen)))} of {budget}.",
        flush=True,
    )
    told = replace(family, trial_seconds=times.trial_seconds, trial_co2_g=spend.co2_g)
    return replace(front, family=told.with_epochs(chosen))


def _epochs(n: int) -> str:
    return f"{n} epoch{'s' * (n > 1)}"


def _timed(front: Front, should_stop: Callable[[], bool]) -> Times:
    """How long a family takes, by a short trial of every member."""
    started, orders = perf_counter(), front.family.orders.values()
    trials = []
    for order in orders:
        if should_stop():
            raise StoppedError
        with suppress(Exception):  # it takes no time then, and its training will say why
            trials.append(tried(order, front.problem))
    if not trials:
        raise ValueError("none of the members can be trained: evonas train --genome says why")
    dearest = max(trials, key=lambda trial: trial.epoch_seconds)
    finishing = len(trials) * finishing_seconds(dearest, front.problem)
    return Times(
        trial_seconds=perf_counter() - started,
        epoch_seconds=len(dearest.order.seeds) * sum(trial.epoch_seconds for trial in trials),
        other_seconds=finishing + sum(order.proxy.seconds for order in orders if order.proxy),
    )


def _trained(
    front: Front, should_stop: Callable[[], bool], *, is_quiet: bool
) -> dict[str, str]:
    """Train whatever is not yet trained; why members failed, by short id."""
    errors: dict[str, str] = {}
    n = len(front.family.orders)
    for i, (name, order) in enumerate(front.family.orders.items(), 1):
        folder = ModelFolder(front.folder / name)
        if folder.is_finished:
            folder.tidy(order)
            continue
        if should_stop():
            raise StoppedError
        if not is_quiet:
            flops = number(float(front.problem.cost(order.genome).flops))
            print(f"{name}, {i} of {n}: {flops} FLOPs", file=sys.stderr, flush=True)
        try:
            chosen = Chosen(order, front.plan)
            train_one(chosen, folder, should_stop=should_stop, is_quiet=is_quiet)
        except StoppedError:
            raise
        except Exception as error:  # the others are worth training all the same
            errors[name] = f"{type(error).__name__}: {str(error).strip().partition(chr(10))[0]}"
            complain(f"{name} failed: {errors[name]}", status=0)
        write_family_table(front.folder / TABLE, front.members(errors), metric=front.metric)
    return errors


def _draw(members: list[Member], front: Front) -> None:
    write_family_table(front.folder / TABLE, members, metric=front.metric)
    from evonas.plots.family import (
        draw_family,  # half a second, which no training need wait for
    )

    try:
        draw_family(
            members, agreement(members), metric=front.metric, out=front.folder / PICTURE
        )
    except (ValueError, OSError) as error:  # trained models are worth more than their picture
        complain(f"no picture: {error}", status=0)
