"""Which members of a front to take."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from pymoo.decomposition.asf import ASF
from pymoo.mcdm.high_tradeoff import HighTradeoffPoints
from pymoo.mcdm.pseudo_weights import PseudoWeights

from evonas.pareto.dominance import front

DIGITS = 12  # of a share of a range; beyond them, a change of unit would decide ties
LEAST_FOR_KNEES = 3  # of two points each is an end, and neither a knee
NEARLY_ALL = 0.999  # of the weights


@dataclass(frozen=True)
class Choice:
    """Rows of a front in the order of preference.

    Attributes:
        order: Indices of rows, best first. Of rows that are equal in what decides, the best
            compromise stands for all; rows that are dominated in it are left out.
        n_chosen: How many rows, from the first on, are chosen; the others are alternatives.
        is_compromise: Whether the front had no knee, and a compromise stands in for it.
    """

    order: tuple[int, ...]
    n_chosen: int = 1
    is_compromise: bool = False


def knees(F: np.ndarray) -> Choice:
    """The rows from which every step to a neighbour loses much for what it gains.

    High trade-off points (Rachmawati & Srinivasan 2009), as pymoo finds them: the least loss
    per gain on the way to a neighbour, in shares of the objectives' ranges, stands out by two
    standard deviations; failing that, the largest if it stands out by one. We differ in that a
    row at the worst end of an objective is none: leaving it gains most of all there. Where none
    is left, or the front is flat or of two points, the best compromise is chosen: the row whose
    largest loss is smallest. By that measure several knees, and the alternatives, are ordered.

    Args:
        F: Objective values, ``(n, n_objectives)``, to be minimised.

    Raises:
        ValueError: There is no row in ``F``, or a value is not finite.
    """
    rows, losses, _ = _contest(F)
    found = _high_tradeoffs(losses)
    ranked = [*found, *(i for i in range(len(rows)) if i not in found)]
    return Choice(tuple(rows[ranked].tolist()), max(1, len(found)), not found)


def weighted(F: np.ndarray, weights: np.ndarray) -> Choice:
    """The row whose strengths are in the proportion of the weights.

    A row's pseudo weights (Deb 2001) are the shares of the objectives' ranges that it has
    gained, divided by their sum; those that differ least from the given ones in all win. They
    compare proportions, and do not see who has gained more of everything. So we differ from
    Deb in three ways: an objective of weight zero has no say, where he would want it at its
    worst; rows that are dominated in the others are left out; and an objective with 99.9 % of
    the weights decides alone, which does not follow where there are three.

    Args:
        F: Objective values, ``(n, n_objectives)``, to be minimised.
        weights: How much each objective counts, ``(n_objectives,)``, of any sum.

    Raises:
        ValueError: There is no row in ``F``, a value is not finite, or no weight is positive.
    """
    if not (np.isfinite(weights).all() and (weights >= 0).all() and weights.any()):
        raise ValueError(f"weights must not be negative, nor all zero; got {weights.tolist()}")
    rows, losses, columns = _contest(F, np.flatnonzero(weights))
    if len(rows) == 1:
        return Choice(tuple(rows.tolist()))
    aims = weights[columns] / weights[columns].max()
    aims = aims / aims.sum()  # in two steps, for the sum of all might be infinite
    if aims.max() >= NEARLY_ALL:
        distances = losses[:, aims.argmax()]
    else:
        ends = {"ideal": np.zeros(len(aims)), "nadir": np.ones(len(aims))}
        _, own = PseudoWeights(aims, **ends).do(losses, return_pseudo_weights=True)
        distances = np.abs(own - aims).sum(1).round(DIGITS)  # (n_rows,)
    return Choice(tuple(rows[np.argsort(distances, kind="stable")].tolist()))


def nearest_to(F: np.ndarray, levels: np.ndarray) -> Choice:
    """The row that misses the levels of aspiration least, or surpasses them most.

    It has the least achievement scalarising function (Wierzbicki 1980): the largest excess
    over a level, in shares of the objectives' ranges. Ties go to the better compromise, in
    place of his small term with the sum.

    Args:
        F: Objective values, ``(n, n_objectives)``, to be minimised.
        levels: The levels of aspiration, ``(n_objectives,)``, in the units of ``F``. That of an
            objective which is the same in all rows has no say.

    Raises:
        ValueError: There is no row in ``F``, or a value is not finite.
    """
    rows, losses, columns = _contest(F)
    if not np.isfinite(levels).all():
        raise ValueError(f"levels must be finite; got {levels.tolist()}")
    excess = _excess(losses, _shares_of(levels[columns], F[np.ix_(rows, columns)]))
    return Choice(tuple(rows[np.argsort(excess, kind="stable")].tolist()))


def best(F: np.ndarray, costs: np.ndarray) -> Choice:
    """The row with the least cost; of several, the best compromise.

    Args:
        F: Objective values, ``(n, n_objectives)``, to be minimised.
        costs: What each row costs, ``(n,)``: one of the objectives or anything else.

    Raises:
        ValueError: There is no row in ``F``, or a value is not finite.
    """
    _check(F)
    _check(costs[:, None])
    ranked = _by_compromise(F)
    return Choice(tuple(ranked[np.argsort(costs[ranked], kind="stable")].tolist()))


def shares(F: np.ndarray) -> np.ndarray:
    """How far each row has got from an objective's worst, 0, to its best, 1.

    Returns:
        ``(n, n_objectives)``; NaN in an objective that is the same for all rows.
    """
    return np.where(np.ptp(F, axis=0) > 0, 1 - _shares_of(F, F), np.nan)


def places(F: np.ndarray) -> np.ndarray:
    """Each row's place in each objective, from 1, in ``F``'s shape; equal rows share one."""
    found: np.ndarray = 1 + (F[None] < F[:, None]).sum(1)  # (n, n, n_objectives) summed
    return found


def _contest(
    F: np.ndarray, columns: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The rows that can win in some objectives, the best compromise of all of them first.

    Returns:
        Indices of rows, of which none dominates or equals another; ``(n_rows, n_columns)``
        losses, 0 at an objective's best and 1 at its worst; and indices of the columns that
        differ between rows. There may be none, and then there is one row.
    """
    _check(F)
    columns = np.arange(F.shape[1]) if columns is None else columns
    ranked = _by_compromise(F)
    rows = ranked[front(F[np.ix_(ranked, columns)])]
    columns = columns[np.ptp(F[np.ix_(rows, columns)], axis=0) > 0]
    if not len(columns):
        return rows[:1], np.zeros((1, 0)), columns
    members = F[np.ix_(rows, columns)]
    losses = _shares_of(members, members)
    firsts = np.unique(losses, axis=0, return_index=True)[1]
    kept = np.sort(firsts[front(losses[firsts])])  # rounding may have made rows worse
    return rows[kept], losses[kept], columns


