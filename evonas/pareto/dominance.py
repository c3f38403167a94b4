"""Which points of a set no other point dominates."""

from __future__ import annotations

from bisect import bisect_right

import numpy as np


def front(F: np.ndarray) -> np.ndarray:
    """Which rows no other row dominates.

    Equal rows do not dominate each other, so duplicates of a front row are all kept. A row
    that lacks a value is on no front and dominates nothing.

    Args:
        F: Objective values, ``(n, n_objectives)``, to be minimised; NaN where one is not known.

    Returns:
        ``(n,)`` booleans; empty for n = 0.
    """
    on_front = np.zeros(len(F), dtype=bool)
    whole = np.flatnonzero(~np.isnan(F).any(1))
    if not len(whole):
        return on_front
    order = whole[np.lexsort(F[whole].T[::-1])]
    rows = F[order]
    is_new = np.ones(len(rows), dtype=bool)
    is_new[1:] = (rows[1:] != rows[:-1]).any(1)
    on_front[order] = _is_first(rows[is_new])[np.cumsum(is_new) - 1]
    return on_front


def _is_first(rows: np.ndarray) -> np.ndarray:
    """Which of some rows no other dominates; they are distinct, in lexicographical order."""
    if rows.shape[1] == 2:
        least = np.minimum.accumulate(rows[:, 1])
        return np.append(True, least[1:] < least[:-1])
    if rows.shape[1] == 3:
        return np.array(_undominated_in_turn(rows[:, 1:].tolist()), dtype=bool)
    found = np.zeros(len(rows), dtype=bool)
    left = np.arange(len(rows))
    while len(left):
        found[left[0]] = True  # the first: nothing that is left dominates it
        is_better = (rows < rows[0]).any(1)
        left, rows = left[is_better], rows[is_better]
    return found


def _undominated_in_turn(points: list[list[float]]) -> list[bool]:
    """Which points, one after the other, neither equal one before nor are dominated by it.

    The points that are dominated by none so far are kept in rising order of the
    first coordinate, and so in falling order of the second (Kung et al. 1975).
    """
    firsts, seconds, found = list[float](), list[float](), list[bool]()
    for first, second in points:
        place = bisect_right(firsts, first)
        is_new = place == 0 or seconds[place - 1] > second
        found.append(is_new)
        if not is_new:
            continue
        if place and firsts[place - 1] == first:
            place -= 1
        end = place
        while end < len(seconds) and seconds[end] >= second:
            end += 1
        firsts[place:end], seconds[place:end] = [first], [second]
    return found
