"""Regression models that say how sure they are."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable

import numpy as np
from sklearn.ensemble import ExtraTreesRegressor
from sklearn.model_selection import KFold

from evonas.surrogates.gaussian_process import AdditiveProcess

N_TREES = 100
N_FOLDS = 5
LEAST_STD = 1e-9


class Predictor(ABC):
    """A regression model that says how sure it is.

    Args:
        seed: Fixes whatever is random in fitting the model.
    """

    def __init__(self, *, seed: int) -> None:
        self.seed = seed

    @abstractmethod
    def fit(self, X: np.ndarray, y: np.ndarray, *, limit: float = math.inf) -> None:
        """Learn from rows and their values.

        Args:
            X: Rows ``(n, n_features)``; n is at least 2.
            y: Values ``(n,)``.
            limit: A value that is larger than all others tell, by more than so many standard
                deviations, counts as that large, for models that would bend to reach it.
        """

    @abstractmethod
    def predict(self, X: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Mean and standard deviation of the noise-free value, each ``(n,)``."""

    @abstractmethod
    def draws(self, X: np.ndarray, normals: np.ndarray) -> np.ndarray:
        """Possible noise-free values of all rows together, one set of them in each draw.

        Args:
            X: Rows ``(n, n_features)``.
            normals: Standard normal numbers, ``(n_draws, n)``, which fix the draws.

        Returns:
            Values, ``(n_draws, n)``.
        """

    @property
    def noise_std(self) -> float:
        """Standard deviation of the noise upon a measured value, as far as it is known."""
        return 0.0


class GaussianProcess(Predictor):
    """An ``AdditiveProcess``, in the units of the values."""

    def __init__(self, *, seed: int) -> None:
        super().__init__(seed=seed)
        self._process = AdditiveProcess()
        self._mean, self._std = 0.0, 1.0

    def fit(self, X: np.ndarray, y: np.ndarray, *, limit: float = math.inf) -> None:
        """Learn from rows ``(n, n_features)`` and their values ``(n,)``."""
        self._mean, self._std = float(np.mean(y)), float(np.std(y)) or 1.0
        self._process.fit(X, (y - self._mean) / self._std, limit=limit)

    def predict(self, X: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Mean and standard deviation of the noise-free value, each ``(n,)``."""
        mean, variance = self._process.predict(X)
        std = np.maximum(np.sqrt(variance), LEAST_STD)
        return self._mean + self._std * mean, self._std * std

    def draws(self, X: np.ndarray, normals: np.ndarray) -> np.ndarray:
        """Possible values of all rows together, by the process's covariance."""
        mean, covariance = self._process.joint(X)
        spread, axes = np.linalg.eigh(covariance)
        root = axes * np.sqrt(np.maximum(spread, 0.0))
        drawn: np.ndarray = self._mean + self._std * (mean + normals @ root.T)
        return drawn

    @property
    def noise_std(self) -> float:
        """Standard deviation of the noise as estimated, in units of the values."""
        return self._std * self._process.noise_std


class Forest(Predictor):
    """Extremely randomised trees (Geurts et al. 2006); their spread is the uncertainty."""

    def fit(self, X: np.ndarray, y: np.ndarray, *, limit: float = math.inf) -> None:
        """Learn from rows and values; no leaf bends for another's, and there is no limit."""
        self._forest = ExtraTreesRegressor(N_TREES, random_state=self.seed).fit(X, y)
        self._floor = max(LEAST_STD, 0.01 * float(np.std(y)))

    def predict(self, X: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Mean and standard deviation over the trees, each ``(n,)``."""
        by_tree = self._by_tree(X)
        return by_tree.mean(0), np.maximum(by_tree.std(0), self._floor)

    def draws(self, X: np.ndarray, normals: np.ndarray) -> np.ndarray:
        """Possible values of all rows together, by the covariance of the trees."""
        by_tree = self._by_tree(X)
        root = np.linalg.qr(by_tree - by_tree.mean(0), mode="r") / np.sqrt(len(by_tree))
        return np.asarray(by_tree.mean(0) + normals[:, : len(root)] @ root)

    def _by_tree(self, X: np.ndarray) -> np.ndarray:
        rows = X.astype(np.float32)
        trees = (tree.tree_ for tree in self._forest.estimators_)  # each check of rows is dear
        return np.stack([tree.predict(rows)[:, 0] for tree in trees])


PREDICTORS: dict[str, Callable[..., Predictor]] = {"gp": GaussianProcess, "forest": Forest}


def cross_validated(X: np.ndarray, y: np.ndarray, *, seed: int) -> tuple[str, dict[str, float]]:
    """The predictor that tells held-out values best.

    Args:
        X: Features, ``(n, n_features)``.
        y: Values to be predicted, ``(n,)``.
        seed: Fixes the folds and whatever is random in the models.

    Returns:
        Its name in ``PREDICTORS``, and for every name the root mean square error over all
        folds, as a share of the standard deviation of ``y``. With fewer than ten values the
        first name, and no errors.
    """
    if len(y) < 2 * N_FOLDS:
        return next(iter(PREDICTORS)), {}
    errors = {}
    for name in PREDICTORS:
        residuals = held_out(name, X, y, seed=seed)[0] - y
        spread = float(np.std(y)) or 1.0
        errors[name] = float(np.sqrt(np.mean(residuals**2))) / spread
    return min(errors, key=errors.__getitem__), errors


def held_out(
    kind: str, X: np.ndarray, y: np.ndarray, *, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """What a predictor says of values that it has not seen, each by a model of other folds.

    Args:
        kind: Name of the predictor in ``PREDICTORS``.
        X: Features, ``(n, n_features)``; n is at least the number of folds.
        y: Values to be predicted, ``(n,)``.
        seed: Fixes the folds and whatever is random in the model.

    Returns:
        Mean and standard deviation of each measured value, noise included, ``(n,)``.
    """
    mean, std = np.empty(len(y)), np.empty(len(y))
    for learnt, unseen in KFold(N_FOLDS, shuffle=True, random_state=seed).split(X):
        model = PREDICTORS[kind](seed=seed)
        model.fit(X[learnt], y[learnt])
        mean[unseen], spread = model.predict(X[unseen])
        std[unseen] = np.hypot(spread, model.noise_std)
    return mean, std
