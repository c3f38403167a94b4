"""A run judged on other devices, without training: ``evonas retarget RUN --target ...``."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from evonas.commands.explain import Bar
from evonas.commands.retarget_arguments import retarget_parser
from evonas.parsing import listed
from evonas.reports.aims import read_aims, read_targets
from evonas.reports.retargeted import Retargeted, price_run
from evonas.reports.retargeted_files import COSTS, FOLDER, START, goes_on, write_all
from evonas.reports.retargeted_words import in_words
from evonas.reports.text import complain
from evonas.runs.reading import open_run

INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Price a run on targets, say what is best there, and write what a search goes on from.

    Args:
        argv: the arguments; those of the process if left out.

    Returns:
        0, 2 after a mistake, said in one line, or 130 after Ctrl-C; what was counted until
        then is kept.
    """
    given = retarget_parser().parse_args(argv)
    folder: Path = given.out or given.run / FOLDER
    try:
        found = _priced(given, folder)
        written = write_all(found, folder)
    except (ValueError, OSError) as error:
        return complain(error)
    except KeyboardInterrupt:
        again = "what was counted is kept; the same command goes on"
        return complain(f"interrupted; {again}", status=INTERRUPTED)
    files = ", ".join(map(str, written))
    print("\n".join([*in_words(found), "", f"Written: {files}"]))
    print(f"To go on there: {goes_on(found, folder / START)}")
    return 0


def _priced(given: argparse.Namespace, folder: Path) -> Retargeted:
    run = open_run(given.run)
    targets = read_targets(given.target)
    objectives = listed(given.objectives)
    aims = read_aims(run, targets, objectives=objectives, limits=given.where)
    with Bar(is_quiet=given.quiet) as bar:
        return price_run(
            *(run, aims),
            costs_file=folder / COSTS,
            is_kept_alone=given.kept,
            tell=bar.tell,
        )
