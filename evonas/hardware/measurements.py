"""Times of networks that somebody has measured, as a CSV file tells them."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from evonas.parsing import nearest
from evonas.whole_files import whole

Kind = Literal["inference", "training"]
KINDS: tuple[Kind, ...] = get_args(Kind)
UNITS = {"s": 1.0, "ms": 1e-3, "us": 1e-6}
NAMES = ("architecture", "genome")
HEADER = ("genome", "pass", "batch", "seconds [s]")
_UNIT = re.compile(r"\[(\w+)\]\s*$")
EXPECTED = (
    "expected columns architecture (or genome), a time such as 'seconds [s]' or 'latency "
    "[ms]', and where they differ batch and pass (inference or training)"
)


@dataclass(frozen=True)
class Measurement:
    """How long one network took on some device.

    Attributes:
        architecture: The network, in words that its problem can read.
        seconds: Time of one pass with the whole batch.
        batch: How many inputs passed at a time.
        kind: What passed: ``inference``, a forward pass without gradients, or ``training``, a
            step of forward pass, backward pass and update.
    """

    architecture: str
    seconds: float
    batch: int = 1
    kind: Kind = "inference"


def read_measurements(file: Path, *, column: str = "") -> list[Measurement]:
    """Times of networks from a CSV file with a header.

    Args:
        file: The file. Its columns: ``architecture`` or ``genome``; a time, whose unit stands
            in brackets as in ``latency [ms]``, or ``seconds``; ``batch``, 1 if left out;
            ``pass``, ``inference`` if left out. Others are not read.
        column: The column of the time where there are several, and its unit if the name does
            not say it, as ``raspberry_pi_4:ms``; empty to find it.

    Raises:
        ValueError: A column is missing, or a row cannot be read.
        FileNotFoundError: There is no such file.
    """
    if not file.is_file():
        raise FileNotFoundError(f"no measurements in {file}: there is no such file")
    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = csv.DictReader(lines)
        header = list(rows.fieldnames or ())
        try:
            name = next((name for name in NAMES if name in header), None)
            if name is None:
                raise ValueError(f"no column architecture or genome; {EXPECTED}")
            time, factor = _column(column, header)
            return [_measurement(row, rows.line_num, (name, time), factor) for row in rows]
        except (ValueError, csv.Error) as error:
            raise ValueError(f"{file}: {error}") from None


def write_measurements(file: Path, measurements: Iterable[Measurement]) -> None:
    """Write times of networks as ``read_measurements`` reads them."""
    with whole(file) as lines:
        rows = csv.writer(lines, lineterminator="\n")
        rows.writerow(HEADER)
        rows.writerows((m.architecture, m.kind, m.batch, m.seconds) for m in measurements)


def _column(wanted: str, header: Sequence[str]) -> tuple[str, float]:
    """The column of the time, and how many seconds its unit has."""
    name, _, unit = wanted.partition(":")
    if wanted:
        if name not in header:
            raise ValueError(
                f"no column {name!r}{nearest(name, header)}; there are {', '.join(header)}"
            )
    else:
        found = [each for each in header if _unit_of(each) in UNITS]
        if len(found) != 1:
            several = f"{len(found)} columns of times, {', '.join(found)}"
            what = several if found else "no column of a time"
            raise ValueError(f"{what}; name one with --column NAME:UNIT; {EXPECTED}")
        (name,) = found
    unit = unit or _unit_of(name)
    if unit not in UNITS:
        raise ValueError(
            f"column {name!r} has no known unit; say it with --column {name}:UNIT, one of "
            f"{', '.join(UNITS)}"
        )
    return name, UNITS[unit]


def _unit_of(name: str) -> str:
    if name.strip().lower() == "seconds":
        return "s"
    found = _UNIT.search(name)
    return found[1] if found else ""


def _measurement(
    row: Mapping[str, str | None], line: int, names: tuple[str, str], factor: float
) -> Measurement:
    """One row; ``names`` are the columns of the architecture and of the time."""
    architecture, time = ((row.get(name) or "").strip() for name in names)
    try:
        seconds, batch = factor * float(time), int(row.get("batch") or 1)
    except ValueError:
        raise ValueError(
            f"line {line}: time {time!r}, batch {row.get('batch') or '1'!r}; expected a number "
            "of each, or no such row"
        ) from None
    kind = next((kind for kind in KINDS if kind == (row.get("pass") or KINDS[0]).strip()), None)
    if not architecture or kind is None or batch < 1 or not 0 < seconds < math.inf:
        raise ValueError(
            f"line {line}: architecture {architecture!r}, time {time}, batch {batch}, pass "
            f"{row.get('pass') or KINDS[0]!r}; expected a name, a time above 0, a batch of 1 "
            f"or more, and {' or '.join(KINDS)}"
        )
    return Measurement(architecture, seconds, batch, kind)
