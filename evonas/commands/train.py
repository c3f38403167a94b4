"""Training a chosen architecture, or a whole front, in full: ``evonas train RUN``."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from evonas.commands.pick import way_in
from evonas.commands.train_front import family_of, train_front
from evonas.commands.training_checks import check_resumed, check_train
from evonas.commands.training_parsers import train_parser
from evonas.commands.training_session import terms_of, train_one, way_on
from evonas.faults import DivergedError
from evonas.interactive.full_training import Chosen
from evonas.interactive.interrupts import StoppedAtOnce, interrupts
from evonas.interactive.training_lines import end_lines
from evonas.models.family import read_family
from evonas.models.folder import ModelFolder
from evonas.models.sittings import StoppedError
from evonas.reports.text import complain
from evonas.runs.reading import open_run


def main(argv: Sequence[str] | None = None) -> int:
    """Train, or go on with a training, and write a model folder.

    Args:
        argv: the arguments; those of the process if left out.

    Returns:
        0; 1 if a training diverged, or a member of the front failed; 2 after a mistake, said in
        one line; 130 after Ctrl-C, with how to go on.
    """
    given = train_parser().parse_args(argv)
    path = given.resume
    try:
        check_train(given)
        if given.front or (given.resume and read_family(given.resume)):
            front = family_of(given)
            path = front.folder
            return train_front(front, is_quiet=given.quiet)
        chosen = _chosen(given)
        folder = chosen.folder(given.resume or given.out)
        path = folder.path
        return _train(chosen, folder, is_quiet=given.quiet)
    except StoppedError:
        return complain(f"stopped; {way_on(path)}", status=130)
    except StoppedAtOnce as stop:
        return complain(f"stopped at once; {way_on(path)}", status=stop.status)
    except DivergedError as error:
        return complain(f"{error}; take a lower --learning-rate", status=1)
    except (ValueError, OSError) as error:
        return complain(error)


def _train(chosen: Chosen, folder: ModelFolder, *, is_quiet: bool) -> int:
    """Train one architecture, and write the model folder."""
    print("\n".join([*chosen.said, f"Model folder: {folder.path}"]), flush=True)
    if folder.is_finished:
        folder.tidy(chosen.order)
        print("It is finished: nothing is left to train.")
        return 0
    with interrupts() as is_interrupted:
        facts = train_one(chosen, folder, should_stop=is_interrupted, is_quiet=is_quiet)
    print("\n".join(end_lines(facts, folder)))
    return 0


def _chosen(given: argparse.Namespace) -> Chosen:
    """What the arguments name to be trained."""
    if given.resume:
        chosen = Chosen.of_folder(given.resume, track=given.track)
        check_resumed(given, chosen.order)
        return chosen
    terms = terms_of(given)
    if given.problem:
        return Chosen.of_problem(given.problem, given.architecture, terms=terms)
    run, genome = open_run(given.run), given.genome or ""
    return Chosen.of_run(run, terms=terms, way=way_in(given), genome=genome)
