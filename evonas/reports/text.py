"""Words, numbers and tables for people."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

from evonas.faults import printable
from evonas.objectives import Constraint
from evonas.space import genome_text as genome_text

LONGEST = 1000  # characters of a message


def complain(message: object, *, status: int = 2) -> int:
    """Say on standard error, in one line, what went wrong.

    Args:
        message: What went wrong, such as an error.
        status: The exit status of the program.

    Returns:
        The exit status, as it was given.
    """
    text = printable(" ".join(str(message).split()))
    if len(text) > LONGEST:
        half = LONGEST // 2
        text = f"{text[:half]} [{len(text) - 2 * half:,} characters] {text[-half:]}"
    print(f"evonas: {text}", file=sys.stderr)
    return status


def aligned(
    header: Sequence[str], rows: Sequence[Sequence[str]], *, n_left: int = 0
) -> list[str]:
    """Lines of a table whose columns are right-aligned.

    Args:
        header: The names of the columns.
        rows: The cells of each row.
        n_left: How many of the first columns hold words and are left-aligned instead.
    """
    rows = [[printable(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    lines = [
        "  ".join(
            cell.ljust(width) if i < n_left else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in (header, *rows)
    ]
    return [line.rstrip() for line in lines] if n_left else lines


def note_lines(notes: Iterable[str]) -> list[str]:
    """A line for each oddity of the data that a user should know of."""
    return [f"Of the data: {note}." for note in notes]


def number(value: float) -> str:
    """A number as tables show it: whole where it is large and whole, else four digits."""
    return f"{value:,.0f}" if value.is_integer() and abs(value) >= 1000 else f"{value:.4g}"


def duration(seconds: float) -> str:
    """A time in the unit that suits it: seconds, minutes or hours.

    Args:
        seconds: The time, in seconds.
    """
    for unit, n_seconds in (("h", 3600.0), ("min", 60.0)):
        if seconds >= 1.995 * n_seconds:
            return f"{seconds / n_seconds:.3g} {unit}"
    return f"{seconds:.3g} s"


def miss(constraint: Constraint, value: float) -> str:
    """By how much a value misses a constraint, in words.

    Args:
        constraint: The constraint that is broken.
        value: Value of its metric, in natural units.
    """
    share = f" ({100 * constraint.violation(value):.3g} %)" if constraint.bound else ""
    adverb = "above" if constraint.relation == "<=" else "below"
    distance = number(abs(value - constraint.bound))
    return (
        f"{constraint.metric} {number(value)}, {distance}{share} {adverb} "
        f"{number(constraint.bound)}"
    )
