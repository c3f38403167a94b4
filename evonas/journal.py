"""Records of measured architectures, and the append-only file that keeps them."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evonas.space import Genome


@dataclass(frozen=True, slots=True)
class Record:
    """One measured architecture: the unit of truth.

    Attributes:
        genome: Canonical.
        metrics: Value by metric name, in natural units; empty where the measuring failed.
            A candidate that breaks a constraint on a cheap metric has the cheap ones alone.
        seconds: Wall-clock time that the measuring took.
        error: Why it failed, in one line; ``None`` where it did not.
        seed: The candidate's own.
        curve: Its training curve, one mapping per epoch.
    """

    genome: Genome
    metrics: Mapping[str, float]
    seconds: float
    error: str | None = None
    seed: int = 0
    curve: Sequence[Mapping[str, float]] = field(default=(), repr=False)

    def to_line(self) -> str:
        """The record as one line of JSON, ending in a newline."""
        fields: dict[str, Any] = {
            "genome": self.genome,
            "metrics": self.metrics,
            "seconds": round(self.seconds, 6),
            "error": self.error,
            "seed": self.seed,
        }
        if self.curve:
            fields["curve"] = self.curve
        return json.dumps(fields, allow_nan=False) + "\n"

    @classmethod
    def from_line(cls, line: str) -> Record:
        """Read what ``to_line`` wrote.

        Raises:
            ValueError: The line is not a record.
        """
        try:
            fields = json.loads(line)
            metrics = {str(name): float(value) for name, value in fields["metrics"].items()}
            if not all(map(math.isfinite, metrics.values())):
                raise ValueError("a metric is not finite")
            if not all(isinstance(gene, (int, float, str)) for gene in fields["genome"]):
                raise ValueError("a gene is neither a number nor a text")
            return cls(
                genome=tuple(fields["genome"]),
                metrics=metrics,
                seconds=float(fields["seconds"]),
                error=fields["error"],
                seed=int(fields["seed"]),
                curve=tuple(fields.get("curve", ())),
            )
        except (AttributeError, KeyError, OverflowError, TypeError, ValueError) as error:
            raise ValueError(f"not a record ({error}): {line[:60]!r}") from error


class Journal:
    """An append-only file of records; what was appended survives the process.

    Args:
        path: Of the file; made where it does not exist. A torn last line, left by a process
            that was killed while writing, is cut off.

    Attributes:
        records: What the file held when it was opened, by genome. Later lines about a genome
            add metrics to its first.

    Raises:
        ValueError: A line that is not the last cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self.records = read_journal(path)
        content = path.read_bytes() if path.exists() else b""
        self._file = path.open("ab")
        self._file.truncate(content.rfind(b"\n") + 1)

    def append(self, record: Record) -> None:
        """Write one record, and hand it to the operating system."""
        self._file.write(record.to_line().encode())
        self._file.flush()

    def sync(self) -> None:
        """Wait until all that was appended is on the disk."""
        self._file.flush()
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Sync, and let go of the file."""
        self.sync()
        self._file.close()


def read_journal(path: Path) -> dict[Genome, Record]:
    """The records of a journal by genome, in order; a torn last line is passed over.

    Raises:
        ValueError: Another line cannot be read; the message names file and line.
    """
    records: dict[Genome, Record] = {}
    lines = path.read_bytes().split(b"\n") if path.exists() else [b""]
    for number, line in enumerate(lines[:-1], start=1):
        try:
            record = Record.from_line(line.decode())
        except ValueError as error:
            raise ValueError(f"{path}, line {number}: {error}") from error
        earlier = records.get(record.genome)
        records[record.genome] = merge(earlier, record) if earlier else record
    return records


def merge(earlier: Record, later: Record) -> Record:
    """One record out of two measurements of an architecture; the first keeps the word."""
    return Record(
        genome=earlier.genome,
        metrics={**later.metrics, **earlier.metrics},
        seconds=earlier.seconds + later.seconds,
        error=earlier.error,
        seed=earlier.seed,
        curve=earlier.curve,
    )
