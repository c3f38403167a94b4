"""What predicted and counted metrics mean for objectives and constraints."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np

from evonas.objectives import Constraint, Goals, Objective
from evonas.surrogates.encoding import ErrorScale

HARDLY = 1e-3  # of the least metric: what counts as nothing, and has a logarithm
UNCOUNTABLE = 1e3  # for what cannot be counted, on the scale of the objectives

Predicted = Mapping[str, tuple[float, float]]  # mean and standard deviation by metric


class ObjectiveScale:
    """Objectives on the scale on which a search compares predictions.

    A counted objective whose ideal is 0 stands by its logarithm: half the FLOPs are as much
    progress for a small network as for a large one. A learnt metric whose ideal is known stands
    by the square root of its distance from it, for a little of the same. All others stand by
    themselves, turned so that less is better.

    Args:
        goals: Objectives and constraints that predictions are compared by.
        cheap: Names of the metrics that are counted.
        scales: Scale of every metric that is learnt, by name.
    """

    def __init__(
        self, goals: Goals, *, cheap: Sequence[str], scales: Mapping[str, ErrorScale]
    ) -> None:
        self._goals = goals
        self._cheap = cheap
        self._scales = scales
        self._least = 1.0

    def fit(self, cheap: np.ndarray) -> None:
        """Learn the least value that has a logarithm from cheap metrics, ``(n, n_metrics)``."""
        self._least = float(min(cheap[cheap > 0], default=1.0)) * HARDLY

    def outcomes(
        self, counted: Mapping[str, float], predicted: Predicted
    ) -> list[tuple[float, float]]:
        """Mean and standard deviation of every objective, then of every constraint.

        Args:
            counted: Cheap metrics of one architecture, by name; empty where counting failed.
            predicted: Mean and standard deviation of its learnt metrics, in natural units, by
                name.
        """
        goals = self._goals
        if self._cheap and not counted:
            return [(UNCOUNTABLE, 0.0)] * (len(goals.objectives) + len(goals.constraints))
        expected = {**counted, **{name: mean for name, (mean, _) in predicted.items()}}
        targets = [partial(self.minimised, objective) for objective in goals.objectives]
        targets += [partial(self._violation, constraint) for constraint in goals.constraints]
        return [_propagated(target, expected, predicted) for target in targets]

    def minimised(self, objective: Objective, metrics: Mapping[str, float]) -> float:
        """An objective, computed from natural metrics, on the scale of the search."""
        return self.turned(objective, value_of(objective, metrics))

    def turned(self, objective: Objective, value: float) -> float:
        """A natural value of an objective on the scale of the search."""
        if objective.name in self._scales:
            return self._scales[objective.name].minimised(value)
        is_counted = objective.name in self._cheap
        if is_counted and objective.best == 0 and objective.sign > 0:
            return math.log(max(value, self._least))
        return objective.sign * value

    def noise(
        self, rows: Sequence[Mapping[str, float]], noise_by_metric: Mapping[str, float]
    ) -> np.ndarray:
        """What the noise of a training does to the best known objectives, ``(n_objectives,)``.

        Args:
            rows: Metrics of known architectures in natural units, by name; one row at least.
            noise_by_metric: Standard deviation of the noise by learnt metric, on its model's
                scale.
        """
        found = np.zeros(len(self._goals.objectives))
        for i, objective in enumerate(self._goals.objectives):
            best = min(rows, key=partial(self.minimised, objective))
            predicted = {}
            for name, noise_std in noise_by_metric.items():
                y = self._scales[name].forward(np.array([best[name]]))
                mean, std = self._scales[name].backward(y, np.array([noise_std]))
                predicted[name] = float(mean[0]), float(std[0])
            found[i] = _propagated(partial(self.minimised, objective), best, predicted)[1]
        return found

    def _violation(self, constraint: Constraint, metrics: Mapping[str, float]) -> float:
        derived = {o.name: o for o in self._goals.objectives}
        objective = derived.get(constraint.metric)
        value = value_of(objective, metrics) if objective else metrics[constraint.metric]
        return constraint.violation(value)


def value_of(objective: Objective, metrics: Mapping[str, float]) -> float:
    """An objective's value in natural units, computed from metrics where it is derived."""
    return objective.compute(metrics) if objective.compute else metrics[objective.name]


def _propagated(
    target: Callable[[Mapping[str, float]], float],
    expected: Mapping[str, float],
    predicted: Predicted,
) -> tuple[float, float]:
    """A function of metrics where some are uncertain, to first order."""
    variance = 0.0
    for name, (mean, std) in predicted.items():
        above = target({**expected, name: mean + std})
        below = target({**expected, name: mean - std})
        variance += ((above - below) / 2) ** 2
    return target(expected), math.sqrt(variance)
