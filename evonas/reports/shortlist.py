"""The members of a run's front that one may pick from, and how each of them stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from evonas.engine.plan import SearchPlan
from evonas.objectives import Constraint, Objective, nearest_to_kept
from evonas.pareto.choice import Choice, places, shares
from evonas.plugins.loading import nearest
from evonas.problem import Problem
from evonas.record import Record
from evonas.reports.text import aligned, genome_text, miss, number
from evonas.runs.manifest import read_config
from evonas.runs.run import KNOWN, Trace, read_trace

N_ALTERNATIVES = 2
MAX_SHOWN = 5


@dataclass(frozen=True)
class Shortlist:
    """Members of a run's front.

    Attributes:
        trace: Of the run; what was demanded on top is among the constraints of its goals.
        problem: Of the run.
        demands: Constraints on top of the run's own.
        members: The front of all that keep them, in the order of the journal.
        wanted: A metric that is to be shown beside the objectives, and that all members have.
    """

    trace: Trace
    problem: Problem
    demands: tuple[Constraint, ...]
    members: tuple[Record, ...]
    wanted: Objective | None = None

    @classmethod
    def read(
        cls, path: Path, *, demands: Sequence[Constraint] = (), wanted: str | None = None
    ) -> Shortlist:
        """What a run directory offers, also while the run is still going on.

        Args:
            path: The run directory.
            demands: Constraints on any metric that was measured.
            wanted: A metric that members must have.

        Raises:
            FileNotFoundError: There is no run.
            ValueError: Its files cannot be read, it has no front, a metric is unknown, or
                nothing keeps the demands.
        """
        trace = read_trace(path)
        problem = SearchPlan.of(read_config(path)).problem
        if not trace.front():
            raise ValueError(f"run {trace.name} has no front to pick from")
        metrics = _metrics(trace, problem)
        for name in [demand.metric for demand in demands] + ([wanted] if wanted else []):
            if name not in metrics:
                raise ValueError(
                    f"unknown metric {name!r}{nearest(name, metrics)}; run {trace.name} "
                    f"measured {', '.join(metrics)}"
                )
        narrowed = _narrowed(trace, demands)
        members = [r for r in narrowed.front() if wanted is None or wanted in r.metrics]
        if not members:
            raise ValueError(_why_none(trace, narrowed, demands, wanted))
        return cls(
            narrowed,
            problem,
            tuple(demands),
            tuple(members),
            metrics[wanted] if wanted else None,
        )

    @property
    def objectives(self) -> tuple[Objective, ...]:
        """Of the run."""
        return self.trace.goals.objectives

    @property
    def F(self) -> np.ndarray:  # noqa: N802  the papers' name
        """The members' objectives, to be minimised, ``(n, n_objectives)``."""
        plain = replace(self.trace.goals, reference={})  # no scale, turned alone
        return np.array([plain.scaled(member.metrics) for member in self.members])

    def costs(self, metric: Objective) -> np.ndarray:
        """A metric of all members, to be minimised, ``(n,)``."""
        return np.array([metric.sign * member.metrics[metric.name] for member in self.members])

    def origin(self) -> str:
        """Where the members come from, in a line."""
        measured = [r for r in self.trace.records if r.error is None]
        kept = sum(self.trace.goals.are_met(r.metrics) for r in measured)
        keeping = f"{kept} that keep {_listed(self.demands)}, of " if self.demands else ""
        return f"From a front of {len(self.members)}, out of {keeping}{len(measured)} measured."

    def table(self, choice: Choice) -> list[str]:
        """The chosen and the next best: objectives, standing on the front, architectures."""
        n_next = N_ALTERNATIVES if choice.n_chosen == 1 else 0
        shown = choice.order[: min(choice.n_chosen + n_next, MAX_SHOWN)]
        labels = [_label(i, choice) for i in range(len(shown))]
        n_more = choice.n_chosen - len(shown)
        return [
            *self._values(shown, labels),
            *([f"... and {n_more} more, which --out writes as well"] if n_more > 0 else []),
            "",
            "In brackets: the way from the front's worst, 0 %, to its best, 100 %, and the "
            f"place among its {len(self.members)}.",
            "",
            *self._architectures(shown, labels),
        ]

    def _values(self, shown: Sequence[int], labels: Sequence[str]) -> list[str]:
        F = self.F
        gained, place = shares(F), places(F)
        others = self._others()
        header = ["", *(o.column for o in (*self.objectives, *others)), "genome"]
        rows = []
        for i, label in zip(shown, labels, strict=True):
            metrics = self.members[i].metrics
            cells = [
                f"{number(metrics[o.name])} ({_standing(gained[i, j], place[i, j])})"
                for j, o in enumerate(self.objectives)
            ]
            cells += [number(metrics[o.name]) if o.name in metrics else "-" for o in others]
            rows.append([label, *cells, genome_text(self.members[i].genome)])
        return aligned(header, rows)

    def _others(self) -> list[Objective]:
        """What decided beside the objectives, and what only the final front is measured for."""
        known = _metrics(self.trace, self.problem)
        names = [demand.metric for demand in self.demands]
        names += [self.wanted.name] if self.wanted else []
        names += [final.name for final in self.problem.final if final.name in known]
        own = {objective.name for objective in self.objectives}
        return [known[name] for name in dict.fromkeys(names) if name not in own]

    def _architectures(self, shown: Sequence[int], labels: Sequence[str]) -> list[str]:
        decoded = [self.problem.decode(self.members[i].genome) for i in shown]
        rows = [[gene, *(_gene_text(each[gene]) for each in decoded)] for gene in decoded[0]]
        return aligned(["", *labels], rows)


