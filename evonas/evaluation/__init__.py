"""Measuring many candidates: never one twice, and never fatal.

Modules:
    candidate: Measuring one candidate; whatever goes wrong in it becomes a word in its record.
    chosen_rungs: Successive halving whose rungs are chosen on the first architectures of a
        search.
    counts: What is counted of architectures, asked of an executor once for each of them.
    dask_executor: Measuring on a Dask cluster, whose workers hold ours, which contain what
        candidates do.
    dask_site: What goes on inside a Dask worker: it attends worker processes of ours, and keeps
        them.
    engines: Which executor a word stands for.
    evaluator: Measuring many genomes: in parallel, never one twice, and never fatal for a
        search.
    executor: Who measures: what every executor promises, and the one that is this process
        itself.
    flops_budget: A budget of FLOPs: who is trained within it, and who is too dear for what is
        left.
    frames: Messages as they go through a pipe, and what cannot be one.
    isolation: Measuring as if nothing had been measured before: what a candidate changes is put
        back.
    oracle: Who measures for a strategy and tells it what is known, and how one goes around
        another.
    pace: How long a training takes, by what was counted of its network and a few that were
        timed.
    played: An executor that trains nothing: what is counted is counted, what is trained is
        made up.
    pool: Worker processes side by side, and what to do when one of them dies.
    rung_choice: Which rungs a search had best have, judged by architectures that went all the
        way.
    successive_halving: Successive halving toward a front: who is measured more thoroughly, and
        who is not.
    tally: What measurements have taken together, the same in whatever order they came.
    worker: One worker process, seen from the process that owns it.
    worker_process: The process in which candidates are measured, and which may die of one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from evonas.lazy import attach

if TYPE_CHECKING:
    from evonas.evaluation.candidate import Order as Order
    from evonas.evaluation.candidate import measure_openly as measure_openly
    from evonas.evaluation.engines import make_executor as make_executor
    from evonas.evaluation.evaluator import Evaluator as Evaluator
    from evonas.evaluation.evaluator import StoppedError as StoppedError
    from evonas.evaluation.executor import Executor as Executor
    from evonas.evaluation.executor import InProcess as InProcess
    from evonas.evaluation.oracle import Oracle as Oracle
    from evonas.evaluation.pool import Pool as Pool
    from evonas.evaluation.successive_halving import Ladder as Ladder
    from evonas.evaluation.successive_halving import Rung as Rung
    from evonas.evaluation.tally import Tally as Tally
    from evonas.evaluation.worker import WorkerError as WorkerError
    from evonas.evaluation.worker_process import Task as Task

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "candidate": ["Order", "measure_openly"],
        "evaluator": ["StoppedError", "Evaluator"],
        "engines": ["make_executor"],
        "executor": ["Executor", "InProcess"],
        "oracle": ["Oracle"],
        "pool": ["Pool"],
        "successive_halving": ["Rung", "Ladder"],
        "tally": ["Tally"],
        "worker": ["WorkerError"],
        "worker_process": ["Task"],
    },
)
