"""The runs of a folder, each read again only when it has changed."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from evonas.pages.architectures import shortened
from evonas.runs.manifest import CONFIG
from evonas.runs.reading import open_run
from evonas.runs.run import Run
from evonas.runs.state import last_change, state_of, version_of

MOST_KEPT = 64  # runs in memory at a time


class KnownRuns:
    """The runs that lie directly in a folder; several threads may ask for them.

    Names are looked up among those that are there, so no name leads out of the folder; a link
    is no run.

    Args:
        folder: The folder, which runs may be added to at any time.

    Raises:
        NotADirectoryError: There is no such folder.
        ValueError: The folder is itself a run.
    """

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise NotADirectoryError(
                f"no folder at {folder}: a dashboard shows a folder of runs"
            )
        if (folder / CONFIG).is_file():
            raise ValueError(
                f"{folder} is itself a run; give the folder that it lies in, or evonas report "
                f"{folder} for a page of it alone"
            )
        self.folder = folder
        self._kept: dict[str, tuple[object, Run]] = {}
        self._lock = threading.Lock()

    def names(self) -> list[str]:
        """The names of all runs that are there now, the one that changed last first."""
        try:
            places = [place for place in self.folder.iterdir() if not place.is_symlink()]
        except OSError:
            return []
        runs = [place for place in places if (place / CONFIG).is_file()]
        return [place.name for place in sorted(runs, key=lambda p: (-last_change(p), p.name))]

    def runs(self, names: Sequence[str]) -> list[Run]:
        """The runs of some names, as they are now.

        Args:
            names: Names as ``names`` has them.

        Raises:
            LookupError: There is no run of a name.
            ValueError: A file of a run cannot be read.
            OSError: A file of a run cannot be read.
        """
        offered = set(self.names())
        for name in names:
            if name not in offered:
                raise LookupError(f"no run {name!r} in {self.folder}")
        return [self._run(name) for name in dict.fromkeys(names)]

    def versions(self, names: Sequence[str]) -> tuple[object, ...]:
        """What differs as soon as one of some runs has changed.

        Args:
            names: Names of runs that are there.
        """
        paths = [self.folder / name for name in names]
        return tuple((version_of(path), state_of(path)) for path in paths)

    def listing(self) -> list[dict[str, Any]]:
        """What a list says of every run, JSON-able, the one that changed last first."""
        return [self._listed(name) for name in self.names()]

    def _run(self, name: str) -> Run:
        path = self.folder / name
        version = version_of(path)
        with self._lock:
            kept = self._kept.get(name)
        if kept and kept[0] == version:
            return kept[1]
        run = open_run(path)
        with self._lock:
            self._kept.pop(name, None)
            self._kept[name] = version, run
            while len(self._kept) > MOST_KEPT:
                self._kept.pop(next(iter(self._kept)))
        return run

    def _listed(self, name: str) -> dict[str, Any]:
        path = self.folder / name
        told: dict[str, Any] = {"name": name, "error": ""}
        try:
            run = self._run(name)
            return {
                **told,
                "state": state_of(path),
                "problem": run.config.problem,
                "measured": len(run.records),
                "failed": len(run.failures),
                "front": len(run.front),
                "hypervolume": shortened(run.hypervolumes[-1][1]) if run.hypervolumes else None,
                "seconds_ago": max(0.0, time.time() - last_change(path)),
            }
        except (ArithmeticError, LookupError, OSError, ValueError) as error:
            return {**told, "error": str(error)}
