"""Reading a run directory: the one reader of it, which runs no code that a run names."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from evonas.carbon.spend import Spend
from evonas.objectives import Constraint, Goals, Metric
from evonas.runs.folder import FRONT, GENERATIONS, RECORDS, SPEND
from evonas.runs.journal import read_journal
from evonas.runs.manifest import CONFIG, read_config, read_resolved
from evonas.runs.places import check_regular
from evonas.runs.run import Run
from evonas.runs.schema import Spelling, read_written

_MISTAKES = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, csv.Error)
# The numbers of a ``Spend``, and the columns of the generations' table that hold them.
_SPENT = {
    "wall_seconds": "wall [s]",
    "busy_seconds": "busy [s]",
    "cpu_seconds": "cpu [s]",
    "fpo": "fpo [FLOP]",
    "energy_kwh": "energy [kWh]",
    "co2_g": "co2 [g]",
}


def open_run(path: str | Path) -> Run:
    """Read a run directory, also while the run is still going on.

    No code that the run names is imported or run, so this is safe for a run of anybody.

    Args:
        path: The run directory, which may still be written to.

    Raises:
        FileNotFoundError: The directory is not there, or is no run's.
        ValueError: A file of the run cannot be read, or is another version's.
    """
    path = Path(path)
    resolved, records = read_resolved(path), read_journal(path / RECORDS)
    measured = {name for record in records.values() for name in record.metrics}
    generations = read_generations(path / GENERATIONS)
    try:
        goals, metrics = _read_goals(resolved)
        spelling = Spelling.read(resolved)
    except _MISTAKES as error:
        raise _unreadable(path / CONFIG, error) from error
    if not spelling.is_complete:
        spelling = replace(spelling, written=read_written(path / FRONT, measured=measured))
    return Run(
        name=path.resolve().name,
        records=tuple(records.values()),
        goals=goals,
        metrics=metrics,
        generations=generations,
        spend=_read_spend(path / SPEND, generations),
        config=read_config(path),
        resolved=resolved,
        spelling=spelling,
        path=path,
    )


def read_generations(file: Path) -> tuple[Mapping[str, Any], ...]:
    """The rows of a generations' table; a torn last line is passed over.

    Raises:
        ValueError: The table lacks a column, or holds a text in place of a number.
    """
    check_regular(file)
    try:
        text = file.read_text(encoding="utf-8") if file.exists() else ""
        rows = csv.DictReader(text[: text.rfind("\n") + 1].splitlines())
        return tuple(generation_row(row) for row in rows)
    except _MISTAKES as error:
        raise _unreadable(file, error) from error


def generation_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of the generations' table with its numbers read.

    Raises:
        KeyError: A column that every row has is missing.
        ValueError: A column that every row has holds no number.
    """
    found = {name: _read_cell(value) for name, value in row.items()}
    int(found["evaluations"])
    float(found["hypervolume"] or 0.0)
    return found


def _read_cell(value: Any) -> Any:
    """A number where it is one, ``None`` where it is empty, else the text as it is."""
    if not isinstance(value, str):
        return value
    if not value:
        return None
    try:
        return int(value)
    except ValueError:
        if value.lstrip("+-").isdecimal():  # more digits than a number here has
            raise
    try:
        return float(value)
    except ValueError:
        return value


def _read_goals(resolved: Mapping[str, Any]) -> tuple[Goals, tuple[Metric, ...]]:
    """Goals and all metrics that are told; objectives alone where a run tells no more."""
    is_told = "decoded_by" in resolved
    metrics = tuple(map(Metric.from_dict, resolved["metrics"])) if is_told else ()
    told = {metric.name: metric for metric in metrics}
    scale = resolved["hypervolume"]
    objectives = tuple(
        told.get(entry["name"])
        or Metric(
            name=entry["name"],
            unit=entry["unit"],
            label=entry["label"],
            sign=entry["sign"],
            best=scale["ideal"].get(entry["name"]),
        )
        for entry in resolved["objectives"]
    )
    constraints = tuple(map(Constraint.parse, resolved["constraints"]))
    return Goals(objectives, constraints, dict(scale["reference"])), metrics or objectives


def _read_spend(file: Path, generations: Sequence[Mapping[str, Any]]) -> Spend | None:
    """By the account at the end, or at the last generation where there is none yet."""
    try:
        if file.exists():
            content = json.loads(file.read_text(encoding="utf-8"))
            float(content["energy_kwh"])  # the one that every account has
            numbers = {name: float(content.get(name, 0.0)) for name in _SPENT}
            return Spend(**numbers, method=str(content.get("method", "")))
        if not generations:
            return None
        last = generations[-1]
        numbers = {name: float(last.get(column) or 0.0) for name, column in _SPENT.items()}
        return Spend(**numbers, method=f"at the end of generation {len(generations)}")
    except _MISTAKES as error:
        raise _unreadable(file, error) from error


def _unreadable(file: Path, error: Exception) -> ValueError:
    return ValueError(f"{file} cannot be read: {type(error).__name__}: {error}")
