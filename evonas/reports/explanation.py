"""The explanation of a run, in words, as JSON, and as a picture."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evonas.explanation.drivers import Drivers
from evonas.explanation.members import Member, dominating
from evonas.explanation.steps import Change, Step, sorting_metric
from evonas.faults import printable
from evonas.objectives import Metric
from evonas.reports.drivers import TOP, drivers_dict, lines_of_drivers, plain, rounded
from evonas.reports.text import aligned, genome_text, number
from evonas.runs.run import Run
from evonas.space import Genome

MOST_CHANGES = 4  # of a step, in a line
MOST_DOMINATING = 3


@dataclass(frozen=True)
class Explanation:
    """What drives the objectives of a run, and why its front is as it is.

    Attributes:
        run: The run.
        drivers: Which genes drive each metric that was asked for.
        unexplained: Why nothing is said of the genes of a metric, by its name.
        steps: From each member of the front to the next dearer one.
        members: The members of the front, the cheapest first.
        notes: What a reader should know, a line each.
        about: Genome of the one architecture that is explained; ``None`` for the whole run.
    """

    run: Run
    drivers: tuple[Drivers, ...]
    unexplained: Mapping[str, str]
    steps: tuple[Step, ...] = field(repr=False)
    members: tuple[Member, ...] = field(repr=False)
    notes: tuple[str, ...] = ()
    about: Genome | None = None

    def __str__(self) -> str:
        return "\n".join(self.lines())

    def lines(self, *, top: int = TOP) -> list[str]:
        """The explanation in words and tables.

        Args:
            top: How many genes the table of each metric has.
        """
        lines = self._all_lines(top) if self.about is None else self._lines_of(self.about)
        return [printable(line) for line in lines]  # for names are whatever a file holds

    def _all_lines(self, top: int) -> list[str]:
        run = self.run
        names = ", ".join(objective.name for objective in run.objectives)
        head = (
            f"Run {run.name} of {run.config.problem}: {len(run.records)} architectures, "
            f"{len(self.members)} on the front of {names}"
        )
        lines = [head, *self.notes]
        for drivers in self.drivers:
            lines += ["", *lines_of_drivers(drivers, top=top)]
        for name, reason in self.unexplained.items():
            lines += ["", f"Nothing is said of what drives {name}: {reason}."]
        return [
            *lines,
            "",
            *self._step_lines(self.steps),
            "",
            *self._member_lines(self.members),
        ]

    def _lines_of(self, genome: Genome) -> list[str]:
        """Why one architecture is on the front, and how it differs from the next ones."""
        head = f"Architecture {self._id(genome)} of run {self.run.name}"
        member = next((each for each in self.members if each.genome == genome), None)
        if member is None:
            return [f"{head} is not on the front: {self._why_not(genome)}", *self.notes]
        lines = [head, *self.notes, "", *self._member_lines([member])]
        return [*lines, "", *self._step_lines(self.steps)]

    def as_dict(self) -> dict[str, Any]:
        """The explanation as JSON has it."""
        if self.about is not None:
            return self._dict_of(self.about)
        return {
            "run": self.run.name,
            "problem": str(self.run.config.problem),
            "objectives": [objective.name for objective in self.run.objectives],
            "drivers": [drivers_dict(drivers) for drivers in self.drivers],
            "unexplained": dict(self.unexplained),
            "steps": [self._step_dict(step) for step in self.steps],
            "members": [self._member_dict(member) for member in self.members],
            "notes": list(self.notes),
        }

    def _dict_of(self, genome: Genome) -> dict[str, Any]:
        member = next((each for each in self.members if each.genome == genome), None)
        return {
            "run": self.run.name,
            "id": self._id(genome),
            "genome": list(genome),
            "member": self._member_dict(member) if member else None,
            "why_not": "" if member else self._why_not(genome),
            "steps": [self._step_dict(step) for step in self.steps],
            "notes": list(self.notes),
        }

    def to_json(self) -> str:
        """The explanation as one line of JSON."""
        return json.dumps(self.as_dict())

    def draw(self, out: Path, *, top: int = TOP) -> None:
        """Write a picture of what drives each metric.

        Args:
            out: The file, which ends in ``.svg``, ``.png`` or ``.pdf``.
            top: How many genes it shows for each metric.

        Raises:
            ValueError: Nothing is said of the genes of any metric.
        """
        if not self.drivers:
            reasons = "; ".join(self.unexplained.values()) or "one architecture alone"
            raise ValueError(f"there is nothing to draw: {reasons}")
        from evonas.plots.explanation import draw_drivers  # matplotlib, which words do without

        draw_drivers(self.drivers, out=out, title=self.run.name, top=top)

    def _step_lines(self, steps: Sequence[Step]) -> list[str]:
        metrics = self.run.objectives
        by = _shared_out(steps, metrics)
        shared = f"; in brackets what each change brings of {by.column}" if by else ""
        first = sorting_metric(metrics)
        order = "the cheapest first" if first.sign > 0 else "the worst first"
        lines = [f"From each member to the next by {first.name}, {order}{shared}:"]
        if not steps:
            return [f"There is one member on the front, and so no step by {first.name}."]
        rows = [
            [
                self._id(step.start),
                self._id(step.end),
                *(_signed(step.gains[metric.name]) for metric in metrics),
                _changes(step, by),
            ]
            for step in steps
        ]
        columns = [metric.column for metric in metrics]
        lines += _last_left(["from", "to", *columns, "changes"], rows)
        if by and any(not step.is_exact for step in steps):
            lines += ["Where ~ stands, many genes differ, and the shares are of drawn orders."]
        return lines

    def _member_lines(self, members: Sequence[Member]) -> list[str]:
        metrics = self.run.objectives
        has_volume = members[0].share is not None
        header = ["id", *(metric.column for metric in metrics)]
        header += ["adds"] * has_volume
        header += [f"{_worse(metric)} {metric.name}" for metric in metrics]
        rows = []
        for member in members:
            values = [number(member.metrics[metric.name]) for metric in metrics]
            added = [f"{100 * (member.share or 0.0):.2g} %"] * has_volume
            rest = [self._margin(m.distance, m.rival) for m in member.margins]
            rows.append([self._id(member.genome), *values, *added, *rest])
        adds = "It adds that share of the hypervolume, which no other covers."
        return [
            "Why each is on the front: how much worse it could be in one objective, all else "
            "equal, before the member in brackets is as good in everything.",
            *[adds] * has_volume,
            *aligned(header, rows),
        ]

    def _margin(self, distance: float | None, rival: Genome | None) -> str:
        if distance is None or rival is None:
            return "any"
        return f"{rounded(distance)} ({self._id(rival)})"

    def _why_not(self, genome: Genome) -> str:
        run = self.run
        record = next((each for each in run.records if each.genome == genome), None)
        if record is None:
            return f"run {run.name} has not measured it."
        if record.error is not None:
            return f"it failed: {record.error}"
        if not run.goals.are_met(record.metrics):
            return "it breaks a constraint, or was not measured in full."
        better = dominating(record.metrics, run.front, run.goals)
        said = [
            f"{self._id(other.genome)} ({self._compared(record.metrics, other.metrics)})"
            for other in better[:MOST_DOMINATING]
        ]
        more = len(better) - len(said)
        rest = f", and {more} more" if more else ""
        who = f"{', '.join(said)}{rest}"
        return f"{len(better)} of {len(run.front)} members dominate it: {who}."

    def _compared(self, own: Mapping[str, float], other: Mapping[str, float]) -> str:
        return ", ".join(
            f"{m.name} {number(other[m.name])} against {number(own[m.name])}"
            for m in self.run.objectives
        )

    def _id(self, genome: Genome) -> str:
        return self.run.ids.get(genome) or genome_text(genome)

    def _step_dict(self, step: Step) -> dict[str, Any]:
        return {
            "from": self._id(step.start),
            "to": self._id(step.end),
            "gains": dict(step.gains),
            "is_exact": step.is_exact,
            "changes": [
                {
                    "gene": change.gene,
                    "from": plain(change.before),
                    "to": plain(change.after),
                    "brings": dict(change.shares),
                }
                for change in step.changes
            ],
        }

    def _member_dict(self, member: Member) -> dict[str, Any]:
        return {
            "id": self._id(member.genome),
            "genome": list(member.genome),
            "metrics": dict(member.metrics),
            "exclusive_hypervolume": member.exclusive,
            "hypervolume_share": member.share,
            "margins": [
                {
                    "objective": margin.objective,
                    "distance": margin.distance,
                    "rival": None if margin.rival is None else self._id(margin.rival),
                }
                for margin in member.margins
            ],
        }


def _shared_out(steps: Sequence[Step], metrics: Sequence[Metric]) -> Metric | None:
    """The metric whose differences are shared out: the sorting one, or else a counted one."""
    by = sorting_metric(metrics)
    told = {name for step in steps for change in step.changes for name in change.shares}
    return next((metric for metric in (by, *metrics) if metric.name in told), None)


def _changes(step: Step, by: Metric | None) -> str:
    shown = step.changes[:MOST_CHANGES]
    said = ", ".join(_change(change, by, is_exact=step.is_exact) for change in shown)
    more = len(step.changes) - len(shown)
    return f"{said}, and {more} more" if more else said


def _change(change: Change, by: Metric | None, *, is_exact: bool) -> str:
    text = f"{change.gene} {change.before} -> {change.after}"
    if by is None or by.name not in change.shares:
        return text
    return f"{text} ({'' if is_exact else '~'}{_signed(change.shares[by.name])})"


def _signed(value: float) -> str:
    return f"{'+' if value > 0 else ''}{rounded(value)}"


def _worse(metric: Metric) -> str:
    return "more" if metric.sign > 0 else "less"


def _last_left(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """A table whose last column holds words."""
    lines = aligned(header[:-1], [row[:-1] for row in rows])
    return [
        f"{line}  {last}"
        for line, last in zip(lines, [header[-1], *(r[-1] for r in rows)], strict=True)
    ]
