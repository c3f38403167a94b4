"""Regression models that say how sure they are."""

from __future__ import annotations

import warnings
from abc import ABC, abstractmethod
from collections.abc import Callable

import numpy as np
from sklearn.ensemble import ExtraTreesRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import (
    ConstantKernel,
    DotProduct,
    Kernel,
    Matern,
    WhiteKernel,
)
from sklearn.model_selection import KFold

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
    def fit(self, X: np.ndarray, y: np.ndarray) -> None:
        """Learn from rows ``(n, n_features)`` and their values ``(n,)``; n is at least 2."""

    @abstractmethod
    def predict(self, X: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Mean and standard deviation of the noise-free value, each ``(n,)``."""

    @property
    def noise_std(self) -> float:
        """Standard deviation of the noise upon a measured value, as far as it is known."""
        return 0.0


class GaussianProcess(Predictor):
    """A Gaussian process over main effects, interactions of pairs, and the rest.

    Its kernel is a sum: linear, its square, and a Matern 5/2 with one length scale (Rasmussen
    and Williams 2006, sections 4.2.1 and 4.2.2), and noise; the share of each by maximum
    likelihood. A length scale for every gene told no more on the spaces that we tried, and
    was far too sure of itself where there was little to learn from.
    """

    def __init__(self, *, seed: int) -> None:
        super().__init__(seed=seed)
        self._process: GaussianProcessRegressor | None = None
        self._mean, self._std = 0.0, 1.0
        self._n_tuned = 0

    def fit(self, X: np.ndarray, y: np.ndarray) -> None:
        """Learn; the shares are estimated anew whenever there is a fifth more to learn from."""
        is_due = self._process is None or len(y) >= 1.2 * self._n_tuned
        self._mean, self._std = float(np.mean(y)), float(np.std(y)) or 1.0
        self._process = GaussianProcessRegressor(
            _kernel(X) if self._process is None else self._process.kernel_,
            optimizer="fmin_l_bfgs_b" if is_due else None,
            random_state=self.seed,
        )
        with warnings.catch_warnings():  # a scale at its bound is no reason to stop
            warnings.simplefilter("ignore", ConvergenceWarning)
            self._process.fit(X, (y - self._mean) / self._std)
        if is_due:
            self._n_tuned = len(y)

    def predict(self, X: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Mean and standard deviation of the noise-free value, each ``(n,)``."""
        assert self._process is not None
        mean, std = self._process.predict(X, return_std=True)
        variance = (std * self._std) ** 2 - self.noise_std**2
        return self._mean + self._std * mean, np.sqrt(np.maximum(variance, LEAST_STD**2))

    @property
    def noise_std(self) -> float:
        """Standard deviation of the noise as estimated, in units of the values."""
        assert self._process is not None
        return self._std * float(np.sqrt(self._process.kernel_.k2.noise_level))


class Forest(Predictor):
    """Extremely randomised trees (Geurts et al. 2006); their spread is the uncertainty."""

    def fit(self, X: np.ndarray, y: np.ndarray) -> None:
        """Learn from rows ``(n, n_features)`` and their values ``(n,)``."""
        self._forest = ExtraTreesRegressor(N_TREES, random_state=self.seed).fit(X, y)
        self._floor = max(LEAST_STD, 0.01 * float(np.std(y)))

    def predict(self, X: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Mean and standard deviation over the trees, each ``(n,)``."""
        rows = X.astype(np.float32)
        trees = (tree.tree_ for tree in self._forest.estimators_)  # each check of rows is dear
        by_tree = np.stack([tree.predict(rows)[:, 0] for tree in trees])
        return by_tree.mean(0), np.maximum(by_tree.std(0), self._floor)


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


def _kernel(X: np.ndarray) -> Kernel:
    scale = float(X.var(0).sum()) or 1.0  # a row's mean squared length
    length = np.sqrt(scale)
    smooth = _share(1.0) * Matern(length, (0.1 * length, 100 * length), nu=2.5)
    linear = _share(1 / scale) * DotProduct(0.0, "fixed")
    pairs = _share(0.3 / scale**2) * DotProduct(1.0, "fixed") ** 2
    return linear + pairs + smooth + WhiteKernel(1e-2, (1e-6, 1.0))


def _share(start: float) -> ConstantKernel:
    return ConstantKernel(start, (1e-4 * start, 1e2 * start))
