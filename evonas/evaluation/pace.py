"""How long a training takes, by what was counted of its network and a few that were timed."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import nnls

LEAST = 1e-9  # seconds, or whatever a metric is counted in
STEEPEST = 1.2  # exponent of a metric; beyond it is chance
USUAL = 0.2  # standard deviation of the logarithm about a fit, before any is known
DAMPING = 0.2  # of exponents that few candidates tell apart, in their standard deviations


@dataclass(frozen=True)
class Timed:
    """What was timed of one candidate.

    Attributes:
        counted: What was counted of it, by name.
        seconds: Time of a whole measuring, once for every round of timing.
        cpu_seconds: Time of processor cores of a whole measuring, round by round.
        start: The part of ``seconds`` that comes before the first step.
    """

    counted: Mapping[str, float]
    seconds: Sequence[float]
    cpu_seconds: Sequence[float]
    start: float = 0.0


@dataclass(frozen=True)
class Pace:
    """Seconds of a measuring as powers of what is counted, fitted to a few that were timed.

    Attributes:
        metric: Name of the counted metric that is the cost; empty where nothing is counted.
        factor: Seconds of a measuring of which each metric is 1.
        exponents: How fast seconds grow with each metric, by name, [0, 1.2]; small networks
            take what their layers take, however little these compute.
        share_cpu: Seconds of processor cores for each second of the clock.
        start: Seconds before the first step of every training, however short.
        counting: Seconds that counting takes of each candidate.
        scatter: Standard deviation of the logarithm of seconds about the fit.
        doubt: Standard deviation of the logarithm of a sum of many: of the fit, and of timing.
        is_effort: Whether the cost is the FLOPs of a whole training.
    """

    metric: str
    factor: float
    exponents: Mapping[str, float]
    share_cpu: float
    start: float = 0.0
    counting: float = 0.0
    scatter: float = 0.0
    doubt: float = 0.0
    is_effort: bool = False

    def cost(self, counted: Mapping[str, float]) -> float:
        """The cost of a candidate; 1 where it is not counted."""
        return counted.get(self.metric) or 1.0

    def seconds(
        self, counted: Mapping[str, float], *, effort: float = 0.0
    ) -> tuple[float, float]:
        """Seconds of the clock and of processor cores that a training is expected to take.

        Args:
            counted: What was counted of the candidate, by name.
            effort: FLOPs of this step of the training; 0 for a whole one.
        """
        cost = self.cost(counted)
        grown = (max(counted.get(m, 1.0), LEAST) ** e for m, e in self.exponents.items())
        whole = self.factor * math.prod(grown) * math.exp(self.scatter**2 / 2)
        share = effort / cost if effort and self.is_effort else 1.0
        start = min(self.start, whole)
        seconds = start + share * (whole - start) + self.counting
        return seconds, self.share_cpu * seconds


def fitted(
    timed: Sequence[Timed],
    *,
    metric: str,
    is_effort: bool,
    counting: float = 0.0,
    least_doubt: float = 0.1,
) -> Pace:
    """The pace that fits candidates that were timed, at least one.

    Args:
        timed: What was timed of each.
        metric: Name of the counted metric that is the cost; empty where nothing is counted.
        is_effort: Whether the cost is the FLOPs of a whole training.
        counting: Seconds that counting takes of each candidate.
        least_doubt: Standard deviation of the logarithm that is left however well all fits,
            for no two hours of a machine are the same.
    """
    y = np.log([max(float(np.median(each.seconds)), LEAST) for each in timed])
    exponents = _exponents(timed, y)
    shown = np.array([[each.counted[name] for name in exponents] for each in timed])
    powers = np.log(np.maximum(shown, LEAST)) @ np.array([*exponents.values()])
    level = float(np.mean(y - powers))
    free = max(0, len(timed) - 1 - len(exponents))
    off = float(np.sum((y - level - powers) ** 2))
    scatter = math.sqrt((off + 2 * USUAL**2) / (free + 2))  # as if two more had been seen
    cpu, wall = (
        sum(float(np.median(values)) for values in column)
        for column in ([t.cpu_seconds for t in timed], [t.seconds for t in timed])
    )
    return Pace(
        metric,
        math.exp(level),
        exponents,
        share_cpu=cpu / wall if wall else 1.0,
        start=float(np.median([each.start for each in timed])),
        counting=counting,
        scatter=min(scatter, 1.0),
        doubt=math.sqrt(
            (1 + len(exponents)) * scatter**2 / len(timed) + _noise(timed) ** 2 + least_doubt**2
        ),
        is_effort=is_effort,
    )


def _exponents(timed: Sequence[Timed], y: np.ndarray) -> dict[str, float]:
    """How fast the logarithm of seconds grows with that of each metric: not below 0.

    Metrics that say the same, as FLOPs and multiply-accumulates do, share what is due to them.

    Args:
        timed: What was timed of each candidate.
        y: The logarithm of its seconds, ``(n,)``.
    """
    names = [n for n in timed[0].counted if all(each.counted.get(n, 0) > 0 for each in timed)]
    logs = {name: np.log([each.counted[name] for each in timed]) for name in names}
    spreads = {name: float(np.std(row)) for name, row in logs.items() if np.ptp(row) > 1e-9}
    if not spreads:
        return {}
    X = np.column_stack([(logs[n] - logs[n].mean()) / sd for n, sd in spreads.items()])
    damped = np.vstack([X, DAMPING * np.eye(len(spreads))])
    found, _ = nnls(damped, np.concatenate([y - y.mean(), np.zeros(len(spreads))]))
    pairs = zip(spreads.items(), found, strict=True)
    return {name: min(float(w) / sd, STEEPEST) for (name, sd), w in pairs if w > 0}


def _noise(timed: Sequence[Timed]) -> float:
    """Standard deviation of the logarithm of seconds, from round to round of one candidate."""
    spreads = [
        np.var(np.log(np.maximum(each.seconds, LEAST)), ddof=1)
        for each in timed
        if len(each.seconds) > 1
    ]
    return math.sqrt(float(np.mean(spreads))) if spreads else 0.0
