"""What is counted of architectures, asked of an executor once for each of them."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

from evonas.evaluation.candidate import Order
from evonas.evaluation.executor import Executor
from evonas.evaluation.worker_process import Task
from evonas.space import Genome


class Counts:
    """The metrics of architectures that take no training, remembered.

    Args:
        executor: Counts what is not known yet.
        order: The order of a search, which says what is wanted; its constraints are no matter.

    Attributes:
        names: Names of the metrics that are counted: all that are cheap, and the wanted hints.
        known: Value by metric name, by canonical genome; empty where counting failed.
        seconds: Time that counting took so far, summed over all architectures.
    """

    def __init__(self, executor: Executor, order: Order) -> None:
        problem = order.spec.open()
        wanted = {*order.wanted, *(constraint.metric for constraint in order.constraints)}
        names = problem.cheap | problem.hints.intersection(wanted)
        self.names = tuple(o.name for o in problem.objectives if o.name in names)
        self.known: dict[Genome, Mapping[str, float]] = {}
        self.seconds = 0.0
        self._executor = executor
        self._order = replace(order, wanted=self.names, constraints=(), fidelity=None)

    def __call__(
        self,
        genomes: Sequence[Genome],
        *,
        limit_s: float = float("inf"),
    ) -> list[Mapping[str, float]]:
        """The counted metrics of canonical genomes, in the same order.

        Args:
            genomes: Canonical genomes; equal ones may be among them.
            limit_s: Seconds after which no other is begun; what is then left is as if counting
                it had failed, but is asked for again.
        """
        new = [genome for genome in dict.fromkeys(genomes) if genome not in self.known]
        end = time.monotonic() + limit_s
        if not self.names:
            self.known.update((genome, {}) for genome in new)
            new = []
        for record in self._executor.measure(
            self._order,
            [Task(genome, 0) for genome in new],
            should_stop=lambda: time.monotonic() > end,
        ):
            self.known[record.genome] = {} if record.error else record.metrics
            self.seconds += record.seconds
        return [self.known.get(genome, {}) for genome in genomes]
