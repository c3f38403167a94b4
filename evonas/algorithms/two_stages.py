"""A search in two stages: first what counts most, then what is to be had at its price."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from evonas.algorithms.strategy import Reliability, Steps
from evonas.config import DEFAULT_TOLERANCE, Config
from evonas.evaluation.evaluator import Evaluator
from evonas.objectives import Constraint, Goals, Objective, violation_of
from evonas.record import Record
from evonas.warm_start import Prior

N_KEPT = 10  # of the first stage's best, to begin the second with


Begin = Callable[[Config, Goals], Steps]


class TwoStages:
    """Two-stage optimisation (Oesterdiekhoff, "Problem Formulation").

    With half of the budget the first objectives alone are searched, as NAS began: accuracy.
    With the rest the others are, a target's cost, where the first may not be worse than the
    best found by more than the tolerance. What the survey says against it, that the best of
    the first stage may not be the best for the target, is softened by that tolerance.

    Args:
        config: Of both stages.
        evaluator: Measures.
        goals: Objectives of both stages, the first stage's first.
        begin: Starts a search of some of the objectives.

    Raises:
        ValueError: One of the stages does not suit the algorithm.
    """

    def __init__(
        self, config: Config, evaluator: Evaluator, goals: Goals, begin: Begin
    ) -> None:
        n_first = len(config.objectives)
        self._config = config
        self._evaluator = evaluator
        self._begin = begin
        self._goals = goals
        self._first, self._second = goals.objectives[:n_first], goals.objectives[n_first:]
        begin(*self._later({o.name: 0.0 for o in self._first}))  # shows whether it can be
        self._now = begin(_halved(config), replace(goals, objectives=self._first))
        self.stopped = ""

    @property
    def reliability(self) -> Reliability | None:
        """Of the predictions of the last generation, if there were any."""
        return self._now.reliability

    @property
    def overall(self) -> Reliability | None:
        """Of all predictions of the present stage, if there were any."""
        return self._now.overall

    @property
    def foretold(self) -> Mapping[str, float]:
        """How far a warm start foretold each metric."""
        return self._now.foretold

    def __iter__(self) -> Iterator[None]:
        """Run one stage after the other; yields after every generation.

        Raises:
            StoppedError: The evaluator was told to stop.
        """
        yield from self._now
        best = self._best()
        if not best:
            self.stopped = f"{self._now.stopped}, and nothing to go on with was found"
            return
        self._now = self._begin(*self._later(best))
        yield from self._now
        self.stopped = self._now.stopped

    def _met(self) -> list[Record]:
        records = self._evaluator.records.values()
        return [record for record in records if self._goals.are_met(record.metrics)]

    def _best(self) -> dict[str, float]:
        """The best of each of the first objectives."""
        met = [record.metrics for record in self._met()]
        return {
            o.name: o.sign * min(o.sign * metrics[o.name] for metrics in met)
            for o in self._first
            if met
        }

    def _later(self, best: Mapping[str, float]) -> tuple[Config, Goals]:
        """Config and goals of the second stage."""
        share = DEFAULT_TOLERANCE if self._config.tolerance is None else self._config.tolerance
        kept = tuple(_kept(o, best[o.name], share) for o in self._first if o.name in best)
        constraints = (*self._goals.constraints, *kept)
        goals = replace(self._goals, objectives=self._second, constraints=constraints)
        config = self._config
        if config.max_generations is not None:
            halved = _halved(config).max_generations or 0
            config = replace(config, generations=max(1, config.max_generations - halved))
        return replace(config, warm_start=config.warm_start or self._known(kept)), goals

    def _known(self, kept: Sequence[Constraint]) -> dict[str, Any]:
        """Those of the first stage that come nearest to keeping it."""
        nearest = sorted(self._met(), key=lambda r: violation_of(kept, r.metrics))[:N_KEPT]
        space = self._evaluator.problem.space
        rows = tuple(tuple(space.decode(record.genome).values()) for record in nearest)
        return Prior(space.names, rows, {}, len(rows)).as_dict() if rows else {}


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
