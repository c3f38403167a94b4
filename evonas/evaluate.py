"""Measuring genomes: in parallel, never one twice, and never fatal for a search."""

from __future__ import annotations

import atexit
import gc
import hashlib
import json
import math
import signal
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from joblib import Parallel, delayed

from evonas.journal import Journal, Record, merge
from evonas.loading import ProblemSpec, load_objective
from evonas.objectives import Constraint, broken
from evonas.problem import Measurement, Problem
from evonas.space import Genome

N_TRIES = 2  # a candidate whose worker dies this often is to blame for it


class StoppedError(Exception):
    """The evaluator was told to stop; all that had begun was finished and journaled."""


@dataclass(frozen=True)
class Order:
    """What to measure of every candidate.

    Attributes:
        spec: The problem.
        wanted: References of objectives and names of other metrics.
        constraints: A candidate whose cheap metrics break one of them is not measured further.
        seed: Of the search; every candidate's own derives from it.
    """

    spec: ProblemSpec
    wanted: tuple[str, ...]
    constraints: tuple[Constraint, ...] = ()
    seed: int = 0


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


def measure(order: Order, genome: Genome, *, seed: int) -> Record:
    """Measure one candidate; whatever goes wrong in it becomes the record's error."""
    started = time.perf_counter()
    try:
        measurement = _measure(order, genome, seed)
        error = None
    except Exception as failure:
        measurement = Measurement({})
        error = " ".join(f"{type(failure).__name__}: {failure}".split())
    return Record(
        genome=genome,
        metrics=measurement.metrics,
        seconds=time.perf_counter() - started,
        error=error,
        seed=seed,
        curve=measurement.curve,
    )


def candidate_seed(seed: int, genome: Genome) -> int:
    """The seed of one candidate, [0, 2**32): its search's and its genome's alone.

    Genomes of non-negative integers enter as they are, others by their digest.
    """
    if all(type(gene) is int and gene >= 0 for gene in genome):
        entropy = [seed, *genome]
    else:
        digest = hashlib.sha256(json.dumps(genome).encode()).digest()
        entropy = [seed, *np.frombuffer(digest, dtype=np.uint32).tolist()]
    return int(np.random.SeedSequence(entropy).generate_state(1)[0])


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


def _measure(order: Order, genome: Genome, seed: int) -> Measurement:
    problem = order.spec.open()
    screened = {c.metric for c in order.constraints} & problem.cheap
    if screened:
        cheap = _ask(problem, genome, screened, seed)
        if broken(order.constraints, cheap.metrics):
            return _ask(
                problem, genome, problem.cheap.intersection(order.wanted) | screened, seed
            )
    return _ask(problem, genome, order.wanted, seed)


def _ask(problem: Problem, genome: Genome, wanted: Collection[str], seed: int) -> Measurement:
    objectives = {name: load_objective(name, problem) for name in wanted if ":" in name}
    raw = set(wanted) - set(objectives)
    raw.update(need for objective in objectives.values() for need in objective.needs)
    answer = problem.measure(genome, sorted(raw), seed=seed)
    measured = answer if isinstance(answer, Measurement) else Measurement(answer)
    metrics = _checked(measured.metrics, raw)
    for objective in objectives.values():
        if objective.compute is not None:
            metrics[objective.name] = objective.compute(metrics)
    return Measurement(_checked(metrics, ()), tuple(measured.curve))


def _checked(metrics: Mapping[str, float], wanted: Collection[str]) -> dict[str, float]:
    missing = [name for name in wanted if name not in metrics]
    if missing:
        raise ValueError(f"the problem did not measure {', '.join(missing)}")
    for name, value in metrics.items():
        if isinstance(value, bool) or not isinstance(value, (int, float, np.number)):
            raise TypeError(f"metric {name} is a {type(value).__name__}; expected a number")
        if not math.isfinite(value):
            raise ValueError(f"metric {name} is {value}; expected a finite number")
    return {name: float(value) for name, value in metrics.items()}
