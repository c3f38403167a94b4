"""What a kilowatt-hour emits hour by hour, and when a search would have emitted least."""

from __future__ import annotations

import csv
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate, pairwise
from pathlib import Path

COLUMNS = ("time", "g/kWh")
_MOMENT_HOURS = 1e-6  # what is shorter is in one row, for differences of sums lose its digits


@dataclass(frozen=True)
class Trace:
    """The intensity of one grid over time; each row holds until the next one.

    Attributes:
        name: The name of the file that the trace was read from.
        times: When each row begins, ascending; the last entry is the end of the last row.
        grams: Grams of CO2e per kWh of each row, one fewer than times.
    """

    name: str
    times: tuple[datetime, ...]
    grams: tuple[float, ...]

    @property
    def hours(self) -> list[float]:
        """Hours from the first row's beginning to each entry of ``times``."""
        return [(time - self.times[0]) / timedelta(hours=1) for time in self.times]

    @property
    def mean(self) -> float:
        """Grams of CO2e per kWh, averaged over time."""
        return _sums(self)[-1] / self.hours[-1]


@dataclass(frozen=True)
class Starts:
    """What some work emits, by the row of a trace in which it begins.

    Attributes:
        times: When the work begins, for each row of the trace that leaves it time to end.
        grams: Grams of CO2e that the work then emits.
    """

    times: tuple[datetime, ...]
    grams: tuple[float, ...]

    @property
    def best(self) -> tuple[datetime, float]:
        """When the work emits least, the first time of several, and how many grams."""
        return min(zip(self.times, self.grams, strict=True), key=lambda start: start[1])

    @property
    def worst(self) -> tuple[datetime, float]:
        """When the work emits most, the first time of several, and how many grams."""
        return max(zip(self.times, self.grams, strict=True), key=lambda start: start[1])

    @property
    def mean(self) -> float:
        """Grams of CO2e, averaged over all starts."""
        return sum(self.grams) / len(self.grams)


def read_trace(file: Path) -> Trace:
    """Read an hourly trace: a CSV file with the columns ``time`` and ``g/kWh``.

    Times are as ISO 8601 has them, ascending; steps may be of any length.

    Raises:
        FileNotFoundError: The file is not there.
        ValueError: A column is missing, a row cannot be read, or times do not ascend.
    """
    if not file.is_file():
        raise FileNotFoundError(f"no trace {file}; --grid takes a grid's name or a CSV file")
    with file.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.DictReader(lines)
        if not set(COLUMNS) <= set(reader.fieldnames or ()):
            raise ValueError(
                f"{file}: expected the columns {' and '.join(COLUMNS)}, got "
                f"{', '.join(reader.fieldnames or ()) or 'none'}"
            )
        rows = [_row(row, f"{file}, line {reader.line_num}") for row in reader]
    if len(rows) < 2:
        raise ValueError(f"{file} has {len(rows)} rows; expected at least 2")
    times = [time for time, _ in rows]
    try:
        falling = next((b for a, b in pairwise(times) if not a < b), None)
    except TypeError as error:
        raise ValueError(f"{file}: some times have a zone and some have none") from error
    if falling is not None:
        raise ValueError(f"{file}: {falling.isoformat()} does not come after the row before it")
    steps = sorted(b - a for a, b in pairwise(times))
    end = times[-1] + steps[len(steps) // 2]
    return Trace(file.name, (*times, end), tuple(grams for _, grams in rows))


def starts(trace: Trace, phases: Sequence[tuple[float, float]]) -> Starts:
    """What work in phases would emit, begun with any row of a trace.

    Args:
        trace: The intensity of the grid over time.
        phases: Hours and kilowatt-hours of each phase of the work, one after the other.

    Raises:
        ValueError: The work takes longer than the trace.
    """
    hours, sums = trace.hours, _sums(trace)
    ends = [0.0, *accumulate(length for length, _ in phases)]
    if ends[-1] > hours[-1]:
        raise ValueError(
            f"{trace.name} has {hours[-1]:.4g} hours and the search took {ends[-1]:.4g}; give "
            "a longer trace"
        )

    def grams(begin: float) -> float:
        total = 0.0
        for (length, kwh), span in zip(phases, pairwise(ends), strict=True):
            first, last = (begin + hour for hour in span)
            row = _place(first, hours)
            if row == _place(last, hours) or length < _MOMENT_HOURS:
                total += kwh * trace.grams[row]
            else:
                a, b = (_until(hour, hours, sums, trace) for hour in (first, last))
                total += kwh * (b - a) / length
        return total

    begins = [i for i, hour in enumerate(hours[:-1]) if hour + ends[-1] <= hours[-1]]
    return Starts(tuple(trace.times[i] for i in begins), tuple(grams(hours[i]) for i in begins))


def _row(row: dict[str, str], where: str) -> tuple[datetime, float]:
    time, amount = (row[name] or "" for name in COLUMNS)
    try:
        read, grams = datetime.fromisoformat(time.strip()), float(amount)
    except ValueError:
        read, grams = datetime.min, -1.0
    if not 0 <= grams < float("inf"):
        raise ValueError(
            f"{where}: cannot read {time!r} and {amount!r}; expected a time such as "
            "2025-01-31T13:00 and grams of CO2e per kWh, 0 or more"
        )
    return read, grams


def _sums(trace: Trace) -> list[float]:
    """Grams per kWh times hours, from the trace's beginning to each entry of its times."""
    lengths = [b - a for a, b in pairwise(trace.hours)]
    products = (g * length for g, length in zip(trace.grams, lengths, strict=True))
    return [0.0, *accumulate(products)]


def _place(hour: float, hours: Sequence[float]) -> int:
    return min(bisect_right(hours, hour) - 1, len(hours) - 2)


def _until(hour: float, hours: Sequence[float], sums: Sequence[float], trace: Trace) -> float:
    row = _place(hour, hours)
    return sums[row] + trace.grams[row] * (hour - hours[row])
