"""Pictures of runs: ``python -m evonas.plot RUN [RUN ...]``."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from evonas.plots.runs import SUFFIXES, save_picture
from evonas.reports.text import complain


def main(argv: Sequence[str] | None = None) -> int:
    """Draw runs from the command line.

    Returns:
        0, or 2 after a mistake, said in one line.
    """
    try:
        given = _make_parser().parse_args(argv)
        paths: list[Path] = given.runs
        home = paths[0] if len(paths) == 1 else Path()
        names = [name.strip() for name in given.objectives.split(",") if name.strip()]
        print(save_picture(paths, objectives=names, out=given.out or home / "front.png"))
    except (ValueError, OSError) as error:
        return complain(error)
    return 0


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Say it in one line, as every other mistake."""
        raise ValueError(message)


def _make_parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="python -m evonas.plot", description="Draw runs, finished or still going on."
    )
    parser.add_argument("runs", metavar="RUN", nargs="+", type=Path, help="run directory")
    parser.add_argument(
        "--objectives",
        metavar="NAME,...",
        default="",
        help="metrics to show, the first one upwards (default: the first run's objectives)",
    )
    parser.add_argument(
        "--out",
        metavar="FILE",
        type=Path,
        help=f"{', '.join(SUFFIXES)} (default: RUN/front.png; front.png for several runs)",
    )
    return parser
