"""What a search will take, told from its own first candidates, while it runs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, pstdev

from evonas.carbon.spend import Budget, Spend
from evonas.config import Config
from evonas.listener import Generation, Start
from evonas.objectives import broken, nearest_to_kept
from evonas.record import Record
from evonas.reports.text import duration, energy, mass, miss
from evonas.sections.surrogate import LEAST_BATCH, MOST_BATCH
from evonas.short_ids import short_id

DRIFT = 0.2  # standard deviation of the logarithm: later generations are not the first
WIDE = 2.0  # standard deviations from what is expected to either end
PATIENCE_S = 60.0  # of a first generation, before something is said of its first trainings


def agenda(config: Config) -> str:
    """What a search is about to do, in a line, as far as its config says.

    Args:
        config: The config of the search.
    """
    n, generations = config.n_expected, config.max_generations
    if n is None:
        parts = [f"as many as {_limits(config)} allow" if _limits(config) else "without end"]
    elif config.surrogate != "none":
        batches = str(config.batch or f"{LEAST_BATCH} to {MOST_BATCH}")
        parts = [f"{n:,} architectures, {config.n_first} first and then {batches} at a time"]
    elif generations is not None:
        parts = [f"{n:,} architectures, {generations:,} generations of {config.population}"]
    else:
        parts = [f"{n:,} architectures, {config.population} at a time"]
    if n is not None and _limits(config):
        parts.append(f"as far as {_limits(config)} allow")
    steps = f", first with less {config.fidelity}" if config.fidelity else ""
    return (
        f"To be measured: {', '.join(parts)}{steps}; what that takes is told after the first "
        "generation, and before a search by --dry-run"
    )


def _limits(config: Config) -> str:
    words = ("budget_time", "budget_kwh", "budget_co2", "budget_flops", "budget_return")
    given = [(f"--{word.replace('_', '-')}", getattr(config, word)) for word in words]
    return " and ".join(
        f"{word} {value:g}" if isinstance(value, float) else f"{word} {value}"
        for word, value in given
        if value is not None
    )


@dataclass(frozen=True)
class Share:
    """What measuring one architecture takes, by those that were measured so far.

    Attributes:
        seconds: Time of the search, workers side by side.
        kwh: Kilowatt-hours.
        co2_g: Grams of CO2e.
        flops: Floating-point operations.
    """

    seconds: float
    kwh: float
    co2_g: float
    flops: float

    def n_within(self, budget: Budget) -> float:
        """How many architectures a budget pays for; infinite without one."""
        pairs = (
            (budget.seconds, self.seconds),
            (budget.kwh, self.kwh),
            (budget.co2_g, self.co2_g),
            (budget.flops, self.flops),
        )
        return min((limit / each for limit, each in pairs if each > 0), default=math.inf)


class Estimate:
    """Gathers the first candidates of a search, and says in words what all will take.

    Args:
        start: What is known of the search before it measures anything.
    """

    def __init__(self, start: Start) -> None:
        self._config = start.config
        self._n_jobs = max(1, start.resolved.get("n_jobs") or 1)
        metrics: Sequence[Mapping[str, object]] = start.resolved.get("metrics", ())
        self._has_last = any(metric.get("when") == "final" for metric in metrics)
        self._records: list[Record] = []
        self._has_hurried = False

    def add(self, record: Record, *, gone_s: float) -> str:
        """Take up a candidate; what is to be said of a first generation that takes long.

        Args:
            record: The candidate's record.
            gone_s: Time since the first candidate was begun.

        Returns:
            A line, once, when a minute has gone; else an empty text.
        """
        self._records.append(record)
        n = self._config.n_expected
        is_time = gone_s > PATIENCE_S and len(self._records) >= self._n_jobs
        if self._has_hurried or n is None or not is_time:
            return ""
        self._has_hurried = True
        seconds = n * fmean(each.seconds for each in self._records) / self._n_jobs
        return (
            f"At most some {duration(seconds)} in all, by the first {len(self._records)}: the "
            "dearest of a generation come first"
        )

    def told(self, generation: Generation) -> list[str]:
        """What the whole search will take, after its first generation.

        Args:
            generation: Where the search stands.
        """
        self._has_hurried = True
        return [*self._takes(generation), *self._misses(generation)]

    def _takes(self, generation: Generation) -> list[str]:
        n, spend = generation.n_evaluations, generation.spend
        if not n or not spend.busy_seconds:
            return []
        share = self._share(spend, n)
        wanted = self._config.n_expected or math.inf
        allowed = share.n_within(self._config.budget)
        low, high = (math.exp(sign * WIDE * self._doubt()) for sign in (-1, 1))
        if allowed < wanted:
            return [
                f"The budget pays for about {allowed:,.0f} architectures "
                f"({allowed * low:,.0f} to {min(wanted, allowed * high):,.0f}), by the first "
                f"{n}"
            ]
        if wanted == math.inf:
            return []
        times = wanted + self._last(generation, wanted)
        seconds, kwh, grams = (times * each for each in (share.seconds, share.kwh, share.co2_g))
        return [
            f"About {duration(seconds)}, {energy(kwh)} and {mass(grams)} CO2e in all "
            f"({duration(seconds * low)} to {duration(seconds * high)}, {energy(kwh * low)} to "
            f"{energy(kwh * high)}), by the first {n}"
        ]

    def _share(self, spend: Spend, n: int) -> Share:
        """Of an earlier session there is no time on the clock, but that of its workers."""
        seconds = max(spend.wall_seconds, spend.busy_seconds / self._n_jobs)
        return Share(seconds / n, spend.energy_kwh / n, spend.co2_g / n, spend.fpo / n)

    def _doubt(self) -> float:
        """Standard deviation of the logarithm of what all take, as a multiple of some."""
        seconds = [record.seconds for record in self._records]
        mean = fmean(seconds)
        own = pstdev(seconds) / mean / math.sqrt(len(seconds)) if mean else 0.0
        return math.hypot(own, DRIFT)

    def _last(self, generation: Generation, wanted: float) -> float:
        """Architectures trained again in the end; a front grows slower than a search."""
        if not self._has_last:
            return 0.0
        growth = math.sqrt(max(1.0, wanted / generation.n_evaluations))
        return min(wanted, generation.front_size * growth)

    def _misses(self, generation: Generation) -> list[str]:
        """A line where none of the first keeps the constraints, with the closest."""
        constraints, rows = self._config.constraints, [r.metrics for r in self._records]
        known = [c for c in constraints if any(c.metric in row for row in rows)]
        place = nearest_to_kept(known, rows) if known and not generation.front_size else None
        if place is None or not broken(tuple(known), rows[place]):
            return []
        record = self._records[place]
        misses = [
            miss(c, record.metrics[c.metric])
            for c in known
            if c.violation(record.metrics[c.metric]) > 0
        ]
        return [
            f"None of the first {len(rows)} keeps every constraint; closest is "
            f"{short_id(record.genome)}, with {' and '.join(misses)}"
        ]
