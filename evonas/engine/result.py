"""What a search found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, dataclass, field, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from evonas.carbon.spend import Spend
from evonas.carbon.tracker import Opinion
from evonas.config import Config
from evonas.engine.redundancy import Degeneracy, examine
from evonas.evaluation.rung_choice import RungChoice
from evonas.evaluation.successive_halving import Rung
from evonas.hardware.roofline import Cost
from evonas.listener import Generation
from evonas.objectives import Goals, Objective
from evonas.problem import Problem
from evonas.record import Record
from evonas.reliability import Reliability
from evonas.runs.costs import count_costs
from evonas.runs.reading import generation_row
from evonas.runs.run import Run
from evonas.runs.schema import Spelling, described, genome_key, metrics_of
from evonas.space import Genome


@dataclass(frozen=True, repr=False)
class Result:
    """What a search found.

    Attributes:
        config: Config of the search.
        goals: Objectives, constraints and reference point.
        front: The records on the front, by the first objective, best first.
        records: All records, in the order of asking.
        generations: Accounts of all generations, the first one first.
        problem: The opened problem.
        stopped: Why the search ended, in words.
        spend: What the search itself took, the last measuring of the front included.
        was_given_up: Whether the search was given up because too many candidates failed.
        folder: Run directory of the search; ``None`` if it wrote nothing.
        reliability: How far a surrogate's predictions came true, if there was one.
        n_left_out: Architectures that a screen did not have measured.
        n_passed_over: Architectures that were not trained, or not further, because it would
            have taken more FLOPs than were left of the budget.
        last_spend: The part of ``spend`` that the last measuring of the front took, which no
            budget limits.
        transfer_correlation: Rank correlation of what a transfer from a warm start predicts
            with what was measured here, by metric name.
        rungs: What became of the architectures at each rung below the whole, and at what else
            was tried; empty without rungs.
        rung_choice: How the search chose its rungs; ``None`` where they were told, or where
            there were too few architectures to choose by.
        opinion: What a tracker says of this session's energy, if one was asked for; known once
            the listeners have been told of the end.
    """

    config: Config
    goals: Goals
    front: tuple[Record, ...]
    records: tuple[Record, ...]
    generations: tuple[Generation, ...]
    problem: Problem
    stopped: str
    spend: Spend
    was_given_up: bool
    folder: Path | None
    opinion: Opinion | None = None
    reliability: Reliability | None = None
    rungs: tuple[Rung, ...] = ()
    rung_choice: RungChoice | None = None
    n_left_out: int = 0
    n_passed_over: int = 0
    last_spend: Spend | None = None
    transfer_correlation: Mapping[str, float] = field(default_factory=dict)

    @property
    def F(self) -> np.ndarray:  # noqa: N802  the papers' name
        """The front in natural units and direction, ``(n, n_objectives)``."""
        rows = [self.goals.natural(record.metrics) for record in self.front]
        return np.array(rows, dtype=float).reshape(len(rows), len(self.goals.objectives))

    @property
    def genomes(self) -> list[tuple[int, ...]]:
        """The front's genomes, in the order of ``F``."""
        return [record.genome for record in self.front]

    @property
    def architectures(self) -> list[dict[str, Any]]:
        """The front's architectures, in the order of ``F``."""
        return [self.problem.decode(record.genome) for record in self.front]

    @cached_property
    def degeneracy(self) -> Degeneracy | None:
        """What each objective adds, where there is anything to say."""
        return examine(self.records, self.goals)

    @property
    def failures(self) -> list[Record]:
        """The records of candidates that failed, in the order of asking."""
        return [record for record in self.records if record.error is not None]

    def table(self) -> tuple[list[str], list[list[Any]]]:
        """The front as a table: genome, metrics with their units, and the architecture.

        Returns:
            The header, and one row per member in the order of ``front``. A metric that was
            not measured is empty.
        """
        metrics = self._metrics()
        genes = list(self.problem.decode(self.front[0].genome)) if self.front else []
        header = ["genome", *(metric.column for metric in metrics), *genes]
        rows = [
            [
                genome_key(record.genome),
                *(_text(record.metrics.get(metric.name)) for metric in metrics),
                *self.problem.decode(record.genome).values(),
            ]
            for record in self.front
        ]
        return header, rows

    def as_run(self) -> Run:
        """The result as a run, which is the same that its directory would be read as."""
        spelling = Spelling.read(described(self.problem, self.goals))
        if not spelling.is_complete:  # the problem's own code decodes, and is at hand
            measured = [record.genome for record in self.records if record.error is None]
            written = {genome_key(genome): self.problem.decode(genome) for genome in measured}
            spelling = replace(spelling, written=written)
        return Run(
            name=self.folder.resolve().name if self.folder else self.config.problem,
            records=self.records,
            goals=self.goals,
            metrics=metrics_of(self.problem, self.goals),
            generations=tuple(generation_row(each.row()) for each in self.generations),
            spend=self.spend,
            config=self.config,
            spelling=spelling,
            path=self.folder,
        )

    def __repr__(self) -> str:
        return f"<Result: {self.as_run().told()}>"

    def costs(self) -> dict[Genome, Cost]:
        """What the front's networks cost, by genome; empty where the problem counts nothing."""
        return count_costs(self.problem, self.genomes)

    def tables(self) -> dict[str, tuple[list[str], list[list[Any]]]]:
        """All that is worth a table, by name: the front, and rungs and objectives if any."""
        found = {"front": self.table()}
        if self.rungs:
            header = [field.name for field in fields(Rung)]
            found["rungs"] = header, [list(astuple(rung)) for rung in self.rungs]
        if self.degeneracy:
            found["objectives"] = self.degeneracy.table()
        return found

    def _metrics(self) -> list[Objective]:
        """Objectives first, then what only the front is measured for, then all the rest."""
        known = (*self.goals.objectives, *self.problem.final, *self.problem.objectives)
        measured = {name for record in self.front for name in record.metrics}
        return list({o.name: o for o in known if o.name in measured}.values())


def _text(value: float | None) -> str:
    """The shortest text that reads back as the same number."""
    if value is None:
        return ""
    return str(int(value)) if value == int(value) else repr(value)
