"""Who is running, as Linux tells it."""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Callable
from pathlib import Path

MARK = "EVONAS_TEST_RUN"  # in the environment of all that this process starts
os.environ.setdefault(MARK, uuid.uuid4().hex)
HELPER = "-c from multiprocessing."  # forkserver, resource tracker: stay until their owner ends


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
    """Command lines of all that descend from this process, zombies included.

    Helpers that ``multiprocessing`` keeps for a whole process are not told: a test that ran
    before in the same process may have called for them.
    """
    running = _running()
    mine = {os.getpid()}
    for _ in running:
        mine |= {pid for pid, (parent, _) in running.items() if parent in mine}
    found = {pid: running[pid][1] for pid in mine if pid in running and pid != os.getpid()}
    return {pid: words for pid, words in found.items() if HELPER not in words}


def workers() -> list[int]:
    """Processes that measure for this one or for one that it started, alive or not."""
    found = [
        pid
        for pid, (_, words) in _running().items()
        if "evonas.evaluation.worker_process" in words
    ]
    return [pid for pid in found if _is_ours(pid)]


def _is_ours(pid: int) -> bool:
    try:
        return (
            f"{MARK}={os.environ[MARK]}\0".encode() in Path(f"/proc/{pid}/environ").read_bytes()
        )
    except OSError:  # it has just ended
        return False


def soon(condition: Callable[[], bool], seconds: float = 5.0) -> bool:
    """Whether a condition comes true within some seconds."""
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)
    return condition()