def _high_tradeoffs(losses: np.ndarray) -> list[int]:
    """Rows that pymoo calls so; none where it would divide by zero or judge rounding errors."""
    is_flat = np.ptp(losses.sum(1)) < 1e-9  # every step loses what it gains
    if len(losses) < LEAST_FOR_KNEES or is_flat:
        return []
    with warnings.catch_warnings():  # which pymoo switches off, and leaves so
        found = HighTradeoffPoints().do(losses)
    return [] if found is None else sorted(i for i in found.tolist() if losses[i].max() < 1)


def _by_compromise(F: np.ndarray) -> np.ndarray:
    """Rows by their largest loss in shares of ranges, ties by the sum of losses."""
    losses = _shares_of(F, F)
    order: np.ndarray = np.lexsort((losses.sum(1), _excess(losses, np.zeros(F.shape[1]))))
    return order


def _excess(losses: np.ndarray, levels: np.ndarray) -> np.ndarray:
    """The achievement scalarising function, ``(n,)``; zero where there is no objective."""
    if not losses.shape[1]:
        return np.zeros(len(losses))
    weights = np.ones(losses.shape[1])
    return np.reshape(ASF().do(losses, weights, utopian_point=levels), -1)


def _shares_of(values: np.ndarray, F: np.ndarray) -> np.ndarray:
    """Values in shares of the ranges of ``F``, from its least; 0 where there is no range."""
    spans = np.ptp(F, axis=0)
    with np.errstate(over="ignore"):  # a level may be absurdly far away
        scaled = (values - F.min(axis=0)) / np.where(spans > 0, spans, 1.0)
        return np.where(spans > 0, scaled, 0.0).round(DIGITS)


def _check(F: np.ndarray) -> None:
    with np.errstate(all="ignore"):
        is_fit = F.size > 0 and np.isfinite(np.ptp(F, axis=0)).all()
    if not is_fit:
        raise ValueError(f"expected rows of finite numbers, got an array of shape {F.shape}")
