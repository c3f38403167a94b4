"""A search in two stages: first what counts most, then what is to be had at its price."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import replace
from typing import Any

from evonas.algorithms.strategy import Status, Strategy
from evonas.config import DEFAULT_TOLERANCE, Config
from evonas.evaluation.oracle import Oracle
from evonas.objectives import Constraint, Goals, Objective, violation_of
from evonas.record import Record
from evonas.warm_start import Prior

N_KEPT = 10  # of the first stage's best, to begin the second with


class TwoStages:
    """Two-stage optimisation (Oesterdiekhoff, "Problem Formulation").

    With half of the budget the first objectives alone are searched, as NAS began: accuracy.
    With the rest the others are, a target's cost, where the first may not be worse than the
    best found by more than the tolerance. What the survey says against it, that the best of
    the first stage may not be the best for the target, is softened by that tolerance.

    Args:
        config: Settings of both stages; its budget is that of both together.
        oracle: Measures for both stages.
        goals: Objectives of both stages, the first stage's first.
        begin: Makes the strategy of one stage from that stage's config and goals.
    """

    def __init__(
        self,
        config: Config,
        oracle: Oracle,
        goals: Goals,
        *,
        begin: Callable[[Config, Goals], Strategy],
    ) -> None:
        self._config = config
        self._oracle = oracle
        self._goals = goals
        self._begin = begin

    def __iter__(self) -> Generator[Status, None, str]:
        """Run one stage after the other; yields after every generation.

        Returns:
            Why the second stage ended, or why there was none, in words.

        Raises:
            StoppedError: The search was told to end.
        """
        over = yield from self._begin(*first_stage(self._config, self._goals))
        met = [r for r in self._oracle.records.values() if self._goals.are_met(r.metrics)]
        if not met:
            return f"{over}, and nothing to go on with was found"
        best = {
            o.name: o.sign * min(o.sign * record.metrics[o.name] for record in met)
            for o in self._goals.objectives[: len(self._config.objectives)]
        }
        config, goals = second_stage(self._config, self._goals, best=best)
        if not config.warm_start:
            config = replace(config, warm_start=self._nearest(met, goals))
        return (yield from self._begin(config, goals))

    def _nearest(self, met: list[Record], goals: Goals) -> dict[str, Any]:
        """Those of the first stage that come nearest to keeping what it found."""
        kept = goals.constraints[len(self._goals.constraints) :]
        nearest = sorted(met, key=lambda r: violation_of(kept, r.metrics))[:N_KEPT]
        space = self._oracle.problem.space
        rows = tuple(tuple(space.decode(record.genome).values()) for record in nearest)
        return Prior(space.names, rows, {}, len(rows)).as_dict()


def first_stage(config: Config, goals: Goals) -> tuple[Config, Goals]:
    """Config and goals of the first stage: half of the budget, and the first objectives."""
    objectives = goals.objectives[: len(config.objectives)]
    return _halved(config), replace(goals, objectives=objectives)


def second_stage(
    config: Config, goals: Goals, *, best: Mapping[str, float]
) -> tuple[Config, Goals]:
    """Config and goals of the second stage: the other objectives, and what is to be kept.

    Args:
        config: Settings of both stages.
        goals: Objectives of both stages, the first stage's first.
        best: The best value of each of the first stage's objectives, by name.
    """
    later = replace(
        goals,
        objectives=goals.objectives[len(config.objectives) :],
        constraints=(*goals.constraints, *tolerated(config, goals, best=best)),
    )
    if config.max_generations is None:
        return config, later
    halved = _halved(config).max_generations or 0
    return replace(config, generations=max(1, config.max_generations - halved)), later


def tolerated_share(config: Config) -> float:
    """How much worse the first stage's objectives may become, as a share of the best found."""
    return DEFAULT_TOLERANCE if config.tolerance is None else config.tolerance


def tolerated(
    config: Config, goals: Goals, *, best: Mapping[str, float]
) -> tuple[Constraint, ...]:
    """How much worse than the best found the first stage's objectives may become.

    Args:
        config: Settings of both stages.
        goals: Objectives of both stages, the first stage's first.
        best: The best value of each of the first stage's objectives, by name.
    """
    share = tolerated_share(config)
    first = goals.objectives[: len(config.objectives)]
    return tuple(_kept(objective, best[objective.name], share) for objective in first)


def _halved(config: Config) -> Config:
    """The budget of the first stage."""
    if config.evaluations is not None:
        return replace(config, evaluations=max(2, config.evaluations // 2))
    return replace(config, generations=max(1, (config.max_generations or 2) // 2))


def _kept(objective: Objective, best: float, share: float) -> Constraint:
    slack = share * abs(best)
    if objective.sign > 0:
        return Constraint(objective.name, "<=", best + slack)
    return Constraint(objective.name, ">=", best - slack)