def _metrics(trace: Trace, problem: Problem) -> dict[str, Objective]:
    """Every metric of a run's records; one without a known direction counts as a cost."""
    found = dict.fromkeys(name for record in trace.records for name in record.metrics)
    known = {o.name: o for o in (*KNOWN.values(), *problem.objectives, *problem.final)}
    known |= {o.name: o for o in trace.goals.objectives}
    return {name: known.get(name, Objective(name, "", name, +1)) for name in found}


def _narrowed(trace: Trace, demands: Sequence[Constraint]) -> Trace:
    constraints = (*trace.goals.constraints, *demands)
    return replace(trace, goals=replace(trace.goals, constraints=constraints))


def _why_none(
    trace: Trace, narrowed: Trace, demands: Sequence[Constraint], wanted: str | None
) -> str:
    """Why nothing is left: who came closest, and by how much it missed."""
    if narrowed.front():
        return f"no member of the front of run {trace.name} was measured for {wanted}"
    rows = [record for record in trace.records if trace.goals.are_met(record.metrics)]
    place = nearest_to_kept(demands, [record.metrics for record in rows])
    if place is None:
        return f"run {trace.name} measured no architecture for all of {_listed(demands)}"
    closest = rows[place]
    values = [(demand, closest.metrics[demand.metric]) for demand in demands]
    misses = [miss(demand, value) for demand, value in values if demand.violation(value) > 0]
    return (
        f"no architecture of run {trace.name} keeps {_listed(demands)}; closest is "
        f"{genome_text(closest.genome)}, with {' and '.join(misses)}"
    )


def _listed(demands: Sequence[Constraint]) -> str:
    return ", ".join(map(str, demands))


def _label(i: int, choice: Choice) -> str:
    if i >= choice.n_chosen:
        return f"next {i - choice.n_chosen + 1}"
    return "pick" if choice.n_chosen == 1 else f"pick {i + 1}"


def _standing(share: float, place: int) -> str:
    if np.isnan(share):
        return "all the same"
    if place == 1:
        return "best"
    endings = {1: "st", 2: "nd", 3: "rd"}
    ending = "th" if place % 100 in (11, 12, 13) else endings.get(place % 10, "th")
    return "worst" if share == 0 else f"{100 * share:.0f} %, {place}{ending}"


def _gene_text(value: object) -> str:
    return number(value) if isinstance(value, float) else str(value)
