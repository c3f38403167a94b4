"""Which architecture is trained in full, and on what: from arguments to an order."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from evonas.commands.pick import picked
from evonas.commands.training_parsers import recipe_of, seeds_of
from evonas.config import Config
from evonas.engine.plan import SearchPlan
from evonas.models.order import Proxy, TrainingOrder, read_order
from evonas.models.proxy_start import check_repeatable, left_out
from evonas.problem import Problem
from evonas.record import Record
from evonas.reports.naming import architecture_of, genome_in
from evonas.reports.text import genome_text
from evonas.runs.reading import open_run
from evonas.runs.run import Run
from evonas.sections.carbon import CarbonSection
from evonas.sections.problem import ProblemSection
from evonas.sections.training import TrainingSection
from evonas.space import Genome
from evonas.training.trained_problem import TrainedProblem

MODELS = Path("models")
_OF_RUNGS = ("fidelity", "rungs", "reduction")  # a record tells at which of them it stands


@dataclass(frozen=True)
class Choice:
    """What is to be trained, and how it was chosen.

    Attributes:
        order: What is to be trained.
        plan: The problem's config with what follows from it.
        said: How the architecture was chosen, in words.
    """

    order: TrainingOrder
    plan: SearchPlan
    said: Sequence[str] = ()


def resumed(path: Path) -> Choice:
    """The order that a model folder holds.

    Raises:
        FileNotFoundError: The folder holds no training.
        ValueError: The file of the order cannot be read.
    """
    order = read_order(path)
    if order is None:
        raise FileNotFoundError(f"{path} holds no training to go on with")
    return Choice(order, SearchPlan.of(order.config))


def chosen(given: argparse.Namespace) -> Choice:
    """The order that the arguments give, and how it came about.

    Args:
        given: the arguments of ``evonas train``, which name a run or a problem.

    Raises:
        ValueError: The architecture is not of the space, or what was picked by does not fit.
        FileNotFoundError: A file or the run is not there.
    """
    if not given.problem:
        return _from_run(open_run(given.run), given)
    words: dict[str, Any] = {"problem": given.problem, "option": tuple(given.option)}
    plan = SearchPlan.of(Config(**words, **_data_words(given)))
    problem = networks(plan.problem, given.problem)
    genome = architecture_of(given.architecture, problem=problem)
    order = ordered(plan, genome, given=given, origin={})
    return Choice(order, plan, [f"Architecture: {genome_text(genome)}"])


def config_of(run: Run, given: argparse.Namespace) -> Config:
    """What a run's config says of its problem and of carbon, with what was given in place.

    Args:
        run: the run that architectures are taken from.
        given: the arguments of ``evonas train``.
    """
    names = [word.name for part in (ProblemSection, CarbonSection) for word in fields(part)]
    words = {name: getattr(run.config, name) for name in names if name != "tracker"}
    if given.data is None:
        words["image_size"] = run.config.image_size
    return Config(**words | _data_words(given))


def ordered(
    plan: SearchPlan,
    genome: Genome,
    *,
    given: argparse.Namespace,
    origin: Mapping[str, Any],
    proxy: Proxy | None = None,
) -> TrainingOrder:
    """The order to train one architecture as the arguments say.

    Args:
        plan: the problem's config with what follows from it.
        genome: the architecture.
        given: the arguments of ``evonas train``.
        origin: where the architecture comes from.
        proxy: the proxy training whose weights to begin with, if any.

    Raises:
        ValueError: The problem builds no networks, or the genome is not of its space.
    """
    networks(plan.problem, plan.config.problem).decode(genome)  # it must be of the space
    return TrainingOrder(
        config=plan.config,
        genome=genome,
        recipe=recipe_of(given),
        seeds=seeds_of(given.seeds),
        n_threads=given.threads or os.cpu_count() or 1,
        origin=origin,
        proxy=proxy,
    )


def order_of(
    run: Run, record: Record, plan: SearchPlan, *, given: argparse.Namespace
) -> TrainingOrder:
    """The order to train an architecture that a run has measured.

    Args:
        run: the run.
        record: the architecture's record in it.
        plan: the problem's config with what follows from it.
        given: the arguments of ``evonas train``.

    Raises:
        ValueError: The problem builds no networks, or the proxy's weights are wanted and cannot
            be had again, or do not fit.
    """
    origin = origin_of(run, record, is_same_data=given.data is None)
    problem = networks(plan.problem, plan.config.problem)
    proxy = proxy_of(run, record, problem, given=given) if given.from_proxy else None
    return ordered(plan, record.genome, given=given, origin=origin, proxy=proxy)


def proxy_of(
    run: Run, record: Record, problem: TrainedProblem, *, given: argparse.Namespace
) -> Proxy:
    """The proxy training that a record tells of.

    Args:
        run: the run.
        record: the record.
        problem: the run's problem, opened on whatever data.
        given: the arguments of ``evonas train``, which say where data and device are.

    Raises:
        ValueError: The record tells of none, or it cannot be made again.
    """
    check_repeatable(problem, run.config.problem)
    trained = [metric.name for metric in problem.task.metrics if metric.when == "trained"]
    found = record.at(record.fidelity) or {}
    scores = {name: found[name] for name in trained if name in found}
    if record.error is not None or not scores:
        raise ValueError(
            f"--from-proxy: run {run.name} has not trained {run.ids[record.genome]}, so there "
            "are no weights to begin with"
        )
    names = [word.name for word in fields(ProblemSection)]
    names += [word.name for word in fields(TrainingSection) if word.name not in _OF_RUNGS]
    words = {name: getattr(run.config, name) for name in names} | {"device": given.device}
    if given.data_dir is not None:
        words["data_dir"] = given.data_dir
    return Proxy(
        run=run.name,
        config=Config(**words),
        seed=record.seed,
        fidelity=record.fidelity,
        scores=scores,
        seconds=record.core_seconds,
    )


def start_lines(order: TrainingOrder, problem: TrainedProblem) -> list[str]:
    """What a training will begin with, in a line, where that is not random.

    Args:
        order: what is to be trained.
        problem: the problem of the order, opened.

    Raises:
        ValueError: The proxy's weights do not fit.
    """
    if order.proxy is None:
        return []
    names = left_out(order, problem)
    but = f", but for {', '.join(names)}: there are other classes here" if names else ""
    return [f"It begins with the weights of the search's short training{but}."]


def origin_of(run: Run, record: Record | None, *, is_same_data: bool) -> dict[str, Any]:
    """Where an architecture comes from, JSON-able.

    Args:
        run: the run that measured it.
        record: its record in the run, if there is one.
        is_same_data: whether it is trained on the data that the run measured it on.
    """
    told: dict[str, Any] = {"run": run.name}
    if record is not None and is_same_data:
        told["metrics"] = dict(record.metrics)
    if run.spend is not None:
        told |= {"search_co2_g": run.spend.co2_g, "search_kwh": run.spend.energy_kwh}
    return told


def networks(problem: Problem, name: str) -> TrainedProblem:
    """The problem, if what it builds can be trained.

    Args:
        problem: the problem, opened.
        name: what the user calls the problem, for the message.

    Raises:
        ValueError: The problem builds no networks.
    """
    if not isinstance(problem, TrainedProblem):
        raise ValueError(f"{name} builds no networks that could be trained")
    return problem


def _data_words(given: argparse.Namespace) -> dict[str, Any]:
    names = ("data", "data_dir", "image_size", "device")
    return {name: v for name in names if (v := getattr(given, name)) is not None}


def _from_run(run: Run, given: argparse.Namespace) -> Choice:
    """The order to train the architecture that is picked from a run."""
    plan = SearchPlan.of(config_of(run, given))
    problem = networks(plan.problem, plan.config.problem)
    if given.genome:
        genome = genome_in(run, given.genome, canonical=problem.canonical)
        record = next((r for r in run.records if r.genome == genome), None)
        said = [f"An architecture of {plan.config.problem}."]
    else:
        record, said = _picked(given)
        genome = record.genome
    if record:
        order = order_of(run, record, plan, given=given)
    elif given.from_proxy:
        raise ValueError(
            f"--from-proxy: run {run.name} has not measured {genome_text(genome)}, so there "
            "are no weights to begin with"
        )
    else:
        origin = origin_of(run, None, is_same_data=given.data is None)
        order = ordered(plan, genome, given=given, origin=origin)
    said += [f"Architecture: {genome_text(genome)}", *start_lines(order, problem)]
    return Choice(order, plan, said)


def _picked(given: argparse.Namespace) -> tuple[Record, list[str]]:
    """The member of the front that is picked, and how."""
    members, choice, how = picked(given)
    found = [members.members[i] for i in choice.order[: choice.n_chosen]]
    others = [genome_text(record.genome) for record in found[1:]]
    more = [f"The first is trained; --genome takes another: {', '.join(others)}"]
    return found[0], [how, members.origin(), *(more if others else [])]
