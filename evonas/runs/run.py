"""A run as plain values, from what its directory holds."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from evonas.carbon.spend import Spend
from evonas.config import Config
from evonas.hardware.roofline import Cost
from evonas.objectives import Goals, Metric
from evonas.pareto.dominance import front
from evonas.record import Record
from evonas.runs.costs import COSTS, read_costs
from evonas.runs.manifest import ENVIRONMENT
from evonas.runs.schema import Spelling
from evonas.short_ids import genome_of_id, short_ids
from evonas.space import Genome, SearchSpace

_UNIT = re.compile(r" \[([^]]+)\]$")  # at the end of a column's name


@dataclass(frozen=True, repr=False)
class Run:
    """One run, as far as it has got; made by ``open_run``.

    Attributes:
        name: The name of the run's directory, which legends and messages show.
        records: All records in the order of the journal, failures included.
        goals: Objectives, constraints and reference point of the run.
        metrics: Every metric whose unit and direction the run tells, objectives first.
        generations: A mapping for each generation: the columns of ``generations.csv`` with
            numbers where there are numbers, texts elsewhere, and ``None`` for an empty cell.
        spend: What the search itself has taken, by its account at the end, or else at the last
            generation; ``None`` before the first.
        config: The settings of the search.
        resolved: What the search settled beyond its config, as ``config.json`` holds it.
        spelling: How genomes read as architectures.
        path: The run directory; ``None`` for records that come from none.
    """

    name: str
    records: tuple[Record, ...]
    goals: Goals
    metrics: tuple[Metric, ...] = ()
    generations: tuple[Mapping[str, Any], ...] = ()
    spend: Spend | None = None
    config: Config = field(default_factory=Config)
    resolved: Mapping[str, Any] = field(default_factory=dict)
    spelling: Spelling = field(default_factory=Spelling)
    path: Path | None = None

    @cached_property
    def environment(self) -> Mapping[str, Any]:
        """Machine and versions that the run began with; empty where nothing tells them."""
        if self.path is None:
            return {}
        try:
            told = json.loads((self.path / ENVIRONMENT).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return told if isinstance(told, dict) else {}

    @cached_property
    def front(self) -> tuple[Record, ...]:
        """The records that no other one dominates, by the first objective, best first.

        Raises:
            ValueError: The run has no objectives.
        """
        if not self.objectives:
            raise ValueError(
                f"{self.name} has no objectives, so no front; give its goals some, such as "
                "Goals((ACC, FLOPS))"
            )
        kept = [r for r in self.records if r.error is None and self.goals.are_met(r.metrics)]
        rows = [self.goals.scaled(record.metrics) for record in kept]
        points = np.array(rows, dtype=float).reshape(len(rows), len(self.objectives))
        members = [i for i, is_on in enumerate(front(points)) if is_on]
        members.sort(key=lambda i: (rows[i], str(kept[i].genome)))
        return tuple(kept[i] for i in members)

    @cached_property
    def ids(self) -> Mapping[Genome, str]:
        """The short id of every architecture that the run measured, by genome."""
        return short_ids(record.genome for record in self.records)

    def genome_of_id(self, text: str) -> Genome:
        """The architecture that a short id, or the beginning of one, names.

        Args:
            text: The id, as tables show it.

        Raises:
            ValueError: No architecture of the run or more than one has such an id.
        """
        return genome_of_id(text, self.ids, where=f"run {self.name}")

    @property
    def architectures(self) -> list[dict[str, Any]]:
        """The front's architectures, in the order of ``front``.

        Raises:
            ValueError: The directory does not tell what a genome stands for.
        """
        return [self.decode(record.genome) for record in self.front]

    @property
    def objectives(self) -> tuple[Metric, ...]:
        """What the search improves, in its order."""
        return self.goals.objectives

    @property
    def space(self) -> SearchSpace | None:
        """Genes and choices, without the fold, which is code; ``None`` where there are none."""
        return self.spelling.space

    @property
    def failures(self) -> tuple[Record, ...]:
        """The records of candidates that failed, in the order of the journal."""
        return tuple(record for record in self.records if record.error is not None)

    @property
    def hypervolumes(self) -> tuple[tuple[int, float], ...]:
        """Evaluations and hypervolume by generation; empty without a reference point."""
        return tuple(
            (int(row["evaluations"]), float(row["hypervolume"]))
            for row in self.generations
            if row["hypervolume"] is not None
        )

    @property
    def energy_kwh(self) -> float:
        """What the search itself has taken, by its own account."""
        return self.spend.energy_kwh if self.spend else 0.0

    @cached_property
    def costs(self) -> Mapping[Genome, Cost]:
        """Counted costs of the front's networks, by genome, where the run holds any.

        Raises:
            ValueError: The file that holds them cannot be read.
        """
        return read_costs(self.path / COSTS) if self.path else {}

    @cached_property
    def measured(self) -> tuple[str, ...]:
        """Names of all metrics that some record has, in the order of appearance."""
        return tuple(dict.fromkeys(name for r in self.records for name in r.metrics))

    @cached_property
    def shared(self) -> tuple[str, ...]:
        """Names that all records measured in full have in common, the objectives' first."""
        own = [objective.name for objective in self.objectives]
        full = [
            r.metrics for r in self.records if r.error is None and r.metrics.keys() >= {*own}
        ]
        common = set.intersection(*map(set, full)) if full else set()
        return tuple(name for name in dict.fromkeys([*own, *sorted(common)]) if name in common)

    def metric(self, name: str) -> Metric:
        """A metric with its unit and its direction, which is never guessed.

        Args:
            name: The word that the metric has in the run.

        Raises:
            ValueError: The run does not tell the direction of this metric.
        """
        known = self._known
        if name in known:
            return known[name]
        told = ", ".join(known) or "nothing"
        raise ValueError(
            f"{self.name} does not tell whether {name!r} is better high or low, only that of "
            f"{told}; give an Objective in its place, or let the problem declare it and go on "
            "with the run"
        )

    def column(self, name: str, *, fidelity: str = "") -> str:
        """The header of a metric's column: its name, and its unit where the run tells it.

        Args:
            name: The word that the metric has in the run.
            fidelity: Label of a fidelity below the whole, such as ``epochs=3``, for the column
                of what was measured there.
        """
        unit = f" [{self._known[name].unit}]" if name in self._known else ""
        at = f"@{fidelity}" if fidelity else ""
        return f"{name}{at}{unit.removesuffix(' []')}"

    def decode(self, genome: Genome) -> dict[str, Any]:
        """The architecture that a genome stands for, by what the directory holds.

        Args:
            genome: The canonical genome, as the records have it.

        Raises:
            ValueError: The directory does not tell what a genome stands for, or the genome is
                not of the run's space.
        """
        return self.spelling.decode(genome)

    def table(self) -> tuple[list[str], list[list[Any]]]:
        """Every record as a row, failures included.

        Returns:
            The header and the rows: genome, metrics with their units as in ``front.csv``, those
            of lower fidelities, the architecture, and then whether it is on the front, seconds,
            fidelity, kind of failure and error. A metric that was not measured is NaN; what the
            directory does not tell of an architecture is ``None``. Without objectives none is
            on the front.
        """
        names = [m for m in self._known if m in self.measured]
        names += [name for name in self.measured if name not in self._known]
        lower = self._measured_below
        genes = self.spelling.names
        on_front = {record.genome for record in (self.front if self.objectives else ())}
        header = ["genome", *map(self.column, names)]
        header += [self.column(name, fidelity=label) for label, name in lower]
        header += genes
        header += ["on_front", "seconds [s]", "fidelity", "failure", "error"]
        rows = []
        for record in self.records:
            try:
                architecture = self.decode(record.genome)
            except ValueError:
                architecture = {}
            row: list[Any] = [record.genome]
            row += [record.metrics.get(name, math.nan) for name in names]
            row += [record.partial.get(label, {}).get(name, math.nan) for label, name in lower]
            row += [architecture.get(gene) for gene in genes]
            row += [record.genome in on_front, record.seconds, record.fidelity]
            rows.append([*row, record.kind, record.error])
        return header, rows

    def to_dataframe(self, *, front_only: bool = False) -> Any:
        """What ``table`` gives, as a pandas ``DataFrame`` with the short ids as its index.

        Args:
            front_only: Whether to give the members of the front alone, in the order of
                ``front``, in place of all records in the order of the journal.

        Returns:
            The data frame. Its ``attrs["units"]`` holds the unit of every column that has one,
            by the name of the column, which ends in the unit as well.

        Raises:
            ImportError: pandas is not installed.
        """
        try:
            import pandas as pd  # optional, and a second to import
        except ImportError:
            raise ImportError(
                "to_dataframe needs pandas, which is not installed: pip install pandas; "
                "Run.table() gives the same without it"
            ) from None
        header, rows = self.table()
        ids = pd.Index([self.ids[record.genome] for record in self.records], name="id")
        frame = pd.DataFrame(rows, columns=header, index=ids)
        frame.attrs["units"] = {
            column: found[1] for column in header if (found := _UNIT.search(column))
        }
        return frame.loc[[self.ids[r.genome] for r in self.front]] if front_only else frame

    def told(self) -> str:
        """What the run has found so far, in a line."""
        failed = f" ({len(self.failures)} failed)" if self.failures else ""
        parts = [f"{len(self.records)} architectures of {self.config.problem}{failed}"]
        if names := ", ".join(objective.name for objective in self.objectives):
            parts.append(f"{len(self.front)} on the front of {names}")
        else:
            parts.append("no objectives")
        if self.hypervolumes:
            parts.append(f"hypervolume {self.hypervolumes[-1][1]:.4f}")
        return ", ".join([*parts, *([f"in {self.path}"] if self.path else [])])

    def __repr__(self) -> str:
        return f"<Run {self.name}: {self.told()}>"

    @property
    def _measured_below(self) -> list[tuple[str, str]]:
        """Label and metric of all that was measured below the whole, by metric."""
        found = {
            (label, name)
            for record in self.records
            for label, values in record.partial.items()
            for name in values
        }
        return sorted(found, key=lambda pair: (pair[1], len(pair[0]), pair[0]))

    @cached_property
    def _known(self) -> Mapping[str, Metric]:
        return {metric.name: metric for metric in (*self.metrics, *self.objectives)}
