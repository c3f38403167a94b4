"""A real Dask scheduler with workers, each a process that a test may kill."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

START_S = 90.0  # on a machine that is busy with other things
QUIET = {"DASK_LOGGING__DISTRIBUTED": "error"}


@dataclass(frozen=True)
class Cluster:
    """A scheduler on loopback and its workers.

    Attributes:
        address: where the scheduler listens.
        workers: one process each, without a nanny that would replace it.
    """

    address: str
    workers: tuple[subprocess.Popen[bytes], ...]


def _started(*words: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "dask", *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env={**os.environ, **QUIET},
    )


def _address(place: Path) -> str:
    end = time.monotonic() + START_S
    while time.monotonic() < end:
        with suppress(OSError, ValueError):  # not written yet, or not wholly
            return str(json.loads(place.read_text())["address"])
        time.sleep(0.05)
    raise TimeoutError(f"no Dask scheduler wrote {place} within {START_S:g} s")


@contextmanager
def cluster(folder: Path, *, n_workers: int = 2) -> Iterator[Cluster]:
    """A cluster that ends with the context, whatever became of its parts."""
    place, loopback = folder / "scheduler.json", ("--host", "127.0.0.1")
    quiet = ("--no-dashboard", "--scheduler-file", str(place))
    processes = [_started("scheduler", "--port", "0", *loopback, *quiet)]
    try:
        address = _address(place)
        words = (
            "worker",
            address,
            *loopback,
            "--nthreads",
            "1",
            "--no-nanny",
            "--no-dashboard",
        )
        for i in range(n_workers):
            scratch = ("--local-directory", str(folder / f"scratch-{i}"))
            processes.append(_started(*words, *scratch))
        yield Cluster(address, tuple(processes[1:]))
    finally:
        for process in reversed(processes):
            with suppress(OSError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
