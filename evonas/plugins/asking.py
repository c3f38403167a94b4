"""Having a problem measure one architecture, and checking its answer."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence

import numpy as np

from evonas.faults import MetricError
from evonas.objectives import Objective
from evonas.problem import Measurement, Problem
from evonas.space import Genome


def ask(
    problem: Problem,
    genome: Genome,
    metrics: Collection[str],
    derived: Collection[Objective] = (),
    *,
    seed: int,
) -> Measurement:
    """Have a problem measure one architecture, and check its answer.

    Args:
        problem: The problem that measures the architecture.
        genome: The canonical genome of the architecture.
        metrics: Names of the metrics that the problem itself measures.
        derived: Objectives that compute themselves from metrics of the problem.
        seed: The candidate's own seed, which fixes all that its measuring draws.

    Raises:
        MetricError: A metric is missing, is no number, or is not finite.
        Exception: Whatever the problem raises.
    """
    raw = {*metrics, *(need for objective in derived for need in objective.needs)}
    answer = problem.measure(genome, sorted(raw), seed=seed)
    measured = answer if isinstance(answer, Measurement) else Measurement(answer)
    values = checked(measured.metrics, raw)
    for objective in derived:
        if objective.compute is not None:
            values[objective.name] = objective.compute(values)
    return Measurement(checked(values, ()), checked_curve(measured.curve))


def checked(metrics: Mapping[str, float], wanted: Collection[str]) -> dict[str, float]:
    """Metrics as floats by name, all of the wanted ones among them.

    Raises:
        MetricError: A metric is missing, is no number, or is not finite.
    """
    if not isinstance(metrics, Mapping):
        raise MetricError(f"the answer is a {type(metrics).__name__}; expected values by name")
    missing = [name for name in wanted if name not in metrics]
    if missing:
        raise MetricError(f"the problem did not measure {', '.join(missing)}")
    for name, value in metrics.items():
        is_real = isinstance(value, (int, float, np.integer, np.floating))
        if isinstance(value, bool) or not is_real:
            raise MetricError(f"metric {name} is a {type(value).__name__}; expected a number")
    return {str(name): _finite(name, value) for name, value in metrics.items()}


def _finite(name: str, value: float) -> float:
    try:
        number = float(value)
    except OverflowError:  # an endless integer
        raise MetricError(f"metric {name} is too large; expected a finite number") from None
    if not math.isfinite(number):
        raise MetricError(f"metric {name} is {value!s:.40}; expected a finite number")
    return number


def checked_curve(curve: Sequence[Mapping[str, float]]) -> tuple[Mapping[str, float], ...]:
    """A training curve whose points are finite numbers by name.

    Raises:
        MetricError: A point of the curve holds what is no finite number.
    """
    return tuple(checked(point, ()) for point in curve)
