"""Who is running, as Linux tells it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path


def _running() -> dict[int, tuple[int, str]]:
    """Parent and command line of every process; a zombie's is empty."""
    found = {}
    for place in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((place / "stat").read_text().rpartition(")")[2].split()[1])
            words = (place / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except (OSError, ValueError):  # it has just ended
            continue
        found[int(place.name)] = parent, words
    return found


def family() -> dict[int, str]:
    """Command lines of all that descend from this process, zombies included."""
    running = _running()
    mine = {os.getpid()}
    for _ in running:
        mine |= {pid for pid, (parent, _) in running.items() if parent in mine}
    return {pid: running[pid][1] for pid in mine if pid in running and pid != os.getpid()}


def workers() -> list[int]:
    """Every process that measures for some owner, or was started by such a one."""
    return [pid for pid, (_, words) in _running().items() if "evonas.workbench" in words]


def soon(condition: Callable[[], bool], seconds: float = 5.0) -> bool:
    """Whether a condition comes true within some seconds."""
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)
    return condition()
