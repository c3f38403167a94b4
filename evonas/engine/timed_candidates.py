"""A few candidates of a search, trained for some steps by its own executor, and timed."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from evonas.carbon.meter import Meter
from evonas.engine.expectation import Rates
from evonas.engine.plan import SearchPlan
from evonas.evaluation.candidate import Order
from evonas.evaluation.counts import Counts
from evonas.evaluation.pace import Pace, Timed, fitted
from evonas.evaluation.worker_process import Task
from evonas.fidelity import STEPS, Fidelity
from evonas.plugins.goals import trained_metrics
from evonas.problem import Problem
from evonas.record import Record, candidate_seed
from evonas.space import Genome

N_STEPS = 3  # of a training, in one round
N_TIMED, TIMING_S = 12, 6.0  # candidates at most, and seconds after which no further one is
LEAST_TIMED = 4  # candidates, unless they take four times as long
WHOLE_S = 20.0  # that a candidate may take which cannot be timed by steps
STEPS_S = 120.0  # that the steps of one may take where the config sets no limit


@dataclass(frozen=True)
class Extreme:
    """One end of a space, built and timed.

    Attributes:
        genome: The canonical genome.
        metrics: What was counted of it, by name.
        step_seconds: Time of one training step; ``None`` where no step was timed.
        seconds: Time that measuring it takes, expected from its steps; ``None`` where unknown.
        error: Why it could not be timed, in one line; empty where it was.
    """

    genome: Genome
    metrics: Mapping[str, float]
    step_seconds: float | None
    seconds: float | None
    error: str = ""


class TimedCandidates:
    """Trains candidates for some steps, as many at a time as the search does, and times them.

    A problem that has a measuring of its own is timed by whole measurements.

    Args:
        plan: The search, its executor open.
        counts: Has counted the candidates.
        metric: Name of the counted metric that is the cost; empty where nothing is counted.

    Attributes:
        n_steps: Steps that each is trained in a round; 0 where they are measured as a whole.
        records: A record of each candidate that was tried, by genome.
    """

    def __init__(self, plan: SearchPlan, counts: Counts, metric: str) -> None:
        self.n_steps = N_STEPS if has_steps(plan.problem, plan) else 0
        self.records: dict[Genome, Record] = {}
        self._plan, self._counts, self._metric = plan, counts, metric
        self._meter = Meter(plan.tariff)
        self._start_seconds = 0.0

    def run(self, ordered: Sequence[Genome]) -> None:
        """Time both ends of what is given, then some between them, until that takes too long.

        Args:
            ordered: Canonical genomes by ascending cost, at least one.
        """
        started = time.monotonic()
        if self.n_steps:  # what the first training in a process takes, none after it does
            list(self._measured([ordered[0]] * max(1, self._plan.n_jobs), n_steps=1))
            self._start_seconds = time.monotonic() - started
        chosen, n_at_once = spread(ordered, N_TIMED), max(2, self._plan.n_jobs)
        for start in range(0, len(chosen), n_at_once):
            genomes = chosen[start : start + n_at_once]
            for record in self._measured(genomes, n_steps=self.n_steps):
                self.records[record.genome] = record
            gone = time.monotonic() - started - self._start_seconds
            if gone > TIMING_S * (1 if len(self.records) >= LEAST_TIMED else 4):
                return

    @property
    def timed(self) -> list[Timed]:
        """What was timed of each candidate that did not fail."""
        return [self._timed(r) for r in self.records.values() if r.error is None]

    def pace(self) -> Pace | None:
        """How long candidates take; ``None`` where none could be timed."""
        if not self.timed:
            return None
        n_counted = len(self._counts.known)
        return fitted(
            self.timed,
            metric=self._metric,
            is_effort=bool(self._metric) and self._metric == self._plan.problem.effort,
            # a measuring as a whole has counted by itself
            counting=self._counts.seconds / n_counted if self.n_steps and n_counted else 0.0,
        )

    def rates(self) -> Rates:
        """What a second of a core has cost meanwhile."""
        tariff, records = self._plan.tariff, self.records.values()
        busy = math.fsum(record.seconds for record in records)
        cpu = math.fsum(record.core_seconds for record in records)
        spend = self._meter.spend(busy_seconds=busy, cpu_seconds=cpu, fpo=0.0)
        kwh_per_second = (
            spend.energy_kwh / cpu if cpu else tariff.kwh(busy_seconds=1.0, core_seconds=1.0)
        )
        return Rates(kwh_per_second, tariff.intensity_g_per_kwh, self._start_seconds)

    @property
    def method(self) -> str:
        """How energy comes about, in words."""
        return self._meter.method

    def extremes(self, ordered: Sequence[Genome]) -> tuple[Extreme, ...]:
        """Both ends of what was counted; one where they are the same, none without a cost."""
        ends = dict.fromkeys([ordered[0], ordered[-1]]) if self._metric else {}
        return tuple(self._extreme(genome) for genome in ends)

    def _extreme(self, genome: Genome) -> Extreme:
        (metrics,), record = self._counts([genome]), self.records.get(genome)
        if record is None or record.error is not None:
            error = record.error if record and record.error else "there was no time for it"
            return Extreme(genome, metrics, None, None, error)
        step = float(np.median([row["step"] for row in record.curve])) if self.n_steps else None
        return Extreme(genome, metrics, step, float(np.median(self._timed(record).seconds)))

    def _timed(self, record: Record) -> Timed:
        (metrics,) = self._counts([record.genome])
        if not self.n_steps:
            return Timed(metrics, [record.seconds], [record.core_seconds])
        rows = record.curve
        return Timed(
            metrics,
            [row["whole"] for row in rows],
            [row["whole_cpu"] for row in rows],
            float(np.median([row["start"] for row in rows])),
        )

    def _measured(self, genomes: Sequence[Genome], *, n_steps: int) -> Iterator[Record]:
        seed = self._plan.config.seed
        tasks = [Task(genome, candidate_seed(seed, genome)) for genome in genomes]
        return self._plan.executor.measure(
            self._order(n_steps), tasks, should_stop=lambda: False
        )

    def _order(self, n_steps: int) -> Order:
        plan, given = self._plan, self._plan.config.timeout
        order = replace(plan.order, constraints=())
        if not n_steps:
            return replace(order, timeout=min(given or math.inf, WHOLE_S))
        trained = tuple(trained_metrics(plan.problem, plan.goals))
        return replace(
            order,
            wanted=trained,
            timeout=given or STEPS_S,
            fidelity=Fidelity(STEPS, n_steps),
        )


def has_steps(problem: Problem, plan: SearchPlan) -> bool:
    """Whether the trainings of a search can be timed by some of their steps."""
    if not trained_metrics(problem, plan.goals):
        return False
    try:
        return problem.full_amount(STEPS) > 0
    except Exception:  # of a problem that knows no such thing, in whatever words it says so
        return False


def spread(ordered: Sequence[Genome], n: int) -> list[Genome]:
    """Some of a sequence, evenly spread: its ends first, then those that halve the gaps."""
    places = np.unique(np.linspace(0, len(ordered) - 1, n).round().astype(int)).tolist()
    found = [places[0], places[-1]]
    gaps = [(0, len(places) - 1)]
    while gaps:
        low, high = gaps.pop(0)
        if high - low > 1:
            middle = (low + high) // 2
            found.append(places[middle])
            gaps += [(low, middle), (middle, high)]
    return [ordered[place] for place in dict.fromkeys(found)]
