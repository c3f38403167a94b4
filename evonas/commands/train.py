"""Training a chosen architecture in full: ``evonas train RUN``."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from evonas.commands.session import StoppedAtOnce, interrupts
from evonas.commands.training_checks import check_train
from evonas.commands.training_choice import chosen, networks, resumed
from evonas.commands.training_parsers import train_parser
from evonas.commands.training_session import check_folder, resumed_by, summary, train_one
from evonas.faults import DivergedError
from evonas.models.folder import ModelFolder
from evonas.models.sittings import StoppedError
from evonas.reports.text import complain

MODELS = Path("models")


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
        return _one(given)
    except DivergedError as error:
        return complain(f"{error}; take a lower --learning-rate", status=1)
    except (ValueError, OSError) as error:
        return complain(error)


def _one(given: argparse.Namespace) -> int:
    """Train one architecture."""
    choice = resumed(given.resume) if given.resume else chosen(given)
    order = choice.order
    folder = ModelFolder(given.resume or given.out or MODELS / order.name)
    check_folder(folder, order)
    print("\n".join([*choice.said, f"Model folder: {folder.path}"]), flush=True)
    if folder.is_finished:
        print("It is finished: nothing is left to train.")
        return 0
    problem = networks(choice.plan.problem, order.config.problem)
    problem.prepare()
    try:
        with interrupts() as is_interrupted:
            facts = train_one(
                order,
                problem,
                folder=folder,
                tariff=choice.plan.tariff,
                should_stop=is_interrupted,
                is_quiet=given.quiet,
            )
    except StoppedError:
        return complain(f"stopped; {resumed_by(folder.path)} goes on", status=130)
    except StoppedAtOnce as stop:
        return complain(
            f"stopped at once; {resumed_by(folder.path)} goes on", status=stop.status
        )
    print("\n".join(summary(facts, folder)))
    return 0
