"""A Gaussian process whose kernel is a sum of few parts, each as large as the data say."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_solve, cholesky, solve_triangular
from scipy.optimize import minimize

LENGTHS = (1 / 3, 2 / 3, 4 / 3)  # of the parts that are smooth, in lengths of a row
PRIOR_SHARE = 0.2  # of a part of the kernel, in variances of the values
PRIOR_NOISE = 0.05
PRIOR_SPREAD = 1.5  # standard deviation of the logarithm of a share
BOUNDS = (1e-5, 1e2)  # of a share
JITTER = 1e-6
MAX_ITERATIONS = 60
N_PASSES = 2  # of leaving out and bounding values
MAD = 1.4826  # standard deviations of a normal distribution in a median absolute deviation
LEAST_SPREAD = 0.3  # of what is missed, in standard deviations of the process


class AdditiveProcess:
    """A Gaussian process over main effects, interactions of pairs, and the rest.

    Its kernel is a sum: linear, its square, and Matern 5/2 with three fixed length scales
    (Rasmussen and Williams 2006, sections 4.2.1 and 4.2.2), and noise. How large each part is
    maximises the likelihood times a log-normal prior, which keeps a process that has seen a
    dozen values from being sure that a part is nothing. All inputs and values are scaled
    beforehand, so that the prior suits whatever is predicted.
    """

    def __init__(self) -> None:
        n_parts = 2 + len(LENGTHS)
        self._log_shares = np.log([*[PRIOR_SHARE] * n_parts, PRIOR_NOISE])
        self._prior = self._log_shares.copy()
        self._n_tuned = 0

    def fit(self, X: np.ndarray, y: np.ndarray, *, limit: float = math.inf) -> None:
        """Learn; the shares are estimated anew whenever there is a fifth more to learn from.

        Args:
            X: Features, ``(n, n_features)``.
            y: Values, ``(n,)``, of mean 0 and variance 1.
            limit: A value that is larger than all others tell, by more than so many standard
                deviations, counts as that large.
        """
        self._mean = X.mean(0)
        self._X = X - self._mean
        self._length = float(np.sqrt((self._X**2).sum(1).mean())) or 1.0
        parts = self._parts(self._X, self._X)
        is_due = len(y) >= 1.2 * self._n_tuned
        self._learn(parts, y, is_due=is_due)
        for _ in range(N_PASSES if math.isfinite(limit) else 0):
            self._learn(parts, self._bounded(y, limit), is_due=is_due)
        if is_due:
            self._n_tuned = len(y)

    def _learn(self, parts: np.ndarray, y: np.ndarray, *, is_due: bool) -> None:
        if is_due:
            self._log_shares = _tuned(parts, y, start=self._log_shares, prior=self._prior)
        self._root = _root(parts, np.exp(self._log_shares))
        self._weights = cho_solve((self._root, True), y)
        self._y = y

    def _bounded(self, y: np.ndarray, limit: float) -> np.ndarray:
        """Values, none much larger than all others tell.

        Left-out predictions follow from one inverse (Rasmussen and Williams 2006, equation
        5.12). What they miss by is measured in robust standard deviations, for those of the
        process are as large as disasters make them.
        """
        precision = np.diag(cho_solve((self._root, True), np.eye(len(y))))
        missed = self._weights / precision
        left_out = self._y - missed
        shares = missed * np.sqrt(precision)
        spread = MAD * float(np.median(np.abs(shares - np.median(shares))))
        most = limit * max(spread, LEAST_SPREAD) / np.sqrt(precision)
        return np.asarray(np.minimum(y, left_out + most))

    @property
    def noise_std(self) -> float:
        """Standard deviation of the noise upon a value, in standard deviations of all."""
        return float(np.exp(0.5 * self._log_shares[-1]))

    def predict(self, X: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Mean and variance of the noise-free values, each ``(n,)``."""
        mean, explained = self._explained(X)
        variance = self._kernel_diagonal(X) - (explained**2).sum(0)
        return mean, np.maximum(variance, 0.0)

    def joint(self, X: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Mean ``(n,)`` and covariance ``(n, n)`` of the noise-free values."""
        mean, explained = self._explained(X)
        rows = X - self._mean
        return mean, self._kernel(rows, rows) - explained.T @ explained

    def _explained(self, X: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        across = self._kernel(X - self._mean, self._X)  # (n, n_learnt)
        return across @ self._weights, solve_triangular(self._root, across.T, lower=True)

    def _kernel(self, A: np.ndarray, B: np.ndarray) -> np.ndarray:
        shares = np.exp(self._log_shares[:-1])
        total: np.ndarray = np.tensordot(shares, self._parts(A, B), 1)
        return total

    def _kernel_diagonal(self, X: np.ndarray) -> np.ndarray:
        shares = np.exp(self._log_shares[:-1])
        linear = ((X - self._mean) ** 2).sum(1) / self._length**2
        diagonal: np.ndarray = shares[0] * linear + shares[1] * _pairs(linear)
        diagonal += shares[2:].sum()
        return diagonal

    def _parts(self, A: np.ndarray, B: np.ndarray) -> np.ndarray:
        """Every part of the kernel between two sets of rows, ``(n_parts, n, m)``."""
        linear = (A @ B.T) / self._length**2
        norms = ((M**2).sum(1) / self._length**2 for M in (A, B))
        squared = np.add.outer(*norms) - 2.0 * linear
        distance = np.sqrt(5.0 * np.maximum(squared, 0.0))
        return np.stack([linear, _pairs(linear), *(_matern(distance / x) for x in LENGTHS)])


def _pairs(linear: np.ndarray) -> np.ndarray:
    """Linear effects and their products, of variance 1 for a row of the mean length."""
    return (1.0 + linear) ** 2 / 4.0


def _matern(scaled: np.ndarray) -> np.ndarray:
    """Matern 5/2 of distances times the root of 5 over the length scale."""
    smooth: np.ndarray = (1.0 + scaled + scaled**2 / 3.0) * np.exp(-scaled)
    return smooth


def _root(parts: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Lower Cholesky factor of the covariance of measured values."""
    covariance = np.tensordot(shares[:-1], parts, 1)
    covariance[np.diag_indices_from(covariance)] += shares[-1] + JITTER
    root: np.ndarray = cholesky(covariance, lower=True, overwrite_a=True, check_finite=False)
    return root


@dataclass(frozen=True)
class _Posterior:
    """Minus the logarithm of likelihood times prior of log shares, and its gradient."""

    parts: np.ndarray
    y: np.ndarray
    prior: np.ndarray

    def __call__(self, log_shares: np.ndarray) -> tuple[float, np.ndarray]:
        shares = np.exp(log_shares)
        root = _root(self.parts, shares)
        weights = cho_solve((root, True), self.y)
        inverse = cho_solve((root, True), np.eye(len(self.y)))
        off = (log_shares - self.prior) / PRIOR_SPREAD
        value = 0.5 * self.y @ weights + np.log(np.diag(root)).sum() + 0.5 * (off**2).sum()
        slope = inverse - np.outer(weights, weights)
        by_part = np.einsum("ij,kij->k", slope, self.parts)
        gradient = 0.5 * shares * np.append(by_part, np.trace(slope))
        return float(value), gradient + off / PRIOR_SPREAD


def _tuned(
    parts: np.ndarray, y: np.ndarray, *, start: np.ndarray, prior: np.ndarray
) -> np.ndarray:
    """The logarithms of the most likely shares."""
    found = minimize(
        _Posterior(parts, y, prior),
        start,
        jac=True,
        method="L-BFGS-B",
        bounds=[tuple(np.log(BOUNDS))] * len(start),
        options={"maxiter": MAX_ITERATIONS},
    )
    best: np.ndarray = found.x
    return best
