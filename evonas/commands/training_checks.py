"""What can be refused early of the commands that make and use trained models."""

from __future__ import annotations

import argparse
from pathlib import Path

from evonas.commands.checks import check_exits, check_problem
from evonas.commands.member_checks import WAYS, check_member, way_of
from evonas.commands.training_parsers import recipe_of, seeds_of


def check_predict(given: argparse.Namespace) -> None:
    """Refuse a folder and images that are not there.

    Raises:
        ValueError: Less than one label is asked for, or an option is out of range.
        FileNotFoundError: The folder or an image is not there.
    """
    if given.top < 1:
        raise ValueError(f"--top must be at least 1, got {given.top}")
    if given.budget is not None and given.confidence is not None:
        raise ValueError("give --budget or --confidence, not both")
    if given.confidence is not None and not 0 <= given.confidence <= 1:
        raise ValueError(f"--confidence must be from 0 to 1, got {given.confidence:g}")
    if not given.folder.is_dir():
        raise FileNotFoundError(f"no model at {given.folder}: there is no such directory")
    for image in given.images:
        if not Path(image).exists():
            raise FileNotFoundError(f"no image at {image}")


def check_train(given: argparse.Namespace) -> None:
    """Refuse what names no architecture or several, and a recipe that cannot be.

    Raises:
        ValueError: Something given excludes another, is missing, or is out of range.
        FileNotFoundError: The run, or a file, is not there.
    """
    recipe_of(given)
    seeds_of(given.seeds)
    if given.threads is not None and given.threads < 1:
        raise ValueError(f"--threads must be at least 1, got {given.threads}")
    check_exits(given)
    named = [bool(given.run), bool(given.problem), bool(given.resume)]
    if sum(named) != 1:
        raise ValueError(
            "name one: a RUN to pick from, --problem with --architecture, or --resume FOLDER; "
            "see evonas train --help"
        )
    if given.genome and any(getattr(given, way) not in (None, False) for way in WAYS):
        raise ValueError("--genome names an architecture: leave out the other ways to pick")
    if bool(given.architecture) != bool(given.problem):
        raise ValueError("--problem and --architecture are given together, without a RUN")
    if given.option and not given.problem:
        raise ValueError("--option is for --problem; a run has its own")
    if given.problem:
        check_problem(given.problem)
    if given.resume and not given.resume.is_dir():
        raise FileNotFoundError(f"no model folder at {given.resume}")
    if given.run:
        way_of(given)
        check_member(given)
