"""What of long tables and curves a page has room for."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

MOST_ROWS, MOST_POINTS = 300, 600


def last_rows(rows: Sequence[Any]) -> Sequence[Any]:
    """The last rows of a table, as many as there is room for.

    Args:
        rows: All rows, in order.
    """
    return rows[-MOST_ROWS:]


def cut_note(n_rows: int, *, file: str) -> list[str]:
    """A line that says where all rows are, if there is no room for them.

    Args:
        n_rows: How many rows there are.
        file: The file that has them all.
    """
    if n_rows <= MOST_ROWS:
        return []
    return [f"The last {MOST_ROWS} of {n_rows:,} are listed; {file} has all."]


def thinned(points: Sequence[Any]) -> list[Any]:
    """Every so many points of a curve, the first and the last among them.

    Args:
        points: The points of the curve, in order.
    """
    step = math.ceil(len(points) / MOST_POINTS) or 1
    return [*points[:-1:step], *points[-1:]]


def cell(value: Any) -> str:
    """A cell of a table of generations; empty for what was not told.

    Args:
        value: A number or a text, or ``None``.
    """
    if isinstance(value, float):
        return f"{value:.5g}"
    return "" if value is None else str(value)
