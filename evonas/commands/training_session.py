"""One full training that a person watches: its folder, its progress, its summary."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from evonas.carbon.meter import Tariff
from evonas.models.card import Facts
from evonas.models.family import FAMILY
from evonas.models.folder import CARD, PREVIEW, ModelFolder
from evonas.models.order import TRAINING, TrainingOrder, read_order
from evonas.models.proxy_start import Start, is_same, start_in_words
from evonas.models.sittings import train_in_folder
from evonas.reports.text import complain, number
from evonas.training.trained_problem import TrainedProblem


def check_folder(folder: ModelFolder, order: TrainingOrder) -> None:
    """Refuse a folder that holds something else.

    Args:
        folder: where the model shall stand.
        order: what is to be trained.

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


def train_one(
    order: TrainingOrder,
    problem: TrainedProblem,
    *,
    folder: ModelFolder,
    tariff: Tariff,
    should_stop: Callable[[], bool],
    is_quiet: bool,
) -> Facts:
    """Train, or go on with a training, and write its model folder and its picture.

    Args:
        order: what is to be trained.
        problem: the problem of the order, opened, its data read.
        folder: where the model shall stand.
        tariff: what time and energy cost where this runs.
        should_stop: asked after every epoch whether to end.
        is_quiet: whether to show no progress.

    Raises:
        StoppedError: It was asked to end, and can be gone on with.
        DivergedError: A training diverged.
        ValueError: A checkpoint cannot be read.
        OSError: A file cannot be written.
    """

    def on_epoch(seed: int, row: Mapping[str, float]) -> None:
        if not is_quiet:
            print(epoch_line(seed, row, order=order), file=sys.stderr, flush=True)

    def on_start(start: Start) -> None:
        _tell_start(order, start, is_quiet=is_quiet)

    folder.begin(order)
    outcome = train_in_folder(
        order,
        problem,
        folder=folder.path,
        tariff=tariff,
        on_start=on_start,
        on_epoch=on_epoch,
        should_stop=should_stop,
    )
    facts = folder.finish(order, problem, outcome)
    _draw(facts, folder.path / PREVIEW)
    return facts


def way_on(folder: Path) -> str:
    """How to go on with what was to be trained in a folder, in words.

    Args:
        folder: a model folder or that of a family, or where it was to be.
    """
    if (folder / TRAINING).is_file() or (folder / FAMILY).is_file():
        return f"evonas train --resume {shlex.quote(str(folder))} goes on"
    return "nothing was trained yet: give the same command again"


def epoch_line(seed: int, row: Mapping[str, float], *, order: TrainingOrder) -> str:
    """An epoch as a line of progress.

    Args:
        seed: the seed that is trained with.
        row: the epoch's row of the training curve.
        order: what is trained.
    """
    n_epochs, others = order.recipe.epochs, ("epoch", "loss", "rate", "seconds", "cpu_seconds")
    scores = "  ".join(f"{name} {row[name]:.4g}" for name in row if name not in others)
    named = f"seed {seed}  " if len(order.seeds) > 1 else ""
    return (
        f"{named}epoch {int(row['epoch']):>{len(str(n_epochs))}}/{n_epochs}  loss "
        f"{row['loss']:.4f}  {scores}  rate {row['rate']:.2g}  {row['seconds']:.1f} s"
    )


def summary(facts: Facts, folder: ModelFolder) -> list[str]:
    """What came of a training, in lines.

    Args:
        facts: what the card of the model tells.
        folder: where the model stands.
    """
    lines = []
    for part, judged in facts.judgements.items():
        low, high = judged.interval
        lines.append(
            f"{part.capitalize()} accuracy {judged.accuracy:.2f} %, 95 % interval {low:.2f} to "
            f"{high:.2f} % ({judged.n:,} images)"
        )
    if len(facts.by_seed) > 1:
        lines += [
            f"{part.capitalize()} accuracy over all seeds, in %: {facts.spread(part)}"
            for part in facts.judgements
        ]
        lines.append(f"Seed {facts.seed} is kept: the best of them on validation.")
    measured = facts.order.origin.get("metrics", {})
    if "acc" in measured:
        lines.append(f"The search had found acc {number(measured['acc'])} by a short training.")
    spend = facts.spend
    energy = f"{spend.energy_kwh:.3g} kWh, {spend.co2_g:.3g} g CO2e"
    lines.append(f"Took {spend.busy_seconds:.0f} s, {energy}.")
    lines += [f"{name}: {said}" for name, said in facts.exports.items()]
    return [*lines, f"Written: {folder.path}; read {folder.path / CARD} first"]


def _tell_start(order: TrainingOrder, start: Start, *, is_quiet: bool) -> None:
    """Say what the trainings begin with, and warn where it is not what the run had."""
    assert order.proxy is not None
    then = order.proxy.scores
    wrong = [name for name in then if not is_same(then[name], start.scores[name])]
    if wrong:
        told = ", ".join(
            f"{name} {start.scores[name]:.6g} in place of {then[name]:.6g}" for name in wrong
        )
        complain(
            f"the repeated proxy training differs from that of run {order.proxy.run}: {told}, "
            "by another machine or other versions than the search had",
            status=0,
        )
    elif not is_quiet:
        print(start_in_words(order.proxy, start), file=sys.stderr, flush=True)


def _draw(facts: Facts, out: Path) -> None:
    from evonas.plots.model import draw_model  # half a second, which no training need wait for

    try:
        draw_model(facts.curves, facts.judgements["test"].confusion, facts.labels, out=out)
    except (ValueError, OSError) as error:  # a trained model is worth more than its picture
        complain(f"no picture: {error}", status=0)
