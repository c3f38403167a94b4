"""What can be refused of words that name an architecture of a run."""

from __future__ import annotations

import argparse

from evonas.objectives import Constraint
from evonas.reports.naming import genome_of
from evonas.runs.manifest import read_resolved
from evonas.short_ids import is_short_id

WAYS = ("knee", "weights", "best", "near")


def check_member(given: argparse.Namespace) -> None:
    """Refuse what cannot name an architecture of a run, and a run that is not there.

    Args:
        given: the arguments: a run, a genome or none, and constraints on what is picked.

    Raises:
        ValueError: A genome or a constraint cannot be read, or the run's directory.
        FileNotFoundError: The run is not there.
    """
    for text in given.where:
        Constraint.parse(text)
    if given.genome and not is_short_id(given.genome):
        genome_of(given.genome)
    read_resolved(given.run)


def way_of(given: argparse.Namespace) -> str:
    """The way to pick that was named; the knee without one.

    Args:
        given: the arguments of ``evonas pick``.

    Raises:
        ValueError: Two ways were named.
    """
    named = [way for way in WAYS if getattr(given, way) not in (None, False)]
    if len(named) > 1:
        flags = " and ".join(f"--{way}" for way in named)
        raise ValueError(f"{flags} exclude each other: give one way to pick")
    return named[0] if named else "knee"


def is_picking(given: argparse.Namespace) -> bool:
    """Whether a way to pick, or a constraint on what is picked, was given.

    Args:
        given: the arguments of a command with the ways of ``evonas pick``.
    """
    return bool(given.where) or any(getattr(given, way) not in (None, False) for way in WAYS)
