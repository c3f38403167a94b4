"""A search played through with made-up scores, to see what it would train, and for how long."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from evonas.carbon.meter import Meter
from evonas.engine.generations import Archive
from evonas.engine.plan import SearchPlan
from evonas.evaluation.counts import Counts
from evonas.evaluation.evaluator import Evaluator, StoppedError
from evonas.evaluation.pace import Pace
from evonas.evaluation.played import Account, Played, Scores
from evonas.record import Record
from evonas.runs.journal import Key

MOST_PLAYED = 500  # trainings; what a search does beyond follows from the last half of them


@dataclass(frozen=True)
class Stage:
    """What a search would have taken up to the end of a generation.

    Attributes:
        number: The generation's number, from 1.
        n_evaluations: Distinct architectures measured so far.
        account: What their trainings would have taken.
        own_seconds: What the search itself took between trainings, counting included.
    """

    number: int
    n_evaluations: int
    account: Account
    own_seconds: float


@dataclass(frozen=True)
class Course:
    """How a search that was played went.

    Attributes:
        stages: One for each generation.
        last: What was measured in the end for the front alone.
        n_front: Members of the front in the end.
        stopped: Why it ended, in words.
        is_cut: Whether it was left before its end.
    """

    stages: tuple[Stage, ...]
    last: Account
    n_front: int
    stopped: str
    is_cut: bool


def play(
    plan: SearchPlan,
    counts: Counts,
    scores: Scores,
    *,
    pace: Pace,
    known: Mapping[Key, Sequence[Record]],
    limit_s: float,
) -> Course:
    """Run a search's own strategy, rungs and budget of FLOPs on made-up scores.

    Args:
        plan: The search; nothing is written.
        counts: Counts what is cheap.
        scores: Makes up what takes a training.
        pace: How long a training takes.
        known: What an earlier session has measured.
        limit_s: Seconds after which it is left before its end.
    """
    executor = Played(
        plan.executor,
        plan.problem,
        counts,
        scores,
        pace=pace,
        n_workers=plan.n_jobs,
        known=known,
    )
    started = time.monotonic()

    def is_enough() -> bool:
        played = executor.account.n_trainings + executor.account.n_known
        is_late = time.monotonic() - started > limit_s
        return played > 0 and (played >= MOST_PLAYED or is_late)

    evaluator = Evaluator(
        plan.order,
        executor=executor,
        should_stop=is_enough,
        budget_flops=plan.config.budget.flops,
    )
    archive = Archive(evaluator, plan.goals, meter=Meter(plan.tariff, sensors=()))
    oracle = plan.ladder(evaluator, store=Path("nowhere")) or evaluator
    stages: list[Stage] = []
    stopped, is_cut = "", False
    strategy = iter(plan.strategy(oracle))
    while not stopped:
        try:
            next(strategy)
        except StopIteration as end:
            stopped = str(end.value)
            break
        except StoppedError:
            stopped, is_cut = "it was played no further", True
            if stages:
                break
        account = replace(executor.account)
        own = time.monotonic() - started
        stages.append(Stage(len(stages) + 1, len(evaluator.records), account, own))
        stopped = stopped or evaluator.budget.why_over()
    before, front = replace(executor.account), archive.front()
    final = tuple(metric.name for metric in plan.problem.final)
    if final:
        evaluator.complete(front, final, should_stop=lambda: False)
    last = _since(executor.account, before)
    return Course(tuple(stages), last, len(front), stopped, is_cut)


def _since(account: Account, before: Account) -> Account:
    return Account(
        *(
            getattr(account, name) - getattr(before, name)
            for name in Account.__dataclass_fields__
        )
    )
