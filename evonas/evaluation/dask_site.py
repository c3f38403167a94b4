"""What goes on inside a Dask worker: it attends worker processes of ours, and keeps them."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from evonas.evaluation.candidate import Terms
from evonas.evaluation.worker import LostError, Worker, WorkerError
from evonas.evaluation.worker_process import Task
from evonas.faults import Fault
from evonas.record import Record

LOOK_S = 0.2  # between looks at whether anybody still wants what is being measured
IDLE_S = 15.0  # that a worker process is kept for the next order


@dataclass(frozen=True)
class Site:
    """What a worker process is started with.

    Attributes:
        opening: a pickle of the problem's spec and the memory limit in GB or ``None``.
        path: where whoever gave the order looks for modules; the Dask worker's own places
            come first.
        folder: working directory of whoever gave the order; taken where it exists.
        owner: names the executor that gives the orders; see ``dismiss``.
    """

    opening: bytes
    path: tuple[str, ...]
    folder: str
    owner: str


@dataclass(frozen=True)
class Reply:
    """What became of some tasks.

    Attributes:
        records: one per task, in order, up to the one that the process was lost with, or that
            left it unfit for another.
        fault: why the process was lost; ``None`` where it was not.
        seconds: how long the lost candidate had taken; 0 where none was lost.
        refusal: why the process could not begin; empty where it could.
    """

    records: tuple[Record, ...] = ()
    fault: Fault | None = None
    seconds: float = 0.0
    refusal: str = ""


_LOCK = threading.Lock()
_IDLE: list[tuple[Site, Worker, threading.Timer]] = []
_GONE: set[str] = set()  # owners that have left; the last of their calls may still go on


def attend(key: str, site: Site, terms: Terms | None, tasks: Sequence[Task]) -> Reply:
    """Have a worker process measure some tasks, or only open the problem.

    Args:
        key: names this very call among the tasks of Dask.
        site: what the process is started with, if none is idle.
        terms: what the order says but for the problem; ``None`` to open the problem and
            measure nothing.
        tasks: the candidates, each with its own seed.
    """
    worker = _engage(site)
    watch = _Watch(key, worker)
    watch.start()
    records: list[Record] = []
    is_fit = False
    try:
        worker.begin()
        if terms is not None:
            for record in worker.measure(terms, tasks):
                records.append(record)  # one by one: those before a loss count
        is_fit = worker.is_fit and not any(r.kind == "memory" for r in records)
    except LostError as loss:
        return Reply(tuple(records), loss.fault, loss.seconds)
    except WorkerError as error:
        return Reply(refusal=str(error))
    finally:
        is_wanted = watch.stop()
        _release(site, worker, is_fit=is_fit and is_wanted)
    return Reply(tuple(records))


def dismiss(owner: str) -> None:
    """End the worker processes that are idle here for an owner, and keep no more for it."""
    with _LOCK:
        _GONE.add(owner)
        idle = [entry for entry in _IDLE if entry[0].owner == owner]
        _IDLE[:] = [entry for entry in _IDLE if entry[0].owner != owner]
    for _, worker, timer in idle:
        timer.cancel()
        worker.dispose()


def _engage(site: Site) -> Worker:
    with _LOCK:
        for i, (known, worker, timer) in enumerate(_IDLE):
            if known == site:
                timer.cancel()
                del _IDLE[i]
                return worker
    path = [*sys.path, *(place for place in site.path if place not in sys.path)]
    folder = site.folder if os.path.isdir(site.folder) else None
    return Worker(site.opening, path=path, folder=folder)


def _release(site: Site, worker: Worker, *, is_fit: bool) -> None:
    timer = threading.Timer(IDLE_S, _expire, (worker,))
    timer.daemon = True
    with _LOCK:
        is_kept = is_fit and site.owner not in _GONE
        if is_kept:
            _IDLE.append((site, worker, timer))
            timer.start()
    if not is_kept:
        worker.dispose()


def _expire(worker: Worker) -> None:
    with _LOCK:
        places = [i for i, (_, idle, _) in enumerate(_IDLE) if idle is worker]
        for i in places:
            del _IDLE[i]
    if places:
        worker.dispose()


class _Watch(threading.Thread):
    """Kills a worker process when nobody wants what it measures any more.

    That is so when the call was cancelled, and when whoever made it is gone: Dask then lets go
    of it, though its thread goes on.
    """

    def __init__(self, key: str, worker: Worker) -> None:
        super().__init__(daemon=True)
        self._key = key
        self._worker = worker
        self._done = threading.Event()
        self._dask_worker: Any = None
        with suppress(ImportError, ValueError):  # called outside of Dask
            from distributed import get_worker  # whoever only reads this module lacks it

            self._dask_worker = get_worker()

    def stop(self) -> bool:
        """Look no more, and say whether somebody still wants what it measured."""
        self._done.set()
        return self._is_wanted()

    def run(self) -> None:
        """Look until it is done, or not wanted."""
        while not self._done.wait(LOOK_S):
            if not self._is_wanted():
                self._worker.kill()
                return

    def _is_wanted(self) -> bool:
        if self._dask_worker is None:
            return True
        task = self._dask_worker.state.tasks.get(self._key)
        return task is not None and task.state not in ("cancelled", "released", "forgotten")
