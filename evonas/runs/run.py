"""What a run left behind, as values to be drawn."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from evonas.objectives import (
    ACC,
    CO2,
    FLOPS,
    MACS,
    PARAMS,
    TEST_ACC,
    Constraint,
    Goals,
    Objective,
)
from evonas.pareto.dominance import front
from evonas.record import Record
from evonas.runs.folder import GENERATIONS, RECORDS, SPEND
from evonas.runs.journal import read_journal
from evonas.runs.manifest import CONFIG, read_resolved

KNOWN = {o.name: o for o in (ACC, TEST_ACC, FLOPS, MACS, PARAMS, CO2)}


@dataclass(frozen=True)
class Trace:
    """One run, as far as it has got.

    Attributes:
        name: What a legend says.
        records: In the order of the journal, failures included.
        goals: Of the run.
        hypervolumes: Evaluations and hypervolume, generation by generation; empty where
            the run has no reference point.
        energy_kwh: What the search itself has taken, by its own account.
    """

    name: str
    records: tuple[Record, ...]
    goals: Goals
    hypervolumes: tuple[tuple[int, float], ...] = ()
    energy_kwh: float = 0.0

    def front(self) -> list[Record]:
        """The records that no other one dominates, in the order of the journal."""
        kept = [r for r in self.records if r.error is None and self.goals.are_met(r.metrics)]
        signs = [objective.sign for objective in self.goals.objectives]
        rows = _rows([self.goals.natural(r.metrics) for r in kept], self.goals.objectives)
        return [r for r, is_on in zip(kept, front(rows * signs), strict=True) if is_on]

    @property
    def metrics(self) -> tuple[str, ...]:
        """Names that all records measured in full have in common, the objectives' first."""
        own = [objective.name for objective in self.goals.objectives]
        full = [
            r.metrics for r in self.records if r.error is None and r.metrics.keys() >= {*own}
        ]
        shared = set.intersection(*map(set, full)) if full else set()
        return tuple(name for name in dict.fromkeys([*own, *sorted(shared)]) if name in shared)

    @property
    def n_failures(self) -> int:
        """How many candidates failed."""
        return sum(record.error is not None for record in self.records)

    def objective(self, name: str) -> Objective:
        """A metric of this run; one without a known direction counts as a cost.

        Raises:
            ValueError: The run did not measure it for every architecture, or measured none.
        """
        if not self.metrics:
            raise ValueError(f"run {self.name} holds no architecture that was measured in full")
        if name not in self.metrics:
            raise ValueError(
                f"unknown objective {name!r}; run {self.name} has {', '.join(self.metrics)}"
            )
        own = {objective.name: objective for objective in self.goals.objectives}
        return own.get(name) or KNOWN.get(name) or Objective(name, "", name, +1)


def read_trace(path: Path) -> Trace:
    """Read a run directory, also while the run is still going on.

    Raises:
        FileNotFoundError: The directory is not there, or is no run's.
        ValueError: One of its files cannot be read.
    """
    goals = _read_goals(path, read_resolved(path))
    return Trace(
        name=path.resolve().name,
        records=tuple(read_journal(path / RECORDS).values()),
        goals=goals,
        hypervolumes=_read_hypervolumes(path / GENERATIONS),
        energy_kwh=_read_energy_kwh(path),
    )


def _rows(rows: Sequence[Sequence[float]], objectives: Sequence[Objective]) -> np.ndarray:
    return np.array(rows, dtype=float).reshape(len(rows), len(objectives))


def _read_goals(path: Path, resolved: Mapping[str, Any]) -> Goals:
    try:
        scale = resolved["hypervolume"]
        objectives = tuple(
            Objective(
                name=entry["name"],
                unit=entry["unit"],
                label=entry["label"],
                sign=entry["sign"],
                best=scale["ideal"].get(entry["name"]),
            )
            for entry in resolved["objectives"]
        )
        constraints = tuple(map(Constraint.parse, resolved["constraints"]))
        return Goals(objectives, constraints, dict(scale["reference"]))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ValueError(
            f"{path / CONFIG} cannot be read: {type(error).__name__}: {error}"
        ) from error


def _read_generations(path: Path) -> list[dict[str, str]]:
    """The rows of the generations' table; a torn last line is passed over."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    return list(csv.DictReader(text[: text.rfind("\n") + 1].splitlines()))


def _read_energy_kwh(path: Path) -> float:
    """By the account at the end, or at the last generation where there is none yet."""
    file = path / SPEND
    try:
        if file.exists():
            return float(json.loads(file.read_text(encoding="utf-8"))["energy_kwh"])
        file = path / GENERATIONS
        rows = _read_generations(file)
        return float(rows[-1].get("energy [kWh]") or 0.0) if rows else 0.0
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{file} cannot be read: {type(error).__name__}: {error}") from error


def _read_hypervolumes(path: Path) -> tuple[tuple[int, float], ...]:
    """Evaluations and hypervolume by generation."""
    try:
        return tuple(
            (int(row["evaluations"]), float(row["hypervolume"]))
            for row in _read_generations(path)
            if row["hypervolume"]
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path} cannot be read: {type(error).__name__}: {error}") from error
