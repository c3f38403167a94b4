"""Measuring many genomes: in parallel, never one twice, and never fatal for a search."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace

from evonas.crew import Crew
from evonas.journal import Journal, logger
from evonas.measure import Order, candidate_seed
from evonas.record import Record, merge
from evonas.space import Genome
from evonas.workbench import Task


class StoppedError(Exception):
    """The evaluator was told to stop; all that had begun was finished and journaled."""


class Evaluator:
    """Measures genomes; equal genomes, and those that build the same network, once.

    Args:
        order: What to measure.
        crew: Whose worker processes measure; this process itself if left out.
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
        crew: Crew | None = None,
        journal: Journal | None = None,
        should_stop: Callable[[], bool] = lambda: False,
        on_record: Callable[[Record], None] = lambda record: None,
    ) -> None:
        self.order = order
        self.problem = order.spec.open()
        self.records: dict[Genome, Record] = {}
        self.busy_seconds = 0.0
        self._crew = crew or Crew(order.spec, n_jobs=0)
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

        A record whose further metrics cannot be measured stays as it is, and a warning says so.

        Raises:
            StoppedError: ``should_stop`` said so before all were measured.
        """
        order = replace(self.order, wanted=wanted, constraints=())
        lacking = [r.genome for r in records if any(name not in r.metrics for name in wanted)]
        for later in self._measure(lacking, order):
            if self._journal:
                self._journal.append(later)
            if later.error is not None:
                names, genome = ", ".join(wanted), "-".join(map(str, later.genome))
                logger.warning("no %s of %s: %s", names, genome, later.error)
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
        tasks = [Task(genome, candidate_seed(order.seed, genome)) for genome in genomes]
        n_done = 0
        for record in self._attended(self._dearest_first(tasks, order), order):
            n_done += 1
            yield record
        if n_done < len(tasks):
            raise StoppedError

    def _dearest_first(self, tasks: list[Task], order: Order) -> list[Task]:
        """Only the time depends on this order, and no result."""
        effort, n_jobs = self.problem.effort, self._crew.n_jobs
        if effort is None or n_jobs < 2 or len(tasks) <= n_jobs:
            return tasks
        quick = replace(order, wanted=(effort,), constraints=())
        cost = {r.genome: r.metrics.get(effort, 0.0) for r in self._attended(tasks, quick)}
        return sorted(tasks, key=lambda task: -cost.get(task.genome, 0.0))

    def _attended(self, tasks: list[Task], order: Order) -> Iterator[Record]:
        """Records from the crew; whoever stops taking them ends what is still going on."""
        with closing(self._crew.measure(order, tasks, should_stop=self.should_stop)) as records:
            yield from records
