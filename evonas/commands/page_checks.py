"""What can be refused of a page before anything is read."""

from __future__ import annotations

import argparse

from evonas.commands.checks import check_runs
from evonas.commands.page_parsers import LEAST_SECONDS

WHOSE = ("installed", "any", "none")


def check_report(given: argparse.Namespace) -> None:
    """Refuse runs that are not there, and a page that cannot be written.

    Raises:
        ValueError: Something given is unknown or contradicts itself, or a run cannot be read.
        OSError: A run is not there, or there is no folder for the page.
    """
    if given.networks not in WHOSE:
        raise ValueError(f"unknown networks {given.networks!r}; choose from {', '.join(WHOSE)}")
    if given.every is not None and not given.follow:
        raise ValueError("--every is for --follow; give both")
    if given.every is not None and not LEAST_SECONDS <= given.every < 1e6:
        raise ValueError(
            f"--every must be at least {LEAST_SECONDS:g} second and finite, got {given.every:g}"
        )
    check_runs(given.runs)
    places = [path.resolve() for path in given.runs]
    if len(set(places)) < len(places):
        raise ValueError("a run is named twice; name each once")
    if given.out:
        if given.out.suffix.lower() not in (".html", ".htm"):
            raise ValueError(f"cannot write {given.out}; its suffix must be .html")
        if given.out.is_dir():
            raise IsADirectoryError(f"{given.out} is a folder; give a file with --out")
        if not given.out.absolute().parent.is_dir():
            raise FileNotFoundError(f"no folder for {given.out}")


def check_dashboard(given: argparse.Namespace) -> None:
    """Refuse what is no folder, and a port that there cannot be.

    Raises:
        ValueError: There is no such port.
        NotADirectoryError: There is no such folder.
    """
    if not given.folder.is_dir():
        raise NotADirectoryError(
            f"no folder at {given.folder}: a dashboard shows a folder of runs, such as runs"
        )
    if not 0 <= given.port <= 65535:
        raise ValueError(f"--port must be 0 to 65535, got {given.port}")
