"""A search that a person watches: progress, a clean end on Ctrl-C, a picture, a summary."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

from evonas.config import Config
from evonas.engine.listeners import INTERRUPTED
from evonas.engine.result import Result
from evonas.engine.search import search
from evonas.evaluation.worker import WorkerError
from evonas.interactive import result as interactive
from evonas.interactive.interrupts import StoppedAtOnce, interrupts
from evonas.reports.progress import Progress
from evonas.reports.summary import summary
from evonas.reports.text import complain
from evonas.runs.journal import FolderError
from evonas.runs.places import without_link


def run(config: Config, folder: Path, *, resume: bool, is_quiet: bool) -> int:
    """Run a search and say what came of it.

    Args:
        config: the config of the search.
        folder: the run directory.
        resume: whether the run is there already, to be gone on with.
        is_quiet: whether to show no progress.

    Returns:
        The exit status, as the command's ``main`` explains it.
    """
    try:
        result = watched(config, folder, resume=resume, is_quiet=is_quiet)
    except (FolderError, WorkerError) as error:
        return complain(error, status=1)
    except (ValueError, OSError) as error:
        return complain(error)
    except StoppedAtOnce as stop:
        return complain(f"stopped at once; {resumed_by(folder)} goes on", status=stop.status)
    print(summary(result))
    if result.stopped == INTERRUPTED:
        print(f"To go on: {resumed_by(folder)}")
    return 1 if result.was_given_up else 0


def resumed_by(folder: Path) -> str:
    """The command that goes on with a run."""
    return f"evonas --resume {shlex.quote(str(folder))}"


def watched(config: Config, folder: Path, *, resume: bool, is_quiet: bool) -> Result:
    """Run a search with progress, a clean end on Ctrl-C, and a picture.

    Args:
        config: the config of the search.
        folder: the run directory.
        resume: whether the run is there already, to be gone on with.
        is_quiet: whether to show no progress.
    """
    with interrupts() as is_interrupted:
        result = search(
            config,
            folder=folder,
            resume=resume,
            listeners=[Progress(is_quiet=is_quiet)],
            should_stop=is_interrupted,
            as_result=interactive.Result.of,
        )
    if result.front:
        try:
            _draw(result, folder)
        except (ValueError, OSError) as error:  # a night's front is worth more than its picture
            print(f"evonas: no picture: {error}", file=sys.stderr)
    return result


def _draw(result: Result, folder: Path) -> None:
    """The pictures of a run: its front, and its networks exit by exit where there are some."""
    from evonas.plots.runs import Picture, save_picture  # half a second, which no start takes

    names = [objective.name for objective in result.goals.objectives]
    save_picture([folder], objectives=names, out=without_link(folder / "front.png"))
    if any("flops_2" in record.metrics for record in result.front):
        out, picture = without_link(folder / "exits.png"), Picture(kind="exits")
        save_picture([folder], out=out, picture=picture)
