"""An executor that trains nothing: what is counted is counted, what is trained is made up."""

from __future__ import annotations

import heapq
import math
import random
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from statistics import NormalDist

from evonas.evaluation.candidate import Order
from evonas.evaluation.counts import Counts
from evonas.evaluation.executor import Executor
from evonas.evaluation.pace import Pace
from evonas.evaluation.worker_process import Task
from evonas.faults import reason_of
from evonas.objectives import Metric, Objective, broken
from evonas.plugins.loading import is_derived, load_objective
from evonas.problem import Problem
from evonas.record import Record
from evonas.runs.journal import Key
from evonas.space import Genome

HERITABLE = 0.8  # of luck, what comes from the genes; the rest is the architecture's own
EARLY = 0.5  # of the whole score, what is reached before the first step
_normal = NormalDist()


@dataclass(frozen=True)
class Scores:
    """Made-up scores of architectures, which nobody is ever told.

    An architecture scores better the dearer it is, as far as the correlation goes; the rest is
    luck, most of which its genes bring, so that a search has something to find.

    Attributes:
        metrics: What is made up, by name.
        costs: What a sample of the space takes to be trained, in ascending order.
        correlation: Correlation of the score with the rank of the cost, [0, 1].
        seed: Fixes the luck.
    """

    metrics: Mapping[str, Metric]
    costs: Sequence[float]
    correlation: float
    seed: int

    def of(
        self, genome: Genome, names: Sequence[str], *, cost: float, share: float
    ) -> dict[str, float]:
        """Value by metric name, in natural units.

        Args:
            genome: The architecture.
            names: Names of the metrics.
            cost: What a whole training of it takes, in the unit of ``costs``.
            share: Share of the whole training that has been done, (0, 1].
        """
        below = sum(known < cost for known in self.costs)
        rank = _normal.inv_cdf((below + 0.5) / (len(self.costs) + 1))
        genes = [self._drawn(i, gene) for i, gene in enumerate(genome)]
        own = self._drawn(genome)
        luck = HERITABLE * math.fsum(genes) / math.sqrt(len(genes) or 1)
        luck += math.sqrt(1 - HERITABLE**2) * own
        score = self.correlation * rank + math.sqrt(1 - self.correlation**2) * luck
        return {name: self._value(name, score, share) for name in names}

    def _drawn(self, *of: object) -> float:
        return random.Random(repr((self.seed, *of))).gauss(0.0, 1.0)

    def _value(self, name: str, score: float, share: float) -> float:
        metric = self.metrics.get(name)
        if metric is None:
            return -1.0  # such as a constraint of a plain problem: kept
        if metric.best is None or metric.worst is None:
            return -metric.sign * score
        learnt = EARLY + (1 - EARLY) * share
        return metric.worst + learnt * _normal.cdf(score) * (metric.best - metric.worst)


@dataclass
class Account:
    """What trainings would have taken so far.

    Attributes:
        n_trainings: How many there were, steps from rung to rung counted separately.
        n_known: How many more an earlier session had done already.
        wall_seconds: Time until the last worker is done, batch by batch.
        busy_seconds: Time of all of them together.
        cpu_seconds: Time of processor cores.
        flops: Floating-point operations; 0 where the problem does not know.
    """

    n_trainings: int = 0
    n_known: int = 0
    wall_seconds: float = 0.0
    busy_seconds: float = 0.0
    cpu_seconds: float = 0.0
    flops: float = 0.0


