"""How much candidates are expected to add to a front together, by draws of what they are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from evonas.surrogates.acquisition import LEAST_SPAN, REFERENCE, crossed, extent
from evonas.surrogates.forecast import Draws

N_SIDES = {1: 48, 2: 24, 3: 12}  # cells along an axis by how many there are, where thinned out
N_SIDES_OF_MANY = 5
N_KEPT = 64  # candidates looked at again after the first that was chosen


class JointVolume:
    """The dominated volume of every draw, and what candidates add to it.

    A draw has a front of its own, whose ideal and nadir are 0 and 1 of its scale, and
    ``REFERENCE`` bounds its volume.

    One objective that is uncertain is the pivot. The space of the others is cut into cells, and
    a draw holds for every cell the least value of the pivot that is reached there. Exact for
    two objectives of which one is certain; else cells are thinned out.

    Args:
        known: Draws of what is known.
        candidates: Draws of candidates, drawn together with them.
        is_wide: Whether objectives that are certain are scaled by all that there is, and not by
            the front of the draw.
    """

    def __init__(self, known: Draws, candidates: Draws, *, is_wide: bool) -> None:
        both = np.concatenate([known.F, candidates.F], axis=1)
        is_met = np.concatenate([known.is_met, candidates.is_met], axis=1)
        is_certain = ~np.ptp(both, axis=0).any(0)
        ideal, span = boxes(both, is_met)
        if is_wide:
            wide = np.ptp(both[:, is_met.any(0)] if is_met.any() else both, axis=(0, 1))
            span = np.where(is_certain & (wide > 0), wide, span)
        bound = ideal + REFERENCE * span  # (n_draws, n_objectives)
        pivot = int(np.argmin(is_certain))
        others = [i for i in range(both.shape[2]) if i != pivot]
        starts, ends = _cells(both[:, :, others], is_certain[others])
        sides = np.minimum(ends, bound[:, None, others]) - starts
        volumes = (np.maximum(sides, 0.0) / span[:, None, others]).prod(2)
        self._volumes = volumes / span[:, [pivot]]  # (n_draws, n_cells)
        self._values = candidates.F[:, :, pivot]
        self._reached = _reached(candidates, others, starts)
        self._level = np.repeat(bound[:, [pivot]], len(starts), axis=1)
        reached, values = _reached(known, others, starts), known.F[:, :, pivot]
        for i in range(values.shape[1]):
            self._lower(reached[:, i], values[:, i])

    def gains(self, rows: np.ndarray) -> np.ndarray:
        """Mean over draws of what each candidate adds, ``(n_rows,)``."""
        below = np.maximum(self._level[:, None] - self._values[:, rows, None], 0.0)
        below *= self._reached[:, rows]
        return np.asarray(np.einsum("dcp,dp->c", below, self._volumes) / len(below))

    def add(self, row: int) -> None:
        """Go on with what every draw says of a candidate that was chosen."""
        self._lower(self._reached[:, row], self._values[:, row])

    def _lower(self, reached: np.ndarray, values: np.ndarray) -> None:
        lower = np.minimum(self._level, values[:, None])
        self._level = np.where(reached, lower, self._level)


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
    rows, chosen = np.arange(n_candidates), list[int]()
    while len(rows) and len(chosen) < n:
        gains = np.sum([volume.gains(rows) for volume in volumes], axis=0)
        order = np.argsort(-gains, kind="stable")
        best = int(rows[order[0]])
        chosen.append(best)
        for volume in volumes:
            volume.add(best)
        rows = rows[np.sort(order[1 : N_KEPT + n])]
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


def _reached(draws: Draws, others: Sequence[int], starts: np.ndarray) -> np.ndarray:
    """Which cells each architecture reaches in all other objectives, where it counts."""
    reached = np.repeat(draws.is_met[:, :, None], len(starts), axis=2)
    for column, i in enumerate(others):
        reached &= draws.F[:, :, i, None] <= starts[:, column]
    return reached


def _cells(F: np.ndarray, is_certain: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Lower and upper corners of cells of the other objectives, ``(n_cells, n_others)`` each.

    Args:
        F: The other objectives of all that there is, ``(n_draws, n, n_others)``.
        is_certain: Which of them are the same in every draw, ``(n_others,)``.
    """
    n_others = F.shape[2]
    n_side = N_SIDES.get(n_others, N_SIDES_OF_MANY)
    starts, ends = np.empty((1, 0)), np.empty((1, 0))
    for i in range(n_others):
        values = F[0, :, i] if is_certain[i] else F[:, :, i]
        edges = np.unique(values[np.isfinite(values)])
        if len(edges) > n_side and not (n_others == 1 and is_certain[i]):
            edges = edges[np.linspace(0, len(edges) - 1, n_side).round().astype(int)]
        starts = crossed(starts, edges)
        ends = crossed(ends, np.append(edges[1:], np.inf))
    return starts, ends
