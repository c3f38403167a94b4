"""A run judged on other targets than it was made for: prices, fronts, and their differences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from pathlib import Path

import numpy as np

from evonas.carbon.deployment import ENDS, SEPARATOR, deployed
from evonas.carbon.model import Band
from evonas.hardware.targets import End, Target
from evonas.objectives import Constraint, Metric, broken
from evonas.pareto.bands import ON_FRONT, Standing, standings
from evonas.pareto.correlation import kendall
from evonas.problem import Problem
from evonas.record import Record
from evonas.reports.aims import USUAL, Aims
from evonas.reports.counted_networks import Tell, count_run, silent
from evonas.runs.run import Run

MOST_RANKED = 2000  # rows; every pair of them is compared
PRICING = "pricing"


@dataclass(frozen=True)
class Priced:
    """An architecture that the run has measured, priced on every target.

    Attributes:
        record: What the run has measured of it.
        bands: What is modelled of it, by metric with target, such as ``latency@a100``.
    """

    record: Record
    bands: Mapping[str, Band]

    def at(self, end: End) -> dict[str, float]:
        """All metrics, with what is modelled at one end or in the middle."""
        modelled = {name: getattr(band, end) for name, band in self.bands.items()}
        return {**self.record.metrics, **modelled}


@dataclass(frozen=True)
class TargetFront:
    """The front of what keeps the limits, on one target or on all.

    Attributes:
        target: The target; ``None`` for all of them together.
        objectives: What is improved.
        limits: The bounds that are kept, in the middle of the bands.
        standings: How surely each priced architecture is on the front, in the order of
            ``Retargeted.priced``; those that break a limit are off it.
        members: Places of the front's members in ``Retargeted.priced``, the best in the first
            objective first.
    """

    target: Target | None
    objectives: tuple[Metric, ...]
    limits: tuple[Constraint, ...]
    standings: tuple[Standing, ...]
    members: tuple[int, ...]

    @property
    def name(self) -> str:
        """The target's text, or that it is all of them."""
        return "all targets" if self.target is None else str(self.target)


@dataclass(frozen=True)
class Disagreement:
    """How differently two targets judge the same architectures.

    Attributes:
        targets: The two targets.
        metric: Name of the metric that is compared, which both targets have.
        n: How many architectures are compared.
        kendall: Kendall's rank correlation (tau-b) of the metric on one and on the other; NaN
            where it is the same for all.
        own: Places of the members of one front that are not on the other, for either target.
        furthest: The place of the architecture whose ranks lie furthest apart, in
            ``Retargeted.priced``.
        ranks: Its ranks on both, from 1 for the best.
    """

    targets: tuple[Target, Target]
    metric: str
    n: int
    kendall: float
    own: tuple[tuple[int, ...], tuple[int, ...]]
    furthest: int
    ranks: tuple[int, int]


