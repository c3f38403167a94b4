"""Writing the page of a run again and again while it goes on."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from evonas.pages.networks import Openable
from evonas.pages.page import write_report
from evonas.pages.payload import News
from evonas.runs.state import state_of, version_of


def follow(
    folders: Sequence[str | Path],
    out: str | Path | None = None,
    *,
    networks: Openable = "installed",
    every_seconds: float = 5.0,
    on_written: Callable[[Path], None] | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> Path:
    """Write a page whenever a run has something new, until all runs have ended.

    The page loads itself again meanwhile. Networks are drawn at the end alone. On Ctrl-C the
    page is written once more, as one that stands still. A run that has not ended is followed
    also where no process is seen to write to it, for one on another machine may; where one
    was seen and is gone, nothing more is waited for.

    Args:
        folders: The run directories.
        out: The file to write; as for ``write_report`` if left out.
        networks: Whose problems may be opened in the end.
        every_seconds: Time between two looks.
        on_written: Told of the file whenever it was written.
        sleep: Waits for some seconds.

    Returns:
        The file that was written.

    Raises:
        FileNotFoundError: A run is not there, or is gone.
        ValueError: A file of a run cannot be read.
        OSError: The page cannot be written.
        KeyboardInterrupt: Ctrl-C was pressed; the page is whole.
    """
    paths = [Path(folder) for folder in folders]
    seen: set[Path] = set()
    written: Sequence[object] = ()

    def write(which: Openable, *, seconds: float = 0.0) -> Path:
        file = write_report(paths, out, networks=which, news=News(seconds))
        if on_written:
            on_written(file)
        return file

    try:
        while awaited(paths, seen=seen):
            versions = [version_of(path) for path in paths]
            if versions != written:
                write("none", seconds=every_seconds)
                written = versions
            sleep(every_seconds)
    except KeyboardInterrupt:
        write("none")
        raise
    return write(networks)


def awaited(paths: Sequence[Path], *, seen: set[Path]) -> list[Path]:
    """The runs of which more may come.

    Args:
        paths: The run directories.
        seen: Runs that were seen going on; those that are now are added.
    """
    states = {path: state_of(path) for path in paths}
    seen |= {path for path, state in states.items() if state == "going on"}
    waiting = {path for path, state in states.items() if state == "not ended"} - seen
    return [path for path in paths if states[path] == "going on" or path in waiting]
