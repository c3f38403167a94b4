"""Coefficients that are never negative and that a few absurd values do not move."""

from __future__ import annotations

import numpy as np
from scipy.optimize import linprog, nnls

TUNING = 4.685  # Beaton & Tukey 1974, biweight: 95 % efficient where errors are normal
# Of logarithms: what a good model misses good times by. Where there are few rows for many
# coefficients, half of them may be met exactly; that makes no outliers of the others.
LEAST_SPREAD = 0.05
ABSOLUTE_ROUNDS = 3  # until absolute errors are relative ones
MOST_ROUNDS = 50
N_HALVES = 20  # of which some leave out whatever few rows are absurd
CLOSE_ENOUGH = 1e-9
_NORMAL = 1.4826  # a normal distribution's standard deviation by its median deviation
_SMALL = 1e-3  # of the median: less is not predicted for any row, lest it outweigh all others


def robust_nonnegative(X: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Coefficients c >= 0 by which X c tells positive values, judged by relative errors.

    They begin with what tells three quarters of the rows best: the least sum of absolute
    relative errors of all, or the least squares of one of some random halves, for a few rows
    with amounts like no other's can carry away the former. Then errors are squared, in rounds,
    with Tukey's biweight of the logarithm of measured over predicted: what is far away from all
    others, above or below, weighs nothing. Errors are relative to what is predicted and not to
    what was measured, for a value that is far too low would else outweigh all others.

    Args:
        X: Amounts, ``(n, k)``, none negative.
        y: Values, ``(n,)``, above 0.

    Returns:
        ``(k,)`` coefficients, in units of ``y`` per unit of ``X``.
    """
    scale, unit = np.where(X.max(0) > 0, X.max(0), 1.0), float(np.median(y))
    A, y = X / scale, y / unit
    least = _SMALL
    found = min(_starts(A, y, least=least), key=lambda c: _misses(A, y, c, least=least))
    for _ in range(MOST_ROUNDS):
        predicted = np.maximum(A @ found, least)
        weights = np.sqrt(_biweight(np.log(y / predicted))) / predicted
        newer, _ = nnls(A * weights[:, None], y * weights, maxiter=100 * A.size)
        is_settled = abs(newer - found).max() <= CLOSE_ENOUGH * abs(newer).max()
        found = newer
        if is_settled:
            break
    return np.asarray(unit * found / scale)


def _starts(A: np.ndarray, y: np.ndarray, *, least: float) -> list[np.ndarray]:
    found = _least_absolute(A, y, weights=np.ones(len(y)))
    for _ in range(ABSOLUTE_ROUNDS):
        found = _least_absolute(A, y, weights=1 / np.maximum(A @ found, least))
    rng, n = np.random.default_rng(0), len(y)
    halves = (rng.choice(n, (n + 1) // 2, replace=False) for _ in range(N_HALVES))
    return [found, *(nnls(A[h] / y[h, None], np.ones(len(h)))[0] for h in halves)]


def _misses(A: np.ndarray, y: np.ndarray, found: np.ndarray, *, least: float) -> float:
    """By how much the better three quarters of the rows are missed in all."""
    misses = np.sort(abs(np.log(y / np.maximum(A @ found, least))))
    return float(misses[: 1 + 3 * len(y) // 4].sum())


def _biweight(residuals: np.ndarray) -> np.ndarray:
    spread = max(LEAST_SPREAD, _NORMAL * float(np.median(abs(residuals))))
    u = residuals / (TUNING * spread)
    return np.where(abs(u) < 1, (1 - u**2) ** 2, 0.0)


def _least_absolute(A: np.ndarray, y: np.ndarray, *, weights: np.ndarray) -> np.ndarray:
    """The coefficients with the least sum of weighted absolute errors, a linear program."""
    n, k = A.shape
    errors = np.eye(n)  # what is missing, and what is too much
    solved = linprog(
        np.concatenate([np.zeros(k), np.ones(2 * n)]),
        A_eq=np.hstack([A * weights[:, None], errors, -errors]),
        b_eq=y * weights,
        method="highs",
    )
    if solved.x is None:
        raise ValueError(f"nothing can be fitted to these times: {solved.message}")
    return np.asarray(solved.x[:k])
