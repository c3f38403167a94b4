"""Measuring many genomes: in parallel, never one twice, and never fatal for a search."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace

from evonas.evaluation.candidate import Order
from evonas.evaluation.executor import Executor, InProcess
from evonas.evaluation.flops_budget import FlopsBudget, PassedOver, affordable_flops
from evonas.evaluation.tally import Tally
from evonas.evaluation.worker_process import Task
from evonas.fidelity import Fidelity
from evonas.objectives import broken
from evonas.plugins.loading import is_derived, load_objective
from evonas.record import Record, candidate_seed, merge
from evonas.runs.journal import Journal, Key, logger
from evonas.space import Genome, genome_text

N_COUNTED = 20_000  # genomes whose cheap metrics are remembered, some 0.5 kB each


class StoppedError(Exception):
    """The evaluator was told to stop; all that had begun was finished and journaled."""


class Evaluator:
    """Measures genomes; equal genomes, and those that build the same network, once per rung.

    Args:
        order: What to measure of every candidate.
        executor: Who measures; this process itself if left out.
        journal: Keeps every record as it arrives, and answers what it already holds.
        should_stop: Asked before every candidate, perhaps from another thread; measuring ends
            in order once it says yes.
        on_record: Told of every record as it arrives, those from the journal included, once the
            journal holds it.
        budget_flops: FLOPs that all trainings together may take, but for those of ``complete``.
            A candidate that takes more than is left, in the order of asking, is passed over.

    Attributes:
        problem: The opened problem.
        records: What was asked for so far, by canonical genome, in the order of asking; what
            several rungs have shown of an architecture in one record.
        left_out: Genomes that an algorithm asked for, and that a screen did not have measured.
        tally: What the search has taken, whichever process or run measured for it.
        last_tally: What completing records has taken, which the search never waits for.
        budget: What is left of ``budget_flops``, and who was too dear for it.
        settled: Canonical genomes that need not be asked for again: those of the records, and
            those that were too dear; live.
    """

    def __init__(
        self,
        order: Order,
        *,
        executor: Executor | None = None,
        journal: Journal | None = None,
        should_stop: Callable[[], bool] = lambda: False,
        on_record: Callable[[Record], None] = lambda record: None,
        budget_flops: float = math.inf,
    ) -> None:
        self.order = order
        self.problem = order.spec.open()
        self.records: dict[Genome, Record] = {}
        self.left_out: set[Genome] = set()
        self.tally, self.last_tally = Tally(), Tally()
        self.budget = FlopsBudget(budget_flops)
        self.settled: set[Genome] = set()
        self._executor = executor or InProcess()
        self._journal = journal
        self._counted: dict[Genome, Mapping[str, float]] = {}
        lines = journal.measurements if journal else {}
        self._known = {key: first for key, (first, *_) in lines.items()}
        self._completions = [later for _, *rest in lines.values() for later in rest]
        self._measured: set[Key] = set()
        self._should_stop = should_stop
        self._on_record = on_record

    def __call__(
        self, genomes: Sequence[Genome], *, fidelity: Fidelity | None = None
    ) -> list[Record | PassedOver]:
        """One record per genome, in the same order, but for those that were passed over.

        Args:
            genomes: Architectures to be measured; equal ones may be among them.
            fidelity: How thoroughly to measure; as the problem always does if left out. What
                failed before is not measured again.

        Raises:
            StoppedError: ``should_stop`` said so before all were measured.
        """
        label = fidelity.label if fidelity else ""
        keys = [self.problem.canonical(genome) for genome in genomes]
        missing = [key for key in dict.fromkeys(keys) if self._is_missing(key, label)]
        new = [genome for genome in missing if genome not in self.records]
        for genome in missing:
            if (genome, label) in self._known:
                self._keep(self._known.pop((genome, label)))
        unknown = [genome for genome in missing if (genome, label) not in self._measured]
        order = replace(self.order, fidelity=fidelity)
        for record in self._measure(
            unknown, order, budget=self.budget, should_stop=self._should_stop
        ):
            if self._journal:
                self._journal.append(record)
            self._keep(record)
        self._restore_order(new)
        self.settled.update(missing)
        self.budget.close_batch()
        return [self.records.get(key) or PassedOver(key, {}) for key in keys]

    def _is_missing(self, genome: Genome, label: str) -> bool:
        has_failed = genome in self.records and self.records[genome].error is not None
        return (genome, label) not in self._measured and not has_failed

    def complete(
        self,
        records: Sequence[Record],
        wanted: tuple[str, ...],
        *,
        should_stop: Callable[[], bool] | None = None,
    ) -> list[Record]:
        """The same records with further metrics, measured where they are missing.

        A record whose further metrics cannot be measured stays as it is, and a warning says so.

        Args:
            records: Records that this evaluator holds.
            wanted: Names of the further metrics.
            should_stop: Asked before every candidate, in place of the evaluator's own: what
                ends a search, such as a spent budget, need not end its last measurements.

        Raises:
            StoppedError: ``should_stop`` said so before all were measured.
        """
        while self._completions:  # of earlier sessions, also of what left the front since
            self._add(self._completions.pop(0))
        order = replace(self.order, wanted=wanted, constraints=())
        held = [self.records[record.genome] for record in records]
        lacking = [r.genome for r in held if any(name not in r.metrics for name in wanted)]
        asked = should_stop or self._should_stop
        for later in self._measure(lacking, order, should_stop=asked):
            if self._journal:
                self._journal.append(later)
            if later.error is not None:
                names, genome = ", ".join(wanted), genome_text(later.genome)
                logger.warning("no %s of %s: %s", names, genome, later.error)
            self._add(later)
        return [self.records[record.genome] for record in records]

    @property
    def counted(self) -> tuple[str, ...]:
        """Names of what ``count`` answers: all that is cheap, and the hints that are wanted."""
        names = self.problem.cheap | self.problem.hints.intersection(self.order.wanted)
        return tuple(o.name for o in self.problem.objectives if o.name in names)

    def count(self, genomes: Sequence[Genome]) -> list[Mapping[str, float]]:
        """The cheap metrics of genomes, measured or not, in the same order.

        Nothing of it is kept in the records. What counting fails for has no metrics.

        Raises:
            StoppedError: ``should_stop`` said so before all were counted.
        """
        names = self.counted
        keys = [self.problem.canonical(genome) for genome in genomes]
        for key in keys:
            known = self.records[key].metrics if key in self.records else {}
            if all(name in known for name in names):
                self._counted[key] = {name: known[name] for name in names}
        tasks = [Task(key, 0) for key in dict.fromkeys(keys) if key not in self._counted]
        order = replace(self.order, wanted=names, constraints=())
        n_done = 0
        for record in self._attended(tasks, order, self._should_stop):
            n_done += 1
            metrics = record.metrics
            self._counted[record.genome] = {n: metrics[n] for n in names if n in metrics}
        if n_done < len(tasks):
            raise StoppedError
        answers = [self._counted[key] for key in keys]
        for key in list(self._counted)[: max(0, len(self._counted) - N_COUNTED)]:
            del self._counted[key]
        return answers

    @property
    def rungs(self) -> Sequence[Fidelity]:
        """Fidelities to measure at: none but the whole, unless one is told."""
        return ()

    def affordable_flops(self, efforts: Sequence[float]) -> float:
        """What one of the first trainings may take, by what those of drawn genomes take."""
        return affordable_flops(efforts, budget_flops=self.budget.left)

    def effort(
        self, genomes: Sequence[Genome], *, fidelity: Fidelity | None = None
    ) -> list[float]:
        """FLOPs that the step to a fidelity takes, in the same order; 0 where nobody knows.

        Args:
            genomes: Architectures, measured or not.
            fidelity: Where the step leads; a whole training if left out.

        Raises:
            StoppedError: ``should_stop`` said so before all were counted.
        """
        keys = [self.problem.canonical(genome) for genome in genomes]
        tasks = [Task(key, 0) for key in dict.fromkeys(keys)]
        order = replace(self.order, fidelity=fidelity, constraints=())
        found = self._effort(tasks, order, self._should_stop)
        if self.problem.effort is not None and len(found) < len(tasks):
            raise StoppedError
        return [found.get(key, 0.0) for key in keys]

    def _add(self, later: Record) -> None:
        """Add further metrics to a record, if the search has asked for it."""
        self.last_tally.add(later)
        if later.genome in self.records:
            self.records[later.genome] = merge(self.records[later.genome], later)

    def _keep(self, record: Record) -> None:
        self.tally.add(record)
        self.budget.pay(record.effort)
        self._measured.add((record.genome, record.fidelity))
        kept = replace(record, curve=())  # curves stay in the journal
        earlier = self.records.get(record.genome)
        self.records[record.genome] = merge(earlier, kept) if earlier else kept
        self._on_record(record)

    def _restore_order(self, genomes: Sequence[Genome]) -> None:
        """Records arrive in any order; keep them in that of asking, whoever measured them."""
        for genome in genomes:
            if genome in self.records:  # and was not passed over
                self.records[genome] = self.records.pop(genome)

    def _measure(
        self,
        genomes: Sequence[Genome],
        order: Order,
        *,
        should_stop: Callable[[], bool],
        budget: FlopsBudget | None = None,
    ) -> Iterator[Record]:
        tasks = [Task(genome, candidate_seed(order.seed, genome)) for genome in genomes]
        trained = self._trained(order)
        effort = self._effort(tasks, order, should_stop) if trained else {}
        if self.problem.effort is not None and trained and len(effort) < len(tasks):
            raise StoppedError  # before all were counted, so that nobody knows who fits
        paid = tasks
        if budget is not None:
            label = order.fidelity.label if order.fidelity else ""
            chosen = {*budget.affordable(genomes, effort, label=label)}
            paid = [task for task in tasks if task.genome in chosen]
        n_done = 0
        # The dearest first, so that no worker waits long for the last; no result depends on it.
        paid.sort(key=lambda task: -effort.get(task.genome, 0.0))
        for record in self._attended(paid, order, should_stop):
            n_done += 1
            is_trained = record.error is not None or not trained.isdisjoint(record.measured)
            planned = effort.get(record.genome, 0.0) if is_trained else 0.0
            yield replace(record, effort=planned or record.effort).rounded()
        if n_done < len(paid):
            raise StoppedError

    def _effort(
        self, tasks: list[Task], order: Order, should_stop: Callable[[], bool]
    ) -> Mapping[Genome, float]:
        """FLOPs of the trainings, where the problem knows them."""
        name = self.problem.effort
        if name is None:
            return {}
        counted = self._attended(tasks, replace(order, wanted=(name,)), should_stop)
        if order.fidelity:  # of this step, and not of all steps together
            return {record.genome: record.effort for record in counted}
        return {record.genome: self._planned(record, order) for record in counted}

    def _planned(self, counted: Record, order: Order) -> float:
        """FLOPs of a training that there will be: none for who breaks a cheap constraint."""
        cheap = {n: v for n, v in counted.metrics.items() if n in self.problem.untrained}
        if broken(order.constraints, cheap) or self.problem.effort is None:
            return 0.0
        return counted.metrics.get(self.problem.effort, 0.0)

    def _trained(self, order: Order) -> set[str]:
        """What of an order takes a training."""
        derived = [word for word in order.wanted if is_derived(word)]
        named = [load_objective(word, self.problem) for word in derived]
        plain = set(order.wanted).difference(derived)
        return (plain | {need for o in named for need in o.needs}) - self.problem.untrained

    def _attended(
        self, tasks: list[Task], order: Order, should_stop: Callable[[], bool]
    ) -> Iterator[Record]:
        """Records as they come; whoever stops taking them ends what is still going on."""
        found = self._executor.measure(order, tasks, should_stop=should_stop)
        with closing(found) as records:
            yield from records
