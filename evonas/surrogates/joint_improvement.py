"""How much candidates are expected to add to a front together, by draws of what they are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from evonas.surrogates.acquisition import LEAST_SPAN, REFERENCE, extent
from evonas.surrogates.forecast import Draws

N_SIDES = {1: 256, 2: 32, 3: 10}  # cells along an axis at most, by how many axes there are
N_SIDES_OF_MANY = 5
MOST_TOGETHER = 2**16  # numbers at a time, which fit into a cache
N_AGAIN = 4  # candidates whose gains are looked at again together


class JointVolume:
    """The dominated volume of every draw, and what candidates add to it.

    A draw has a front of its own, whose ideal and nadir are 0 and 1 of its scale, and
    ``REFERENCE`` bounds its volume.

    One objective that is uncertain is the pivot. The space of the others is cut into cells, in
    every draw at the values that its front, or a candidate that enlarges it, has there; and a
    draw holds for every cell the least value of the pivot that is reached in it. Exact for two
    objectives; with more the cells are thinned out.

    Args:
        known: Draws of what is known.
        candidates: Draws of candidates, drawn together with them.
        is_wide: Whether objectives that are certain are scaled by all that there is, and not by
            the front of the draw.
    """

    def __init__(self, known: Draws, candidates: Draws, *, is_wide: bool) -> None:
        both = np.concatenate([known.F, candidates.F], axis=1)
        is_met = np.concatenate([known.is_met, candidates.is_met], axis=1)
        n_known = known.F.shape[1]
        is_certain = ~np.ptp(both, axis=0).any(0)
        ideal, span = boxes(both, is_met)
        if is_wide:
            wide = np.ptp(both[:, is_met.any(0)] if is_met.any() else both, axis=(0, 1))
            span = np.where(is_certain & (wide > 0), wide, span)
        bound = ideal + REFERENCE * span  # (n_draws, n_objectives)
        counts = is_met & (both < bound[:, None]).all(2)
        counts &= ~_dominated(both, np.where(counts[:, :n_known, None], known.F, np.inf))
        both = np.where(counts[:, :, None], both, bound[:, None])
        pivot = int(np.argmin(is_certain))
        others = [i for i in range(both.shape[2]) if i != pivot]
        n_most = N_SIDES.get(len(others), N_SIDES_OF_MANY)
        volumes = 1 / span[:, [pivot]]  # (n_draws, n_cells)
        reached = np.ones((*is_met.shape, 1), dtype=bool)  # (n_draws, n, n_cells)
        for i in others:
            starts = _starts(both[:, :, i], bound[:, i], n_most=n_most)
            lengths = np.diff(starts, axis=1, append=bound[:, [i]]) / span[:, [i]]
            volumes = (volumes[:, :, None] * lengths[:, None]).reshape(len(both), -1)
            is_there = both[:, :, None, i] <= starts[:, None]
            reached = (reached[..., None] & is_there[:, :, None]).reshape(*is_met.shape, -1)
        self._volumes = volumes
        self._level = np.repeat(bound[:, [pivot]], volumes.shape[1], axis=1)
        self._values, self._reached = both[:, :, pivot], reached
        for row in range(n_known):
            self.add(row)
        self._values, self._reached = self._values[:, n_known:], self._reached[:, n_known:]

    def gains(self, rows: np.ndarray) -> np.ndarray:
        """Mean over draws of what each candidate adds, ``(n_rows,)``."""
        n_draws, n_cells = self._level.shape
        n_together = max(1, MOST_TOGETHER // (len(rows) * n_cells))
        total = np.zeros(len(rows))
        for start in range(0, n_draws, n_together):
            part = slice(start, start + n_together)
            below = self._level[part, None] - self._values[part, rows, None]
            np.maximum(below, 0.0, out=below)
            below *= self._reached[part, rows]
            total += (below @ self._volumes[part, :, None]).sum(0)[:, 0]
        return np.asarray(total / n_draws)

    def add(self, row: int) -> None:
        """Go on with what every draw says of a candidate that was chosen."""
        lower = np.minimum(self._level, self._values[:, [row]])
        self._level = np.where(self._reached[:, row], lower, self._level)


def choose_jointly(volumes: Sequence[JointVolume], n_candidates: int, *, n: int) -> list[int]:
    """The candidates that together are expected to enlarge the dominated volume the most.

    Expected improvement of the hypervolume by a whole batch under noise (Daulton et al. 2021),
    by the mean over draws of all candidates and all that is known together. The batch is built
    one by one: every draw goes on with what it says of those that were chosen before.

    Args:
        volumes: Volumes of the same candidates; what they add to all of them counts.
        n_candidates: How many candidates there are.
        n: How many candidates to choose; all, if there are fewer.

    Returns:
        Row numbers of candidates, the most promising first.
    """
    gains, chosen = np.full(n_candidates, np.inf), list[int]()
    is_fresh = np.zeros(n_candidates, dtype=bool)
    while len(chosen) < min(n, n_candidates):
        best = int(gains.argmax())
        if not is_fresh[best]:  # a gain of before is no less than that of now
            stale = np.flatnonzero(~is_fresh)
            rows = stale[np.argsort(-gains[stale], kind="stable")]
            rows = rows[: N_AGAIN if chosen else None]
            gains[rows] = np.sum([volume.gains(rows) for volume in volumes], axis=0)
            is_fresh[rows] = True
            continue
        chosen.append(best)
        for volume in volumes:
            volume.add(best)
        gains[best] = -np.inf
        is_fresh = np.isneginf(gains)
    return chosen


def boxes(F: np.ndarray, is_met: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Ideal and span, up to the nadir, of the front of every draw, ``(n_draws, n_objectives)``.

    The nadir is that of the payoff table: the worst of an objective where another is at its
    best. That is the nadir of the front for two objectives, and near it for more.

    Args:
        F: Objectives, ``(n_draws, n, n_objectives)``, to be minimised.
        is_met: Which of them count, ``(n_draws, n)``; all of a draw where none does.
    """
    counts = is_met | ~is_met.any(1, keepdims=True)
    F = np.where(counts[:, :, None], F, np.inf)
    ideal = F.min(1)
    side = np.where(np.isfinite(F), F, -np.inf).max(1) - ideal
    excess = (F - ideal[:, None]) / np.where(side > 0, side, 1.0)[:, None]
    # of those that are equally good in one objective, the best in the others
    best = (excess + LEAST_SPAN * excess.sum(2, keepdims=True)).argmin(1)
    nadir = np.take_along_axis(F, best[:, :, None], axis=1).max(1)
    return ideal, extent(ideal, nadir)