@dataclass(frozen=True)
class Retargeted:
    """A run judged on other targets, without any training.

    Attributes:
        run: The run.
        aims: The targets, and what counts on them.
        priced: All architectures that could be judged, in the order of the run.
        notes: What a reader should know of the counting.
    """

    run: Run
    aims: Aims
    priced: tuple[Priced, ...]
    notes: tuple[str, ...] = ()

    @cached_property
    def fronts(self) -> tuple[TargetFront, ...]:
        """A front for each target; behind them that of all targets, if there are several."""
        aims = self.aims
        found = [
            self._front(target, (*aims.measured, *aims.on(target)), aims.limits_on(target))
            for target in aims.targets
        ]
        if len(found) > 1:
            found.append(self._front(None, aims.objectives, aims.limits))
        return tuple(found)

    @cached_property
    def disagreements(self) -> tuple[Disagreement, ...]:
        """Every two targets, those that disagree most first; empty for one target."""
        pairs = combinations(self.fronts[: len(self.aims.targets)], 2)
        found = [self._disagreement(one, other) for one, other in pairs]
        return tuple(sorted(found, key=lambda each: np.nan_to_num(each.kendall, nan=1.0)))

    @property
    def start(self) -> tuple[int, ...]:
        """Places of all that are on some front, with which a search can go on."""
        return tuple(dict.fromkeys(i for each in self.fronts[::-1] for i in each.members))

    def front_on(self, target: str | Target | None = None) -> TargetFront:
        """The front on one target, or that on all of them.

        Args:
            target: The target, or its text; the front of all targets together if left out.

        Raises:
            ValueError: The run was not priced for this target.
        """
        name = "" if target is None else str(target)
        for each in self.fronts:
            if name == str(each.target or "") or (len(self.fronts) == 1 and not name):
                return each
        named = ", ".join(map(str, self.aims.targets))
        raise ValueError(f"run {self.run.name} was priced for {named}, and not for {name}")

    def id_of(self, place: int) -> str:
        """The short id of a priced architecture."""
        return self.run.ids[self.priced[place].record.genome]

    def values(self, name: str, end: End = "central") -> np.ndarray:
        """A metric of all priced architectures, ``(n,)``."""
        return np.array([each.at(end)[name] for each in self.priced])

    def _front(
        self,
        target: Target | None,
        objectives: tuple[Metric, ...],
        limits: tuple[Constraint, ...],
    ) -> TargetFront:
        middle = [each.at("central") for each in self.priced]
        kept = [i for i, metrics in enumerate(middle) if not broken(limits, metrics)]
        low, central, high = (
            np.array(
                [[m.sign * values[m.name] for m in objectives] for values in at],
                dtype=float,
            ).reshape(len(kept), len(objectives))
            for at in ([self.priced[i].at(end) for i in kept] for end in ENDS)
        )
        words: list[Standing] = ["off"] * len(self.priced)
        for i, word in zip(kept, standings(low, central, high), strict=True):
            words[i] = word
        order = {i: tuple(row) for i, row in zip(kept, central.tolist(), strict=True)}
        members = sorted((i for i in kept if words[i] in ON_FRONT), key=lambda i: order[i])
        return TargetFront(target, objectives, limits, tuple(words), tuple(members))

    def _disagreement(self, one: TargetFront, other: TargetFront) -> Disagreement:
        assert one.target is not None
        assert other.target is not None
        names = [
            [m.name.partition(SEPARATOR)[0] for m in self.aims.on(each)]
            for each in (one.target, other.target)
        ]
        metric = next((name for name in names[0] if name in names[1]), USUAL)
        a, b = (self.values(f"{metric}@{each}") for each in (one.target, other.target))
        sign = -1 if metric == "throughput" else 1
        ranks = [1 + (sign * v[None] < sign * v[:, None]).sum(1) for v in (a, b)]  # (n,) each
        furthest = int(np.argmax(np.abs(ranks[0] - ranks[1])))
        step = -(-len(a) // MOST_RANKED)
        return Disagreement(
            targets=(one.target, other.target),
            metric=metric,
            n=len(a[::step]),
            kendall=kendall(a[::step], b[::step]),
            own=(
                tuple(i for i in one.members if i not in other.members),
                tuple(i for i in other.members if i not in one.members),
            ),
            furthest=furthest,
            ranks=(int(ranks[0][furthest]), int(ranks[1][furthest])),
        )


def price_run(
    run: Run,
    aims: Aims,
    *,
    problem: Problem | None = None,
    costs_file: Path | None = None,
    is_kept_alone: bool = False,
    tell: Tell = silent,
) -> Retargeted:
    """Price all measured architectures of a run on targets, without training anything.

    Args:
        run: The run; it may still be going on, or have been killed.
        aims: The targets, and what counts on them.
        problem: The problem of the run, where it is open already.
        costs_file: Where counted costs are kept, for the next time; nowhere if left out.
        is_kept_alone: Whether to run no code of the problem, and price what the directory
            keeps of the front alone.
        tell: Told how far counting and pricing have got.

    Raises:
        ValueError: The run has measured nothing that counts, or no network can be priced.
    """
    records = _judged(run, aims)
    counted = count_run(
        run,
        [record.genome for record in records],
        problem=problem,
        file=costs_file,
        is_kept_alone=is_kept_alone,
        tell=tell,
    )
    known = [record for record in records if record.genome in counted.costs]
    priced = []
    for i, record in enumerate(known, 1):
        bands = {
            f"{name}{SEPARATOR}{target}": band
            for target in aims.targets
            for name, band in deployed(
                counted.costs[record.genome], target, run.config.assumptions
            ).items()
        }
        priced.append(Priced(record, bands))
        tell(PRICING, i, len(known))
    return Retargeted(run, aims, tuple(priced), counted.notes)


def _judged(run: Run, aims: Aims) -> Sequence[Record]:
    """The records that have all measured objectives, and keep the run's constraints."""
    names = {metric.name for metric in aims.measured}
    names |= {c.metric for c in aims.limits if SEPARATOR not in c.metric}
    found = [
        record
        for record in run.records
        if record.error is None
        and names <= record.metrics.keys()
        and np.isfinite([record.metrics[name] for name in names]).all()
        and not broken(run.goals.constraints, record.metrics)
    ]
    if not found:
        raise ValueError(f"run {run.name} has measured no architecture in full yet")
    return found
