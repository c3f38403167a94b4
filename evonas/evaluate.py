"""Measuring many genomes: in parallel, never one twice, and never fatal for a search."""

from __future__ import annotations

import atexit
import gc
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from functools import lru_cache

from joblib import Parallel, delayed

from evonas.journal import Journal, Record, merge
from evonas.loading import ProblemSpec
from evonas.measure import Order, candidate_seed, measure
from evonas.space import Genome

N_TRIES = 2  # a candidate whose worker dies this often is to blame for it


class StoppedError(Exception):
    """The evaluator was told to stop; all that had begun was finished and journaled."""


class Evaluator:
    """Measures genomes; equal genomes, and those that build the same network, once.

    Args:
        order: What to measure.
        n_jobs: Worker processes; 1 measures in this process.
        journal: Keeps every record as it arrives, and answers what it already holds.
        should_stop: Asked before every candidate.
        on_record: Told of every record as it arrives, those from the journal included.

    Attributes:
        problem: The opened problem.
        records: What was asked for so far, by canonical genome, in the order of asking.
        busy_seconds: Summed over all measurements, whichever process or run made them.
        should_stop: May be exchanged between calls.
    """

    def __init__(
        self,
        order: Order,
        *,
        n_jobs: int = 1,
        journal: Journal | None = None,
        should_stop: Callable[[], bool] = lambda: False,
        on_record: Callable[[Record], None] = lambda record: None,
    ) -> None:
        self.order = order
        self.problem = order.spec.open()
        self.records: dict[Genome, Record] = {}
        self.busy_seconds = 0.0
        self._n_jobs = n_jobs
        self._journal = journal
        self._known = dict(journal.records) if journal else {}
        self.should_stop = should_stop
        self._on_record = on_record

    def __call__(self, genomes: Sequence[Genome]) -> list[Record]:
        """One record per genome, in the same order.

        Raises:
            StoppedError: ``should_stop`` said so before all were measured.
        """
        keys = [self.problem.canonical(genome) for genome in genomes]
        missing = [key for key in dict.fromkeys(keys) if key not in self.records]
        for genome in missing:
            if genome in self._known:
                self._keep(self._known.pop(genome))
        unknown = [genome for genome in missing if genome not in self.records]
        for record in self._measure(unknown, self.order):
            if self._journal:
                self._journal.append(record)
            self._keep(record)
        self._restore_order(missing)
        return [self.records[key] for key in keys]

    def complete(self, records: Sequence[Record], wanted: tuple[str, ...]) -> list[Record]:
        """The same records with further metrics, measured where they are missing.

        Raises:
            StoppedError: ``should_stop`` said so before all were measured.
        """
        order = replace(self.order, wanted=wanted, constraints=())
        lacking = [r.genome for r in records if any(name not in r.metrics for name in wanted)]
        for later in self._measure(lacking, order):
            if self._journal:
                self._journal.append(later)
            self.busy_seconds += later.seconds
            self.records[later.genome] = merge(self.records[later.genome], later)
        return [self.records[record.genome] for record in records]

    def _keep(self, record: Record) -> None:
        self.busy_seconds += record.seconds
        self.records[record.genome] = replace(record, curve=())  # curves stay in the journal
        self._on_record(record)

    def _restore_order(self, genomes: Sequence[Genome]) -> None:
        """Records arrive in any order; keep them in that of asking, whoever measured them."""
        for genome in genomes:
            self.records[genome] = self.records.pop(genome)

    def _measure(self, genomes: Sequence[Genome], order: Order) -> Iterator[Record]:
        tasks = [_Task(genome, candidate_seed(order.seed, genome)) for genome in genomes]
        if self._n_jobs > 1 and tasks:
            yield from self._in_parallel(tasks, order)
            return
        for task in tasks:
            self._raise_if_stopped()
            yield measure(order, task.genome, seed=task.seed)

    def _in_parallel(self, tasks: list[_Task], order: Order) -> Iterator[Record]:
        """Measure in workers; those of a worker that died are tried again one by one."""
        waiting = {task.genome: task for task in self._dearest_first(tasks, order)}
        while waiting:
            begun: list[_Task] = []
            try:
                for record in self._pool(self._begin(list(waiting.values()), begun), order):
                    del waiting[record.genome]
                    yield record
                self._raise_if_stopped()
            except BrokenProcessPool:
                for suspect in [task for task in begun if task.genome in waiting]:
                    yield self._alone(suspect, order)
                    del waiting[suspect.genome]

    def _dearest_first(self, tasks: list[_Task], order: Order) -> list[_Task]:
        """Only the time depends on this order, and no result."""
        effort = self.problem.effort
        if effort is None or len(tasks) <= self._n_jobs:
            return tasks
        quick = replace(order, wanted=(effort,), constraints=())
        try:
            records = list(self._pool(self._begin(tasks, []), quick))
        except BrokenProcessPool:  # whoever did that will do it again, and be blamed
            return tasks
        cost = {record.genome: record.metrics.get(effort, 0.0) for record in records}
        return sorted(tasks, key=lambda task: -cost.get(task.genome, 0.0))

    def _begin(self, tasks: Sequence[_Task], begun: list[_Task]) -> Iterator[_Task]:
        for task in tasks:
            if self.should_stop():
                return
            begun.append(task)
            yield task

    def _pool(self, tasks: Iterator[_Task], order: Order) -> Iterator[Record]:
        """Results as they come; tasks are taken only when a worker is free."""
        pool = Parallel(
            n_jobs=self._n_jobs,
            backend="loky",
            return_as="generator_unordered",
            batch_size=1,
            pre_dispatch="n_jobs",
        )
        calls = (delayed(_measure_in_worker)(order, task.genome, task.seed) for task in tasks)
        results: Iterator[Record] = pool(calls)
        yield from results

    def _alone(self, task: _Task, order: Order) -> Record:
        started = time.perf_counter()
        for _ in range(1, N_TRIES):  # the first try was in company
            self._raise_if_stopped()
            try:
                (record,) = self._pool(iter([task]), order)
                return record
            except BrokenProcessPool:
                continue
        return Record(
            genome=task.genome,
            metrics={},
            seconds=time.perf_counter() - started,
            error=f"its worker process died, {N_TRIES} times (killed, or out of memory?)",
            seed=task.seed,
        )

    def _raise_if_stopped(self) -> None:
        if self.should_stop():
            raise StoppedError


@dataclass(frozen=True)
class _Task:
    genome: Genome
    seed: int


def _measure_in_worker(order: Order, genome: Genome, seed: int) -> Record:
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    record = measure(order, genome, seed=seed)
    _freeze(order.spec)
    return record


@lru_cache(maxsize=4)
def _freeze(spec: ProblemSpec) -> None:
    """Take what the problem brought along out of garbage collection.

    loky collects after every task of a second or more, which takes 0.2 s once torch is
    loaded. At the end of the process all is given back, for extensions check that.
    """
    gc.freeze()
    atexit.register(gc.unfreeze)
