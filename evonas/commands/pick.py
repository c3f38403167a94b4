"""Picking architectures from the front of a run: ``evonas pick RUN``."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

from evonas.commands.member_checks import way_of
from evonas.commands.parsers import pick_parser
from evonas.reports.per_target import best_of_run, target_lines
from evonas.reports.picking import Pick, Way, pick
from evonas.reports.shortlist import Shortlist
from evonas.reports.text import complain
from evonas.runs.reading import open_run


def main(argv: Sequence[str] | None = None) -> int:
    """Pick from a run's front: say how, show what was picked and what comes next.

    Args:
        argv: the arguments; those of the process if left out.

    Returns:
        0, or 2 after a mistake, said in one line.
    """
    given = pick_parser().parse_args(argv)
    try:
        found = picked(given)
        if given.out:
            _write(given.out, found)
    except (ValueError, OSError) as error:
        return complain(error)
    members = found.members
    lines = [found.how, members.origin(), "", *members.table(found.choice)]
    lines += [*_per_target(members), *_warning(members)]
    print("\n".join([*lines, *(["", f"Written: {given.out}"] if given.out else [])]))
    return 0


def picked(given: argparse.Namespace) -> Pick:
    """What is picked, and how.

    Args:
        given: A run, and the way to pick from it, as ``parsers.add_ways`` reads it.

    Raises:
        ValueError: Two ways were named, or what was said does not fit the run.
        FileNotFoundError: The run is not there.
    """
    return pick(open_run(given.run), way_in(given))


def way_in(given: argparse.Namespace) -> Way:
    """How to pick, as the arguments say it.

    Args:
        given: The arguments, among them those that ``parsers.add_ways`` reads.

    Raises:
        ValueError: Two ways were named, or a constraint cannot be read.
    """
    way_of(given)
    return Way(**{word.name: getattr(given, word.name) for word in fields(Way)})


def _write(file: Path, found: Pick) -> None:
    content = {
        "problem": found.members.run.config.problem,
        "genomes": [list(record.genome) for record in found.chosen],
        "metrics": [dict(record.metrics) for record in found.chosen],
    }
    try:
        with file.open("x", encoding="utf-8") as opened:
            opened.write(json.dumps(content, indent=2) + "\n")
    except FileExistsError:
        raise FileExistsError(f"{file} exists; give another file with --out") from None


def _per_target(members: Shortlist) -> list[str]:
    """Who is the best on each target, where the run and the demands speak of several."""
    found = best_of_run(members.run)
    return ["", *target_lines(found, ids=members.run.ids)] if found else []


def _warning(members: Shortlist) -> list[str]:
    """A line where a metric that no search may see has decided."""
    decided = {demand.metric for demand in members.demands}
    decided |= {members.wanted.name} if members.wanted else set()
    spoilt = [name for name in members.final if name in decided]
    if not spoilt:
        return []
    return [
        "",
        f"Picked by {', '.join(spoilt)}, which flatters the picks from now on: it is no longer "
        "of data that had no say.",
    ]
