"""Training a chosen architecture, or a whole front, in full: ``evonas train RUN``."""

from __future__ import annotations

from collections.abc import Sequence

from evonas.commands.session import StoppedAtOnce, interrupts
from evonas.commands.train_front import family_of, train_front
from evonas.commands.training_checks import check_train
from evonas.commands.training_choice import MODELS, Choice, chosen, networks, resumed
from evonas.commands.training_parsers import train_parser
from evonas.commands.training_session import check_folder, summary, train_one, way_on
from evonas.faults import DivergedError
from evonas.models.family import read_family
from evonas.models.folder import ModelFolder
from evonas.models.sittings import StoppedError
from evonas.reports.text import complain


def main(argv: Sequence[str] | None = None) -> int:
    """Train, or go on with a training, and write a model folder.

    Args:
        argv: the arguments; those of the process if left out.

    Returns:
        0; 1 if a training diverged, or a member of the front failed; 2 after a mistake, said in
        one line; 130 after Ctrl-C, with how to go on.
    """
    given = train_parser().parse_args(argv)
    folder = given.resume
    try:
        check_train(given)
        if given.front or (given.resume and read_family(given.resume)):
            front = family_of(given)
            folder = front.folder
            return train_front(front, is_quiet=given.quiet)
        choice = resumed(given.resume) if given.resume else chosen(given)
        folder = given.resume or given.out or MODELS / choice.order.name
        return _train(choice, ModelFolder(folder), is_quiet=given.quiet)
    except StoppedError:
        return complain(f"stopped; {way_on(folder)}", status=130)
    except StoppedAtOnce as stop:
        return complain(f"stopped at once; {way_on(folder)}", status=stop.status)
    except DivergedError as error:
        return complain(f"{error}; take a lower --learning-rate", status=1)
    except (ValueError, OSError) as error:
        return complain(error)


def _train(choice: Choice, folder: ModelFolder, *, is_quiet: bool) -> int:
    """Train one architecture."""
    order = choice.order
    check_folder(folder, order)
    print("\n".join([*choice.said, f"Model folder: {folder.path}"]), flush=True)
    if folder.is_finished:
        print("It is finished: nothing is left to train.")
        return 0
    problem = networks(choice.plan.problem, order.config.problem)
    problem.prepare()
    with interrupts() as is_interrupted:
        facts = train_one(
            order,
            problem,
            folder=folder,
            tariff=choice.plan.tariff,
            should_stop=is_interrupted,
            is_quiet=is_quiet,
        )
    print("\n".join(summary(facts, folder)))
    return 0
