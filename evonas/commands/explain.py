"""What drives a run, and why its front is as it is: ``evonas explain RUN``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from tqdm import tqdm

from evonas.commands.explain_arguments import explain_parser
from evonas.commands.member_checks import is_picking
from evonas.commands.pick import picked
from evonas.parsing import listed
from evonas.reports.explained import explain
from evonas.reports.explanation import Explanation
from evonas.reports.text import complain
from evonas.runs.places import without_link
from evonas.space import Genome

PICTURE = "explanation.png"


def main(argv: Sequence[str] | None = None) -> int:
    """Explain a run, or one architecture of it.

    Args:
        argv: the arguments; those of the process if left out.

    Returns:
        0, or 2 after a mistake, said in one line.
    """
    given = explain_parser().parse_args(argv)
    try:
        about, how = _chosen(given)
        with Bar(is_quiet=given.quiet) as bar:
            found = explain(
                given.run,
                about=about,
                objectives=listed(given.objective),
                samples=given.samples,
                seed=given.seed,
                tell=bar.tell,
            )
        written = _drawn(given, found)
    except (ValueError, OSError) as error:
        return complain(error)
    if given.json:
        print(found.to_json())
        return 0
    lines = found.lines(top=given.top)
    drawn = ["", f"Drawn: {written}"] if written else []
    print("\n".join([*([how] if how else []), *lines, *drawn]))
    return 0


class Bar:
    """Shows on a terminal how far counting and predicting have got, one line for each.

    Args:
        is_quiet: Whether to show nothing.
    """

    def __init__(self, *, is_quiet: bool) -> None:
        self._is_quiet = is_quiet or not sys.stderr.isatty()
        self._bar: tqdm | None = None
        self._what = ""

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def tell(self, what: str, n: int, total: int) -> None:
        """Show how far it has got.

        Args:
            what: What is done.
            n: How many are done.
            total: How many there are.
        """
        if self._bar is None or self._what != what or self._bar.total != total:
            self.__exit__()
            self._bar = tqdm(total=total, desc=what, leave=False, disable=self._is_quiet)
            self._what = what
        self._bar.update(n - self._bar.n)


def _chosen(given: argparse.Namespace) -> tuple[Genome | str | None, str]:
    """The architecture that is named, if any, and how it was picked, in a line."""
    if given.genome or not is_picking(given):
        return given.genome, ""
    found = picked(given)
    return found.chosen[0].genome, found.how


def _drawn(given: argparse.Namespace, found: Explanation) -> Path | None:
    """The picture, where it is asked for, or a whole run is explained in words."""
    is_due = found.drivers and not given.json
    if given.out is None and not is_due:
        return None
    out: Path = given.out or without_link(given.run / PICTURE)
    found.draw(out, top=given.top)
    return out