@dataclass
class Played(Executor):
    """Answers at once what a training would take time to say; see ``Scores``.

    Whatever is counted is counted in truth.

    Attributes:
        executor: Counts the FLOPs of a step from rung to rung.
        problem: The opened problem.
        counts: Counts all else.
        scores: Makes up what takes a training.
        pace: How long a training takes.
        n_workers: How many candidates would be trained at the same time.
        known: What an earlier session has measured, by genome and fidelity.
        account: What all trainings so far would have taken.
    """

    executor: Executor
    problem: Problem
    counts: Counts
    scores: Scores
    pace: Pace
    n_workers: int = 1
    known: Mapping[Key, Sequence[Record]] = field(default_factory=dict)
    account: Account = field(default_factory=Account)

    def begin(self) -> None:
        """Nothing needs to begin."""

    def measure(
        self, order: Order, tasks: Sequence[Task], *, should_stop: Callable[[], bool]
    ) -> Generator[Record, None, None]:
        """Records in the order of the tasks, all of them or none; see ``Executor``."""
        derived = [load_objective(w, self.problem) for w in order.wanted if is_derived(w)]
        raw = {*order.wanted, *(need for each in derived for need in each.needs)}
        trained = sorted(raw - self.problem.untrained - {each.name for each in derived})
        trained = [name for name in trained if not is_derived(name)]
        if not trained:
            yield from self._counted(order, tasks, should_stop)
            return
        if should_stop():
            return
        found = self._trainings(order, tasks, trained, derived)
        self._settle([record for record, is_new in found if is_new])
        yield from (record for record, _ in found)

    def close(self) -> None:
        """Whoever counts is closed by whoever made it."""

    def _counted(
        self, order: Order, tasks: Sequence[Task], should_stop: Callable[[], bool]
    ) -> Generator[Record, None, None]:
        if order.fidelity is not None or any(map(is_derived, order.wanted)):
            yield from self.executor.measure(order, tasks, should_stop=should_stop)
            return
        rows = self.counts([task.genome for task in tasks])
        for task, metrics in zip(tasks, rows, strict=True):
            yield Record(task.genome, metrics, 0.0, seed=task.seed)

    def _trainings(
        self,
        order: Order,
        tasks: Sequence[Task],
        trained: Sequence[str],
        derived: Sequence[Objective],
    ) -> list[tuple[Record, bool]]:
        """A record for each task, and whether it would take a training now."""
        label = order.fidelity.label if order.fidelity else ""
        rows = self.counts([task.genome for task in tasks])
        steps = self._steps(order, tasks)
        found = []
        for task, counted in zip(tasks, rows, strict=True):
            before = self._before(task.genome, label, trained)
            if before is not None:
                found.append((replace(before, seconds=0.0, cpu_seconds=0.0), False))
                self.account.n_known += 1
            elif broken(order.constraints, counted):
                found.append((Record(task.genome, counted, 0.0, seed=task.seed), False))
            else:
                record = self._trained(order, task, trained, derived=derived, counted=counted)
                effort = steps.get(task.genome, record.effort)
                found.append((replace(record, effort=effort), True))
        return found

    def _before(self, genome: Genome, label: str, names: Sequence[str]) -> Record | None:
        lines = self.known.get((genome, label), ())
        fits = (line for line in lines if line.error or line.measured.issuperset(names))
        return next(fits, None)

    def _steps(self, order: Order, tasks: Sequence[Task]) -> dict[Genome, float]:
        """FLOPs of the steps to a rung, by genome; empty without rungs."""
        if order.fidelity is None or self.problem.effort is None:
            return {}
        asked = replace(order, wanted=(self.problem.effort,), constraints=())
        records = self.executor.measure(asked, tasks, should_stop=lambda: False)
        return {record.genome: record.effort for record in records}

    def _trained(
        self,
        order: Order,
        task: Task,
        trained: Sequence[str],
        *,
        derived: Sequence[Objective],
        counted: Mapping[str, float],
    ) -> Record:
        fidelity, problem = order.fidelity, self.problem
        cost = self.pace.cost(counted)
        share = 1.0
        if fidelity is not None:
            share = fidelity.amount / problem.full_amount(fidelity.kind)
        values = self.scores.of(task.genome, trained, cost=cost, share=share)
        try:
            known = {**counted, **values}
            values |= {o.name: o.compute(known) for o in derived if o.compute is not None}
        except Exception as error:  # of a user's own objective, which scores may not suit
            return Record(
                task.genome, {}, 0.0, error=reason_of(error), seed=task.seed, kind="raised"
            )
        label = fidelity.label if fidelity else ""
        effort = counted.get(problem.effort or "", 0.0)
        return Record(
            task.genome,
            dict(counted) if label else known | values,
            0.0,
            seed=task.seed,
            partial={label: values} if label else {},
            effort=effort,
            fidelity=label,
        )

    def _settle(self, records: Sequence[Record]) -> None:
        """Add trainings, begun in this order by whichever worker is free first."""
        account, free = self.account, [0.0] * max(1, self.n_workers)
        for record in records:
            counted = self.counts.known.get(record.genome, {})
            seconds, cpu_seconds = self.pace.seconds(counted, effort=record.effort)
            heapq.heapreplace(free, free[0] + seconds)
            account.n_trainings += 1
            account.busy_seconds += seconds
            account.cpu_seconds += cpu_seconds
            account.flops += record.effort
        account.wall_seconds += max(free)
