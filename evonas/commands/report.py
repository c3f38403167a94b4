"""A page of runs: ``evonas report RUN [RUN ...]``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from evonas.commands.page_checks import check_report
from evonas.commands.page_parsers import EVERY_SECONDS, report_parser
from evonas.pages.following import follow
from evonas.pages.page import write_report
from evonas.reports.text import complain
from evonas.runs.state import state_of


def main(argv: Sequence[str] | None = None) -> int:
    """Write the page of one run or of several, once or until they have ended.

    Args:
        argv: the arguments; those of the process if left out.

    Returns:
        0, also where Ctrl-C ended the following; 2 after a mistake, said in one line.
    """
    given = report_parser().parse_args(argv)
    try:
        check_report(given)
        if given.follow:
            return _followed(given)
        file = write_report(
            given.runs,
            given.out,
            networks=given.networks,
            on_network=None if given.quiet else _show_progress,
        )
    except (ValueError, OSError) as error:
        return complain(error)
    print(file)
    return 0


def _followed(given: argparse.Namespace) -> int:
    """Write the page until the runs have ended, or until Ctrl-C."""
    told: list[Path] = []

    def on_written(file: Path) -> None:
        if not told and not given.quiet:
            print(f"Following: {file}; Ctrl-C ends it", file=sys.stderr, flush=True)
        told.append(file)

    unseen = [path for path in given.runs if state_of(path) == "not ended"]
    for path in [] if given.quiet else unseen:
        complain(
            f"{path} has not ended, and no process of this machine writes to it; it may have "
            "been cut short: waiting all the same",
            status=0,
        )
    with suppress(KeyboardInterrupt):  # the way to end it; the page is whole
        follow(
            given.runs,
            given.out,
            networks=given.networks,
            every_seconds=given.every or EVERY_SECONDS,
            on_written=on_written,
        )
    if told:
        print(told[-1])
    return 0


def _show_progress(n_done: int, n: int) -> None:
    if sys.stderr.isatty():
        print(f"\rNetworks: {n_done + 1} of {n}", end="\n" * (n_done + 1 == n), file=sys.stderr)
