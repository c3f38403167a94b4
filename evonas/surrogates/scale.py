"""What predicted and counted metrics mean for objectives and constraints."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np

from evonas.objectives import Constraint, Goals, Objective
from evonas.surrogates.encoding import ErrorScale

HARDLY = 1e-3  # of the least metric: what counts as nothing, and has a logarithm
UNCOUNTABLE = 1e30  # for what cannot be counted, on the scale of the objectives

Columns = Mapping[str, np.ndarray]  # values of architectures by metric, of one shape all
Predicted = Mapping[str, tuple[np.ndarray, np.ndarray]]
"""Mean and standard deviation by learnt metric, on the scale of its model, each ``(n,)``."""


class ObjectiveScale:
    """Objectives on the scale on which a search compares predictions.

    On the scale ``linear`` all stand by themselves, turned so that less is better. On the scale
    ``log`` an objective whose best value is known stands by the logarithm of its distance from
    it: half the FLOPs, or half the errors, are as much progress for a small network as for a
    large one.

    Args:
        goals: Objectives and constraints that predictions are compared by.
        cheap: Names of the metrics that are counted.
        scales: Scale of every metric that is learnt, by name.
        is_log: Whether the scale is ``log``.
    """

    def __init__(
        self,
        goals: Goals,
        *,
        cheap: Sequence[str],
        scales: Mapping[str, ErrorScale],
        is_log: bool = False,
    ) -> None:
        self._goals = goals
        self._cheap = cheap
        self._scales = scales
        self._is_log = is_log
        self._least = 1.0

    def fit(self, cheap: np.ndarray) -> None:
        """Learn the least value that has a logarithm from cheap metrics, ``(n, n_metrics)``."""
        self._least = float(min(cheap[cheap > 0], default=1.0)) * HARDLY

    def outcomes(self, counted: Columns, predicted: Predicted) -> tuple[np.ndarray, np.ndarray]:
        """Mean and standard deviation of every objective, then of every constraint.

        Three points of the distribution of each learnt metric stand for it (Gauss and Hermite),
        and what several do to one objective is added up.

        Args:
            counted: Cheap metrics of architectures; NaN where counting failed.
            predicted: Learnt metrics of the same architectures.

        Returns:
            Means and standard deviations, ``(n, n_objectives + n_constraints)`` each.
        """
        middle = self._natural(counted, {name: mean for name, (mean, _) in predicted.items()})
        mean = centre = self.targets(middle)
        variance = np.zeros_like(centre)
        for name, (expected, std) in predicted.items():
            ends = [expected + side * std for side in (-math.sqrt(3.0), math.sqrt(3.0))]
            low, high = (
                self.targets({**middle, name: self._scales[name].natural(end)}) for end in ends
            )
            shift = (low + high - 2.0 * centre) / 6.0
            mean = mean + shift
            square = ((low - centre) ** 2 + (high - centre) ** 2) / 6.0
            variance += np.maximum(square - shift**2, 0.0)
        is_uncountable = ~np.isfinite(mean)
        return (
            np.where(is_uncountable, UNCOUNTABLE, mean),
            np.where(is_uncountable, 0.0, np.sqrt(variance)),
        )

    def drawn(self, counted: Columns, draws: Columns) -> np.ndarray:
        """Every objective, then every constraint, in draws of what is learnt.

        Args:
            counted: Cheap metrics of architectures, ``(n,)`` each; NaN where counting failed.
            draws: Learnt metrics on the scales of their models, ``(n_draws, n)`` each.

        Returns:
            ``(n_draws, n, n_objectives + n_constraints)``.
        """
        shape = next(iter(draws.values())).shape
        columns = {name: np.broadcast_to(column, shape) for name, column in counted.items()}
        found = self.targets(self._natural(columns, draws))
        return np.where(np.isfinite(found), found, UNCOUNTABLE)

    def targets(self, metrics: Columns) -> np.ndarray:
        """Every objective, then every constraint's violation, of metrics in natural units.

        Returns:
            As many dimensions as the metrics have, and one more for objectives and constraints.
        """
        goals = self._goals
        columns = [self.turned(o, values_of(o, metrics)) for o in goals.objectives]
        columns += [self._violation(constraint, metrics) for constraint in goals.constraints]
        return np.stack(columns, axis=-1)

    def turned(self, objective: Objective, values: np.ndarray) -> np.ndarray:
        """Natural values of an objective on the scale of the search."""
        if not self._is_log or objective.best is None:
            return objective.sign * values
        if objective.name in self._scales:
            return self._scales[objective.name].forward(values)
        distance = objective.sign * (values - objective.best)
        return np.asarray(np.log(np.maximum(distance, self._least)))

    def noise(
        self, rows: Sequence[Mapping[str, float]], noise_by_metric: Mapping[str, float]
    ) -> np.ndarray:
        """What the noise of a training does to the best known objectives, ``(n_objectives,)``.

        Args:
            rows: Metrics of known architectures in natural units, by name; one row at least.
            noise_by_metric: Standard deviation of the noise by learnt metric, on its model's
                scale.
        """
        names = set.intersection(*(set(row) for row in rows))
        columns = {name: np.array([row[name] for row in rows]) for name in names}
        best = self.targets(columns).argmin(0)  # (n_objectives + n_constraints,)
        found = []
        for i, row in enumerate(best[: len(self._goals.objectives)]):
            counted = {name: column[[row]] for name, column in columns.items()}
            predicted = {
                name: (self._scales[name].forward(columns[name][[row]]), np.array([std]))
                for name, std in noise_by_metric.items()
            }
            found.append(self.outcomes(counted, predicted)[1][0, i])
        return np.array(found)

    def _natural(self, counted: Columns, learnt: Columns) -> dict[str, np.ndarray]:
        natural = {name: self._scales[name].natural(column) for name, column in learnt.items()}
        return {**counted, **natural}

    def _violation(self, constraint: Constraint, metrics: Columns) -> np.ndarray:
        derived = {o.name: o for o in self._goals.objectives}
        objective = derived.get(constraint.metric)
        values = values_of(objective, metrics) if objective else metrics[constraint.metric]
        return constraint.violation(values)


def value_of(objective: Objective, metrics: Mapping[str, float]) -> float:
    """An objective's value in natural units, computed from metrics where it is derived."""
    return objective.compute(metrics) if objective.compute else metrics[objective.name]


def values_of(objective: Objective, metrics: Columns) -> np.ndarray:
    """An objective's values in natural units; NaN where it cannot be computed."""
    if objective.compute is None:
        return metrics[objective.name]
    columns = [metrics[name] for name in objective.needs]
    shape = np.broadcast_shapes(*(column.shape for column in columns))
    rows = zip(*(np.broadcast_to(column, shape).ravel() for column in columns), strict=True)
    compute = partial(_computed, objective.compute, objective.needs)
    return np.array([compute(row) for row in rows]).reshape(shape)


def _computed(
    compute: Callable[[Mapping[str, float]], float],
    names: Sequence[str],
    row: Sequence[float],
) -> float:
    try:
        return float(compute(dict(zip(names, map(float, row), strict=True))))
    except (ArithmeticError, ValueError):
        return math.nan
