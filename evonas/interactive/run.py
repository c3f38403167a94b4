"""A run that was read, with what one does with it next."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

from evonas.interactive.architectures import Architectures
from evonas.runs import reading
from evonas.runs import run as runs


class Run(runs.Run, Architectures):
    """A run as plain values, to look at, to train, and to go on with; made by ``open_run``.

    In a notebook it shows its front, as a picture and as a table.
    """

    @classmethod
    def of(cls, found: runs.Run) -> Run:
        """The same, with what one does next.

        Args:
            found: The run.
        """
        return cls(**{each.name: getattr(found, each.name) for each in fields(found)})

    def as_run(self) -> runs.Run:
        """The run itself."""
        return self


def open_run(path: str | Path) -> Run:
    """Read a run directory, also while the run is still going on.

    No code that the run names is imported or run, so this is safe for a run of anybody; only
    ``show`` and ``train`` run it.

    Args:
        path: The run directory, which may still be written to.

    Raises:
        FileNotFoundError: The directory is not there, or is no run's.
        ValueError: A file of the run cannot be read, or is another version's.
    """
    return Run.of(reading.open_run(path))