def _dominated(F: np.ndarray, by: np.ndarray) -> np.ndarray:
    """Which rows of every draw are dominated by one of others, ``(n_draws, n)``.

    Args:
        F: Objectives, ``(n_draws, n, n_objectives)``.
        by: Objectives of the others, ``(n_draws, m, n_objectives)``; infinite if they do not
            count.
    """
    shape = (*F.shape[:2], by.shape[1])
    no_worse, is_better = np.ones(shape, dtype=bool), np.zeros(shape, dtype=bool)
    for i in range(F.shape[2]):
        one, other = F[:, :, None, i], by[:, None, :, i]
        no_worse &= other <= one
        is_better |= other < one
    return np.asarray((no_worse & is_better).any(2))


def _starts(values: np.ndarray, bound: np.ndarray, *, n_most: int) -> np.ndarray:
    """Where the cells along an axis begin, in every draw, ``(n_draws, n_cells)``.

    Args:
        values: Values of an objective, ``(n_draws, n)``; at the bound, or below it.
        bound: Where the last cell ends, ``(n_draws,)``.
        n_most: How many cells there are at most.
    """
    edges = np.sort(values, axis=1)
    n_inside = (edges < bound[:, None]).sum(1)
    n_cells = max(1, min(n_most, int(n_inside.max())))
    shares = np.linspace(0.0, 1.0, n_cells)
    places = np.rint(shares * np.maximum(n_inside - 1, 0)[:, None]).astype(int)
    return np.take_along_axis(edges, places, axis=1)
