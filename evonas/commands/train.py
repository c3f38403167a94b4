"""Training a chosen architecture in full: ``evonas train RUN``."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Mapping, Sequence

from evonas.commands.pick import way_in
from evonas.commands.training_checks import check_train
from evonas.commands.training_parsers import recipe_of, seeds_of, train_parser
from evonas.faults import DivergedError
from evonas.interactive.full_training import Chosen, Terms, end_lines, epoch_line
from evonas.interactive.interrupts import StoppedAtOnce, interrupts
from evonas.models.folder import ModelFolder
from evonas.models.sittings import StoppedError
from evonas.reports.text import complain
from evonas.runs.reading import open_run


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
        chosen = _chosen(given)
        folder = chosen.folder(given.resume or given.out)
        print("\n".join([*chosen.said, f"Model folder: {folder.path}"]), flush=True)
        if folder.is_finished:
            print("It is finished: nothing is left to train.")
            return 0
        return _trained(chosen, folder, is_quiet=given.quiet)
    except DivergedError as error:
        return complain(f"{error}; take a lower --learning-rate", status=1)
    except (ValueError, OSError) as error:
        return complain(error)


def _trained(chosen: Chosen, folder: ModelFolder, *, is_quiet: bool) -> int:
    """Train, and write the model folder."""

    def on_epoch(seed: int, row: Mapping[str, float]) -> None:
        if not is_quiet:
            print(epoch_line(seed, row, order=chosen.order), file=sys.stderr, flush=True)

    going_on = f"evonas train --resume {shlex.quote(str(folder.path))}"
    try:
        with interrupts() as is_interrupted:
            facts = chosen.train(folder, on_epoch=on_epoch, should_stop=is_interrupted)
    except StoppedError:
        return complain(f"stopped; {going_on} goes on", status=130)
    except StoppedAtOnce as stop:
        return complain(f"stopped at once; {going_on} goes on", status=stop.status)
    print("\n".join(end_lines(facts, folder)))
    return 0


def _chosen(given: argparse.Namespace) -> Chosen:
    """What the arguments name to be trained."""
    if given.resume:
        return Chosen.of_folder(given.resume)
    names = ("data", "data_dir", "image_size", "device", "exits")
    terms = Terms(
        recipe=recipe_of(given),
        seeds=seeds_of(given.seeds),
        n_threads=given.threads,
        data={name: v for name in names if (v := getattr(given, name)) is not None},
    )
    if given.problem:
        options = given.option
        return Chosen.of_problem(
            given.problem, given.architecture, terms=terms, options=options
        )
    run, genome = open_run(given.run), given.genome or ""
    return Chosen.of_run(run, terms=terms, way=way_in(given), genome=genome)
