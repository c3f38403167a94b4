"""What can be refused early of the commands that make and use trained models."""

from __future__ import annotations

import argparse
from dataclasses import fields
from pathlib import Path

from evonas.carbon.spend import SECONDS_BY_UNIT, read_amount
from evonas.commands.checks import check_exits, check_problem
from evonas.commands.member_checks import WAYS, check_member, way_of
from evonas.commands.training_parsers import recipe_of, seeds_of
from evonas.models.order import TrainingOrder
from evonas.plugins.listening import check_listener
from evonas.sections.tracking import TrackingSection

DATA = (
    "data",
    "data_dir",
    "image_size",
    "device",
    "exits",
)  # words of a config that have flags here


def check_predict(given: argparse.Namespace) -> None:
    """Refuse a folder and files that are not there.

    Raises:
        ValueError: Less than one label is asked for, or an option is out of range.
        FileNotFoundError: The folder or a file is not there.
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
            raise FileNotFoundError(f"no file at {image}")


def check_train(given: argparse.Namespace) -> None:
    """Refuse what names no architecture or several, and a recipe that cannot be.

    Raises:
        ValueError: Something given excludes another, is missing, or is out of range.
        FileNotFoundError: The run, or a file, is not there.
    """
    recipe_of(given)
    if given.seeds is not None:
        seeds_of(given.seeds)
    for word in TrackingSection(track=given.track or ()).track:
        check_listener(word)
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
    if given.resume:
        _check_alone(given)
    _check_front(given)
    if bool(given.architecture) != bool(given.problem):
        raise ValueError("--problem and --architecture are given together, without a RUN")
    if given.from_proxy and given.problem:
        raise ValueError("--from-proxy is for a RUN, whose short training it repeats")
    if given.problem:
        check_problem(given.problem)
    if given.run:
        way_of(given)
        check_member(given)


def check_resumed(given: argparse.Namespace, order: TrainingOrder) -> None:
    """Refuse flags beside ``--resume`` that say otherwise than what its folder has begun.

    Args:
        given: the arguments of ``evonas train``, with ``--resume``.
        order: what the folder is to train; of a front, what all members have in common, with
            the number of epochs that was asked for.

    Raises:
        ValueError: A flag differs from what is stored.
    """
    stored = {
        **{word.name: getattr(order.recipe, word.name) for word in fields(order.recipe)},
        **{name: getattr(order.config, name) for name in DATA},
        "threads": order.n_threads,
        "seeds": ",".join(map(str, order.seeds)),
        "from_proxy": order.proxy is not None,
    }
    for name, value in stored.items():
        asked = getattr(given, name)
        if name == "seeds" and asked is not None:
            asked = ",".join(map(str, seeds_of(asked)))
        if asked is not None and asked is not False and asked != value:
            flag = f"--{name.replace('_', '-')}{'' if asked is True else f' {asked}'}"
            kept = "random weights" if asked is True else "none" if value is None else value
            raise ValueError(
                f"{flag}: {given.resume} was begun with {kept}, which --resume keeps; leave "
                "the flag out, or train to another folder with --out"
            )


def _check_alone(given: argparse.Namespace) -> None:
    """Refuse a folder to go on with that is not there, and what would choose or move it."""
    if not given.resume.is_dir():
        raise FileNotFoundError(f"no model folder at {given.resume}")
    for name in (*WAYS, "genome", "where", "front", "budget_time", "option", "out"):
        if getattr(given, name) not in (None, False, []):
            flag = name.replace("_", "-")
            raise ValueError(f"--resume goes on with what its folder holds: leave out --{flag}")


def _check_front(given: argparse.Namespace) -> None:
    """Refuse a front without a run, a pick from it, and a budget without it."""
    read_amount("--budget-time", given.budget_time, SECONDS_BY_UNIT)
    if not given.front:
        if given.budget_time:
            raise ValueError("--budget-time is for --front; a single training has its --epochs")
        return
    if not given.run:
        raise ValueError("--front is for a RUN, whose front it trains")
    ways = [way for way in (*WAYS, "genome") if getattr(given, way) not in (None, False)]
    if ways:
        raise ValueError(f"--front trains every member: leave out --{ways[0]}, or --front")
