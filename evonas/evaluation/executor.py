"""Who measures: what every executor promises, and the one that is this process itself."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from typing import Protocol, Self

from evonas.evaluation.candidate import Order, attempt
from evonas.evaluation.worker_process import Task
from evonas.record import Record
from evonas.runs.journal import logger

_LASTING = (
    "measured in this process, %s changed %s: later candidates may be measured otherwise; with "
    "n_jobs of 1 or more its worker process would be replaced"
)


class Executor(Protocol):
    """Measures tasks, wherever; used as a context, or closed.

    A record depends on the order, the genome and the seed alone: not on who measured it, on how
    many measured at the same time, nor on what became of other candidates.
    """

    def begin(self) -> None:
        """Show whether anything can be measured at all; nothing needs to call it.

        Raises:
            WorkerError: Nothing can be measured.
        """

    def measure(
        self, order: Order, tasks: Sequence[Task], *, should_stop: Callable[[], bool]
    ) -> Generator[Record, None, None]:
        """Records as they come, in any order, one for each task.

        If told to stop, what has begun is finished and no more; if the generator is closed, or
        anything is raised, all is given up at once.

        Args:
            order: what to measure of every candidate, and how.
            tasks: the candidates, each with its own seed.
            should_stop: whether measuring is to end; asked before a task is begun.

        Raises:
            WorkerError: Measuring became impossible, for whichever candidate.
        """

    def close(self) -> None:
        """End whatever is going on, and leave nothing behind; twice is as good as once."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


class InProcess(Executor):
    """Measures in this process, one candidate after the other: the way to use a debugger.

    A candidate that ends its process ends this one. What one has changed for all, and cannot be
    put back, stays; a warning says so.
    """

    def begin(self) -> None:
        """Nothing needs to begin."""

    def measure(
        self, order: Order, tasks: Sequence[Task], *, should_stop: Callable[[], bool]
    ) -> Generator[Record, None, None]:
        """Records in the order of the tasks; see ``Executor``."""
        for task in tasks:
            if should_stop():
                return
            trial = attempt(order, task.genome, seed=task.seed)
            if trial.lasting:
                logger.warning(_LASTING, task.genome, ", ".join(trial.lasting))
            yield trial.record

    def close(self) -> None:
        """Nothing is left behind."""
