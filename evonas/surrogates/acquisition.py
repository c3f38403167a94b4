"""How much a candidate is expected to add to a front, before it is measured."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr

from evonas.pareto.dominance import front
from evonas.surrogates.forecast import Forecast

REFERENCE = 1.1  # where ideal and nadir of the present front are 0 and 1
N_COORDINATES = 24  # of a grid's side, with three objectives or more
N_POINTS = 4096  # in place of a grid, with four objectives or more
LEAST_STD = 1e-12
LEAST_SPAN = 1e-9  # of an objective that is the same for all
OPTIMISM = 2.0  # standard deviations by which predictions may reach beyond the known front


def promise(expected: Forecast, known: np.ndarray) -> np.ndarray:
    """How much each candidate is expected to add to a front, on scales of two widths.

    One scale ends where the front may end, as far as it is known or predicted, two standard
    deviations better than expected. On the other, objectives that are certain are scaled by all
    that there is: as long as little is known, networks that are dearer than the best so far
    would count for nothing otherwise.

    Args:
        expected: What is predicted of the candidates.
        known: Objectives of what was measured, ``(n_known, n_objectives)``; may be empty.

    Returns:
        The sum of two volumes times the chance that it comes to that, ``(n_candidates,)``.
    """
    mean, std = expected.mean, expected.std
    is_certain = ~(std > 0).any(0)
    possible = expected.chance > 0 if (expected.chance > 0).any() else slice(None)
    on_front, at_best = known[front(known)], (mean - OPTIMISM * std)[possible]
    reached = np.vstack([on_front, at_best])
    reached = reached[front(reached)]
    ideal = reached.min(0)
    span = extent(ideal, reached.max(0))
    all_of_it = np.ptp(np.vstack([known, at_best]), axis=0)
    wide = np.where(is_certain & (all_of_it > 0), all_of_it, span)
    gains = [
        expected_improvement((mean - ideal) / side, std / side, (on_front - ideal) / side)
        for side in (span, wide)
    ]
    return np.asarray(np.sum(gains, axis=0) * expected.chance)


def extent(ideal: np.ndarray, nadir: np.ndarray) -> np.ndarray:
    """How far a front reaches in each objective; where that is nowhere, its own size."""
    span = nadir - ideal
    return np.asarray(np.where(span > 0, span, np.maximum(np.abs(ideal), LEAST_SPAN)))


def expected_improvement(mean: np.ndarray, std: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Expected hypervolume improvement up to ``REFERENCE`` in every objective.

    Emmerich et al. 2006, for independent normal objectives. The volume is cut into cells along
    all objectives but one, the first that is uncertain; what a candidate adds over a cell is
    the expected overlap with it times the expected length by which it undercuts the front
    there. Exact for two objectives. With three the cells' sides are thinned out to
    ``N_COORDINATES``, with four or more ``N_POINTS`` random points stand for the cells.

    Args:
        mean: Predicted objectives, ``(n, n_objectives)``, to be minimised, scaled so that the
            front's ideal is 0 and its nadir 1.
        std: Standard deviations on the scale of ``mean`` and of its shape; 0 where an objective
            is exact.
        known: Measured objectives, ``(n_known, n_objectives)``, on the scale of ``mean``; may
            be empty.

    Returns:
        Volume by candidate, ``(n,)``, at least 0.
    """
    mean, std, known = mean, np.maximum(std, LEAST_STD), known[front(known)]
    is_uncertain = (std > LEAST_STD).any(0)
    pivot = int(np.argmax(is_uncertain))
    others = [i for i in range(mean.shape[1]) if i != pivot]
    overlap, places = _cells(mean[:, others], std[:, others], known[:, others])
    is_covered = (known[None, :, others] <= places[:, None]).all(2)  # (n_cells, n_known)
    level = np.where(is_covered, known[None, :, pivot], REFERENCE).min(1, initial=REFERENCE)
    levels, group = np.unique(level, return_inverse=True)
    by_level = overlap @ np.eye(len(levels))[group]  # (n, n_levels)
    undercut = expected_excess(levels[None], mean[:, [pivot]], std[:, [pivot]])
    gain: np.ndarray = (by_level * undercut).sum(1)
    return gain


def expected_excess(bound: np.ndarray, mean: np.ndarray, std: np.ndarray) -> np.ndarray:
    """Expected length by which a normal number stays below a bound; 0 where it is above.

    Args:
        bound: Bounds, of a shape that broadcasts with those of ``mean`` and ``std``.
        mean: Means of the normal numbers.
        std: Standard deviations of the normal numbers, above 0.
    """
    z = (bound - mean) / std
    density = np.exp(-0.5 * z * z) / np.sqrt(2 * np.pi)
    excess: np.ndarray = np.maximum((bound - mean) * ndtr(z) + std * density, 0.0)
    return excess


def _cells(
    mean: np.ndarray, std: np.ndarray, known: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Expected overlap of every candidate with every cell, and a point within each cell.

    Returns:
        ``(n, n_cells)`` and ``(n_cells, n_others)``.
    """
    n, n_others = mean.shape
    if n_others == 0:
        return np.ones((n, 1)), np.empty((1, 0))
    if n_others > 2:
        return _points(mean, std, known)
    overlap, places = np.ones((n, 1)), np.empty((1, 0))
    for i in range(n_others):
        edges = np.unique(np.append(known[known[:, i] < REFERENCE, i], REFERENCE))
        if n_others > 1 and len(edges) > N_COORDINATES:
            edges = edges[np.linspace(0, len(edges) - 1, N_COORDINATES).round().astype(int)]
        below = expected_excess(edges[None], mean[:, [i]], std[:, [i]])  # (n, n_edges)
        length = np.diff(below, axis=1, prepend=0.0)
        middle = np.append(edges[0] - 1.0, (edges[:-1] + edges[1:]) / 2)
        overlap = (overlap[:, :, None] * length[:, None]).reshape(n, -1)
        crossed = np.repeat(places, len(middle), axis=0), np.tile(middle, len(places))
        places = np.column_stack(crossed)
    return overlap, places


def _points(
    mean: np.ndarray, std: np.ndarray, known: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    low = np.minimum((mean - 2 * std).min(0), known.min(0, initial=0.0))
    side = np.maximum(REFERENCE - low, 0.0)
    places = low + side * np.random.default_rng(0).random((N_POINTS, mean.shape[1]))
    inside = np.ones((len(mean), N_POINTS))
    for i in range(mean.shape[1]):
        inside *= ndtr((places[None, :, i] - mean[:, [i]]) / std[:, [i]])
    return inside * (side.prod() / N_POINTS), places
