"""How far a run has got: whether it goes on, has ended, or was cut short."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Literal

from evonas.runs.folder import GENERATIONS, RECORDS, SPEND
from evonas.runs.manifest import CONFIG

State = Literal["going on", "ended", "not ended"]
LOCKS = Path("/proc/locks")  # of Linux; elsewhere no lock is seen
_SLACK_SECONDS = 10.0  # by which a copy of a run may have mixed up the times of its files

_WRITTEN = (CONFIG, RECORDS, GENERATIONS, SPEND)


def state_of(path: Path, *, locks: Path = LOCKS) -> State:
    """Whether a process writes to a run here, and whether its search has ended.

    A run that is neither was cut short, or is written to by another machine, whose locks
    cannot be seen from here. Nothing is locked for the answer, so no search is disturbed.

    Args:
        path: The run directory.
        locks: The file in which Linux lists who has locked what.
    """
    if is_written_to(path, locks=locks):
        return "going on"
    ended, measured = _changed(path / SPEND), _changed(path / RECORDS)
    return "ended" if ended and ended + _SLACK_SECONDS >= measured else "not ended"


def is_written_to(path: Path, *, locks: Path = LOCKS) -> bool:
    """Whether a process of this machine holds the journal of a run.

    Args:
        path: The run directory.
        locks: The file in which Linux lists who has locked what.
    """
    try:
        told = (path / RECORDS).stat()
        lines = locks.read_text(encoding="utf-8").splitlines()
    except OSError:
        return False
    device = f"{os.major(told.st_dev):02x}:{os.minor(told.st_dev):02x}"
    return any(f" {device}:{told.st_ino} " in line and " FLOCK " in line for line in lines)


def last_change(path: Path) -> float:
    """When a search last wrote to its run, in seconds since 1970; 0 where there is no run.

    Args:
        path: The run directory.
    """
    return max(_changed(path / name) for name in _WRITTEN)


def version_of(path: Path) -> tuple[tuple[int, int], ...]:
    """What differs as soon as a search has written to its run: sizes and times of its files.

    Args:
        path: The run directory.
    """
    found = []
    for name in _WRITTEN:
        try:
            told = (path / name).lstat()
            found.append((told.st_size, told.st_mtime_ns))
        except OSError:
            found.append((-1, 0))
    return tuple(found)


def _changed(file: Path) -> float:
    with suppress(OSError):
        return file.lstat().st_mtime
    return 0.0
