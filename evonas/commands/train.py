"""Training a chosen architecture in full: ``evonas train RUN``."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from evonas.commands.pick import picked
from evonas.commands.session import StoppedAtOnce, interrupts
from evonas.commands.training_checks import check_train
from evonas.commands.training_parsers import recipe_of, seeds_of, train_parser
from evonas.config import Config
from evonas.engine.listeners import Audience, invited
from evonas.engine.plan import SearchPlan
from evonas.faults import DivergedError
from evonas.listener import Epoch, Training
from evonas.models.archive import CARD
from evonas.models.card import Facts
from evonas.models.folder import ModelFolder
from evonas.models.order import TrainingOrder, read_order
from evonas.models.sittings import StoppedError, train_in_folder
from evonas.plugins.listening import make_listener
from evonas.problem import Problem
from evonas.record import Record
from evonas.reports.naming import architecture_of, genome_in
from evonas.reports.text import complain, genome_text, number
from evonas.runs.reading import open_run
from evonas.runs.run import Run
from evonas.sections.carbon import CarbonSection
from evonas.sections.problem import ProblemSection
from evonas.space import Genome
from evonas.training.trained_problem import TrainedProblem

MODELS = Path("models")


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


def main(argv: Sequence[str] | None = None) -> int:
    """Train, or go on with a training, and write a model folder.

    Args:
        argv: the arguments; those of the process if left out.

    Returns:
        0; 1 if the training diverged; 2 after a mistake, said in one line; 130 after Ctrl-C,
        with how to go on.
    """
    given = train_parser().parse_args(argv)
    try:
        check_train(given)
        choice = _resumed(given) if given.resume else _chosen(given)
        order = choice.order
        folder = ModelFolder(given.resume or given.out or MODELS / order.name)
        _check_folder(folder, order)
        print("\n".join([*choice.said, f"Model folder: {folder.path}"]), flush=True)
        if folder.is_finished:
            folder.tidy(order)
            print("It is finished: nothing is left to train.")
            return 0
        audience = Audience([], invited([make_listener(word) for word in order.config.track]))
        problem = _networks(choice.plan.problem, order.config.problem)
        problem.prepare()
        training = Training(order.name, folder.path, order.settings, folder.is_begun)
        folder.begin(order)
        audience.on_training_start(training)
        return _trained(choice, problem, folder, audience=audience, is_quiet=given.quiet)
    except DivergedError as error:
        return complain(f"{error}; take a lower --learning-rate", status=1)
    except (ValueError, OSError) as error:
        return complain(error)


def _trained(
    choice: Choice,
    problem: TrainedProblem,
    folder: ModelFolder,
    *,
    audience: Audience,
    is_quiet: bool,
) -> int:
    """Train, and write the model folder."""
    order, scores = choice.order, None

    def on_restored(seed: int, row: Mapping[str, float]) -> None:
        values = {name: value for name, value in row.items() if name != "epoch"}
        audience.on_epoch(Epoch(seed, int(row["epoch"]), values))

    def on_epoch(seed: int, row: Mapping[str, float]) -> None:
        if not is_quiet:
            print(_epoch_line(seed, row, order=order), file=sys.stderr, flush=True)
        on_restored(seed, row)

    going_on = f"evonas train --resume {shlex.quote(str(folder.path))}"
    try:
        with interrupts() as is_interrupted:
            outcome = train_in_folder(
                order,
                problem,
                folder=folder.path,
                tariff=choice.plan.tariff,
                on_epoch=on_epoch,
                on_restored=on_restored,
                should_stop=is_interrupted,
            )
            facts = folder.finish(order, problem, outcome, draw=_draw)
        scores = {part: judged.accuracy for part, judged in facts.judgements.items()}
    except StoppedError:
        return complain(f"stopped; {going_on} goes on", status=130)
    except StoppedAtOnce as stop:
        return complain(f"stopped at once; {going_on} goes on", status=stop.status)
    finally:
        audience.on_training_end(scores)
    print("\n".join(_summary(facts, folder)))
    return 0


def _resumed(given: argparse.Namespace) -> Choice:
    order = read_order(given.resume)
    if order is None:
        raise FileNotFoundError(f"{given.resume} holds no training to go on with")
    if given.track is not None:
        order = replace(order, config=order.config.replaced({"track": given.track}))
    return Choice(order, SearchPlan.of(order.config))


def _chosen(given: argparse.Namespace) -> Choice:
    """The order that the arguments give, and how it came about."""
    origin: dict[str, Any] = {}
    said: list[str] = []
    if given.problem:
        words: dict[str, Any] = {"problem": given.problem, "option": tuple(given.option)}
        plan = SearchPlan.of(Config(**words, **_words(given)))
        problem = _networks(plan.problem, given.problem)
        genome = architecture_of(given.architecture, problem=problem)
    else:
        run = open_run(given.run)
        plan = SearchPlan.of(_config_of(run, given))
        genome, origin, said = _from_run(run, plan, given)
    _networks(plan.problem, plan.config.problem).decode(genome)  # it must be of the space
    order = TrainingOrder(
        config=plan.config,
        genome=genome,
        recipe=recipe_of(given),
        seeds=seeds_of(given.seeds),
        n_threads=given.threads or os.cpu_count() or 1,
        origin=origin,
    )
    return Choice(order, plan, [*said, f"Architecture: {genome_text(genome)}"])


def _words(given: argparse.Namespace) -> dict[str, Any]:
    names = ("data", "data_dir", "image_size", "device", "track")
    return {name: v for name in names if (v := getattr(given, name)) is not None}


def _config_of(run: Run, given: argparse.Namespace) -> Config:
    """What a run's config says of its problem and of carbon, with what was given in place."""
    names = [word.name for part in (ProblemSection, CarbonSection) for word in fields(part)]
    words = {name: getattr(run.config, name) for name in names if name != "tracker"}
    if given.data is None:
        words["image_size"] = run.config.image_size
    return Config(**words | _words(given))


