"""Worker processes side by side, and what to do when one of them dies."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import cloudpickle
from joblib import Parallel, delayed

from evonas.evaluation.candidate import Order, Terms
from evonas.evaluation.executor import Executor
from evonas.evaluation.worker import LostError, Worker, WorkerError
from evonas.evaluation.worker_process import Task
from evonas.faults import Fault
from evonas.plugins.loading import ProblemSpec
from evonas.record import Record

CLOSE_S = 5.0  # for the threads that attend workers to see that these are dead
PAUSES_S = (0.5, 2.0)  # before a worker that could not start is replaced
CHUNK_S = 0.05  # shorter tasks are handed out several at once
SHORTEST_S = 1e-4  # what a task takes at least, with all that lies between two


@dataclass(frozen=True)
class Lost:
    """A task whose worker died of it, or for another reason.

    Attributes:
        task: The candidate that was being measured, and its seed.
        fault: What the worker died of.
        seconds: How long the candidate had taken.
    """

    task: Task
    fault: Fault
    seconds: float


class AbandonedError(Exception):
    """The pool was closed while it worked."""


class Attended(Protocol):
    """A place where candidates are measured, attended by one thread; see ``Worker``."""

    @property
    def is_fit(self) -> bool: ...  # noqa: D102
    def begin(self) -> None: ...  # noqa: D102
    def measure(self, terms: Terms, tasks: Sequence[Task]) -> Iterator[Record]: ...  # noqa: D102
    def kill(self) -> None: ...  # noqa: D102
    def dispose(self) -> None: ...  # noqa: D102
    def dismiss(self) -> None: ...  # noqa: D102


class Pool(Executor):
    """Measures tasks in worker processes, each of which one thread of this process attends.

    Use it as a context, or close it. A worker starts when it is first needed.

    Args:
        spec: the problem, which every worker opens.
        n_jobs: how many workers there are, at least 1.
        memory_limit_gb: gigabytes that each worker may take; ``None`` for no limit.
        make_worker: makes a worker from a pickle of spec and limit; a process of this machine
            if left out.
    """

    def __init__(
        self,
        spec: ProblemSpec,
        *,
        n_jobs: int,
        memory_limit_gb: float | None = None,
        make_worker: Callable[[bytes], Attended] = Worker,
    ) -> None:
        self.n_jobs = n_jobs
        self._make_worker = make_worker
        self._opening = cloudpickle.dumps((spec, memory_limit_gb))
        self._change = threading.Condition()
        self._idle: list[Attended] = []
        self._busy: set[Attended] = set()
        self._is_closed = False
        self._seconds, self._n_measured = 0.0, 0  # of the present tasks, so far

    def begin(self) -> None:
        """Start the first worker, which shows whether any can.

        Raises:
            WorkerError: The first worker cannot open the problem.
        """
        worker, is_fit = self._engage(), False
        try:
            worker.begin()
            is_fit = True
        finally:
            self._release(worker, is_fit=is_fit)

    def measure(
        self, order: Order, tasks: Sequence[Task], *, should_stop: Callable[[], bool]
    ) -> Generator[Record, None, None]:
        """Records as they come, in any order.

        What a worker was measuring when it died is tried again at the end, alone. If told to
        stop, what has begun is finished and no more; if the iterator is closed, or anything is
        raised, all is given up at once.

        Raises:
            WorkerError: A worker could not begin, again and again.
        """
        lost: list[Lost] = []
        try:
            for outcome in self._outcomes(order, tasks, should_stop):
                if isinstance(outcome, Record):
                    yield outcome
                else:
                    lost.append(outcome)
            for first in lost:
                if should_stop():
                    return
                (second,) = self._attend(order, [first.task])
                if isinstance(second, Lost) and should_stop():  # by whoever stops us, perhaps
                    return
                yield second if isinstance(second, Record) else _blamed(first, second)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """End all workers, whatever they are doing; nothing of them is left behind."""
        with self._change:
            self._is_closed = True
            self._change.notify_all()
            idle, self._idle = self._idle, []
            for worker in self._busy:
                worker.kill()
            self._change.wait_for(lambda: not self._busy, CLOSE_S)
        for worker in idle:
            worker.dismiss()

    def _outcomes(
        self, order: Order, tasks: Sequence[Task], should_stop: Callable[[], bool]
    ) -> Iterator[Record | Lost]:
        self._seconds, self._n_measured = 0.0, 0
        pool = Parallel(
            n_jobs=self.n_jobs,
            backend="threading",  # whose threads wait for workers
            return_as="generator_unordered",
            batch_size=1,
            pre_dispatch="n_jobs",
        )
        chunks = self._chunks(tasks, should_stop)
        results = pool(delayed(self._attend)(order, chunk) for chunk in chunks)
        try:
            for outcomes in results:
                yield from outcomes
        finally:
            with warnings.catch_warnings():  # joblib's, about tasks that are given up
                warnings.simplefilter("ignore")
                results.close()

    def _chunks(
        self, tasks: Sequence[Task], should_stop: Callable[[], bool]
    ) -> Iterator[Sequence[Task]]:
        """One task at a time, more of them if they are so short that handing out costs more."""
        n_done = 0
        while n_done < len(tasks) and not should_stop():
            n_left = len(tasks) - n_done
            n = 1
            if self._n_measured:
                pace_s = max(self._seconds / self._n_measured, SHORTEST_S)
                n = max(1, min(int(CHUNK_S / pace_s), -(-n_left // self.n_jobs)))
            yield tasks[n_done : n_done + n]
            n_done += n

    def _attend(self, order: Order, tasks: Sequence[Task]) -> list[Record | Lost]:
        """What became of each task, in order; if a worker dies, the next one goes on."""
        outcomes: list[Record | Lost] = []
        pauses_s = list(PAUSES_S)
        while len(outcomes) < len(tasks):
            worker = self._engage()
            is_fit = False
            try:
                for record in worker.measure(order.terms, tasks[len(outcomes) :]):
                    self._seconds += record.seconds
                    self._n_measured += 1
                    outcomes.append(record)
                    if record.kind == "memory":  # much of it may still be taken
                        break
                else:
                    is_fit = worker.is_fit
            except LostError as loss:
                task = tasks[len(outcomes)]
                is_late = loss.fault.kind == "timeout"
                outcome = Lost(task, loss.fault, loss.seconds)
                outcomes.append(_failed(outcome) if is_late else outcome)
            except WorkerError:
                if not pauses_s:
                    raise
                self._pause(pauses_s.pop(0))
            finally:
                self._release(worker, is_fit=is_fit)
        return outcomes

    def _pause(self, seconds: float) -> None:
        """Wait, unless all is given up: what kept a worker from starting may pass."""
        with self._change:
            self._change.wait_for(lambda: self._is_closed, seconds)

    def _engage(self) -> Attended:
        with self._change:
            if self._is_closed:
                raise AbandonedError
            worker = self._idle.pop() if self._idle else self._make_worker(self._opening)
            self._busy.add(worker)
            return worker

    def _release(self, worker: Attended, *, is_fit: bool) -> None:
        with self._change:
            is_fit = is_fit and not self._is_closed
            if is_fit:
                self._idle.append(worker)
        if not is_fit:
            worker.dispose()
        with self._change:
            self._busy.discard(worker)
            self._change.notify_all()


def _blamed(first: Lost, second: Lost) -> Record:
    reason = f"{second.fault.reason}, twice"
    if first.fault.reason != second.fault.reason:
        reason = f"{first.fault.reason}, and at the second try {second.fault.reason}"
    fault = replace(second.fault, reason=reason)
    return _failed(replace(second, fault=fault, seconds=first.seconds + second.seconds))


def _failed(lost: Lost) -> Record:
    return Record(
        genome=lost.task.genome,
        metrics={},
        seconds=lost.seconds,
        error=lost.fault.reason,
        seed=lost.task.seed,
        kind=lost.fault.kind,
        trace=lost.fault.trace,
    )
