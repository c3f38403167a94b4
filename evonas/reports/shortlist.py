"""The members of a run's front that one may pick from, and how each of them stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from evonas.objectives import Constraint, Objective, nearest_to_kept
from evonas.pareto.choice import Choice, places, shares
from evonas.plugins.loading import nearest
from evonas.record import Record
from evonas.reports.text import aligned, genome_text, miss, number
from evonas.runs.reading import open_run
from evonas.runs.run import Run

N_ALTERNATIVES = 2
MAX_SHOWN = 5


@dataclass(frozen=True)
class Shortlist:
    """Members of a run's front.

    Attributes:
        run: The run; what was demanded on top is among the constraints of its goals.
        demands: Constraints on top of the run's own.
        members: The front of all that keep them, in the order of the journal.
        wanted: A metric that is to be shown beside the objectives, and that all members have.
    """

    run: Run
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
            ValueError: Its files cannot be read, it has no front, a metric is unknown, the
                direction of the wanted one is, or nothing keeps the demands.
        """
        return cls.of(open_run(path), demands=demands, wanted=wanted)

    @classmethod
    def of(
        cls, run: Run, *, demands: Sequence[Constraint] = (), wanted: str | None = None
    ) -> Shortlist:
        """What a run offers.

        Args:
            run: The run, finished or not.
            demands: Constraints on any metric that was measured.
            wanted: A metric that members must have.

        Raises:
            ValueError: The run has no front, a metric is unknown, the direction of the wanted
                one is, or nothing keeps the demands.
        """
        if not run.front:
            raise ValueError(f"run {run.name} has no front to pick from")
        metrics = run.measured
        for name in [demand.metric for demand in demands] + ([wanted] if wanted else []):
            if name not in metrics:
                raise ValueError(
                    f"unknown metric {name!r}{nearest(name, metrics)}; run {run.name} "
                    f"measured {', '.join(metrics)}"
                )
        best = run.metric(wanted) if wanted else None
        narrowed = _narrowed(run, demands)
        chosen = {record.genome for record in narrowed.front}
        members = tuple(
            record
            for record in run.records
            if record.genome in chosen and (wanted is None or wanted in record.metrics)
        )
        if not members:
            raise ValueError(_why_none(run, narrowed, demands, wanted))
        return cls(narrowed, tuple(demands), members, best)

    @property
    def objectives(self) -> tuple[Objective, ...]:
        """The objectives of the run."""
        return self.run.objectives

    @property
    def final(self) -> tuple[str, ...]:
        """Names of metrics that only the final front is measured for, and no search may see."""
        return tuple(metric.name for metric in self.run.metrics if metric.when == "final")

    @property
    def F(self) -> np.ndarray:  # noqa: N802  the papers' name
        """The members' objectives, to be minimised, ``(n, n_objectives)``."""
        plain = replace(self.run.goals, reference={})  # no scale, turned alone
        return np.array([plain.scaled(member.metrics) for member in self.members])

    def costs(self, metric: Objective) -> np.ndarray:
        """A metric of all members, to be minimised, ``(n,)``."""
        return np.array([metric.sign * member.metrics[metric.name] for member in self.members])

    def origin(self) -> str:
        """Where the members come from, in a line."""
        measured = [r for r in self.run.records if r.error is None]
        kept = sum(self.run.goals.are_met(r.metrics) for r in measured)
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
        columns = [*(objective.name for objective in self.objectives), *others]
        header = ["", "id", *map(self.run.column, columns), "genome"]
        rows = []
        for i, label in zip(shown, labels, strict=True):
            metrics = self.members[i].metrics
            cells = [
                f"{number(metrics[o.name])} ({_standing(gained[i, j], place[i, j])})"
                for j, o in enumerate(self.objectives)
            ]
            cells += [number(metrics[name]) if name in metrics else "-" for name in others]
            genome = self.members[i].genome
            rows.append([label, self.run.ids[genome], *cells, genome_text(genome)])
        return aligned(header, rows)

    def _others(self) -> list[str]:
        """What decided beside the objectives, and what only the final front is measured for."""
        names = [demand.metric for demand in self.demands]
        names += [self.wanted.name] if self.wanted else []
        names += [name for name in self.final if name in self.run.measured]
        own = {objective.name for objective in self.objectives}
        return [name for name in dict.fromkeys(names) if name not in own]

    def _architectures(self, shown: Sequence[int], labels: Sequence[str]) -> list[str]:
        try:
            decoded = [self.run.decode(self.members[i].genome) for i in shown]
        except ValueError as error:
            return [f"No architectures: {error}."]
        rows = [[gene, *(_gene_text(each[gene]) for each in decoded)] for gene in decoded[0]]
        return aligned(["", *labels], rows)


def _narrowed(run: Run, demands: Sequence[Constraint]) -> Run:
    constraints = (*run.goals.constraints, *demands)
    return replace(run, goals=replace(run.goals, constraints=constraints))


def _why_none(
    run: Run, narrowed: Run, demands: Sequence[Constraint], wanted: str | None
) -> str:
    """Why nothing is left: who came closest, and by how much it missed."""
    if narrowed.front:
        return f"no member of the front of run {run.name} was measured for {wanted}"
    rows = [record for record in run.records if run.goals.are_met(record.metrics)]
    place = nearest_to_kept(demands, [record.metrics for record in rows])
    if place is None:
        return f"run {run.name} measured no architecture for all of {_listed(demands)}"
    closest = rows[place]
    values = [(demand, closest.metrics[demand.metric]) for demand in demands]
    misses = [miss(demand, value) for demand, value in values if demand.violation(value) > 0]
    return (
        f"no architecture of run {run.name} keeps {_listed(demands)}; closest is "
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