def _from_run(
    run: Run, plan: SearchPlan, given: argparse.Namespace
) -> tuple[Genome, dict[str, Any], list[str]]:
    """The genome that is picked from a run, where it comes from, and how it was picked."""
    is_same = given.data is None
    if given.genome:
        genome = genome_in(run, given.genome, canonical=plan.problem.canonical)
        record = next((r for r in run.records if r.genome == genome), None)
        return (
            genome,
            _origin(run, record, is_same_data=is_same),
            [f"An architecture of {plan.config.problem}."],
        )
    members, choice, how = picked(given)
    chosen = [members.members[i] for i in choice.order[: choice.n_chosen]]
    others = [genome_text(record.genome) for record in chosen[1:]]
    more = [f"The first is trained; --genome takes another: {', '.join(others)}"]
    said = [how, members.origin(), *(more if others else [])]
    return chosen[0].genome, _origin(run, chosen[0], is_same_data=is_same), said


def _origin(run: Run, record: Record | None, *, is_same_data: bool) -> dict[str, Any]:
    told: dict[str, Any] = {"run": run.name}
    if record is not None and is_same_data:
        told["metrics"] = dict(record.metrics)
    if run.spend is not None:
        told |= {"search_co2_g": run.spend.co2_g, "search_kwh": run.spend.energy_kwh}
    return told


def _networks(problem: Problem, name: str) -> TrainedProblem:
    if not isinstance(problem, TrainedProblem):
        raise ValueError(f"{name} builds no networks that could be trained")
    return problem


def _check_folder(folder: ModelFolder, order: TrainingOrder) -> None:
    """Refuse a folder that holds something else.

    Raises:
        ValueError: It holds another training, or files that are no training's.
    """
    kept = read_order(folder.path)
    if kept is None:
        if folder.path.exists() and (not folder.path.is_dir() or any(folder.path.iterdir())):
            raise ValueError(f"{folder.path} holds no training; give another folder with --out")
    elif differences := order.differences(kept):
        raise ValueError(
            f"{folder.path} holds another training: {differences[0]}; give another folder with "
            "--out"
        )


def _epoch_line(seed: int, row: Mapping[str, float], *, order: TrainingOrder) -> str:
    n_epochs, others = order.recipe.epochs, ("epoch", "loss", "rate", "seconds", "cpu_seconds")
    scores = "  ".join(f"{name} {row[name]:.4g}" for name in row if name not in others)
    named = f"seed {seed}  " if len(order.seeds) > 1 else ""
    return (
        f"{named}epoch {int(row['epoch']):>{len(str(n_epochs))}}/{n_epochs}  loss "
        f"{row['loss']:.4f}  {scores}  rate {row['rate']:.2g}  {row['seconds']:.1f} s"
    )


def _summary(facts: Facts, folder: ModelFolder) -> list[str]:
    lines = []
    for part, judged in facts.judgements.items():
        low, high = judged.interval
        lines.append(
            f"{part.capitalize()} accuracy {judged.accuracy:.2f} %, 95 % interval {low:.2f} to "
            f"{high:.2f} % ({judged.n:,} images)"
        )
    measured = facts.order.origin.get("metrics", {})
    if "acc" in measured:
        lines.append(f"The search had found acc {number(measured['acc'])} by a short training.")
    spend = facts.spend
    energy = f"{spend.energy_kwh:.3g} kWh, {spend.co2_g:.3g} g CO2e"
    lines.append(f"Took {spend.busy_seconds:.0f} s, {energy}.")
    lines += [f"{name}: {said}" for name, said in facts.exports.items()]
    return [*lines, f"Written: {folder.path}; read {folder.path / CARD} first"]


def _draw(facts: Facts, out: Path) -> None:
    from evonas.plots.model import draw_model  # half a second, which no training need wait for

    try:
        draw_model(facts.curves, facts.judgements["test"].confusion, facts.labels, out=out)
    except (ValueError, OSError) as error:  # a trained model is worth more than its picture
        complain(f"no picture: {error}", status=0)
