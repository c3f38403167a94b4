"""Fitting a time model to networks that were timed on the device at hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import nnls

from evonas.hardware.roofline import Operation, TimeModel, terms
from evonas.pareto.correlation import spearman
from evonas.space import Genome

HELD_OUT = 3  # every third network
LEAST_NETWORKS = 12
NEGLIGIBLE = 1e-9  # part of the longest time that a term must be able to explain


@dataclass(frozen=True)
class Timing:
    """How long one network took on the device at hand.

    Attributes:
        genome: The genome of the network that was timed.
        operations: The network's kernels in a forward pass of one input, in the order of
            execution.
        training_seconds: Time of one training step with a batch.
        batch_seconds: Time of one forward pass of a batch.
        single_seconds: Time of one forward pass of one input.
    """

    genome: Genome
    operations: tuple[Operation, ...]
    training_seconds: float
    batch_seconds: float
    single_seconds: float


@dataclass(frozen=True)
class Judged:
    """A fitted model with what it was judged on.

    Attributes:
        model: The fitted time model, with its quality on the held-out networks.
        measured: Measured seconds of the held-out networks, ``(n_held_out,)``.
        predicted: Seconds that the model predicts for the held-out networks, ``(n_held_out,)``,
            in the order of ``measured``.
    """

    model: TimeModel
    measured: np.ndarray
    predicted: np.ndarray


def fit_training(timings: Sequence[Timing], *, batch: int) -> Judged:
    """The model of a training step, judged on every third network."""
    samples = [(t.operations, batch, t.training_seconds) for t in timings]
    return judge(samples, samples, batch=batch)


def fit_inference(timings: Sequence[Timing], *, batch: int) -> Judged:
    """The model of a forward pass of one input or many, judged on single ones."""
    single = [(t.operations, 1, t.single_seconds) for t in timings]
    whole = [(t.operations, batch, t.batch_seconds) for t in timings]
    return judge([s for pair in zip(single, whole, strict=True) for s in pair], single, batch=1)


Sample = tuple[Sequence[Operation], int, float]  # operations, batch, seconds


def judge(samples: Sequence[Sample], judged: Sequence[Sample], *, batch: int) -> Judged:
    """Fit to two thirds of some networks and judge on the rest.

    Args:
        samples: What the model is fitted to, two thirds of it: operations, batch and seconds.
            Each network occurs as often as in ``judged`` or a whole multiple, in the same
            order.
        judged: What the model is judged by, one sample for each network.
        batch: Inputs at a time in the judged samples.

    Raises:
        ValueError: There are too few networks to fit and to judge.
    """
    if len(judged) < LEAST_NETWORKS:
        raise ValueError(
            f"{len(judged)} networks are too few to fit and to judge; take {LEAST_NETWORKS} "
            "or more"
        )
    n_each = len(samples) // len(judged)
    kept = [s for i, s in enumerate(samples) if (i // n_each) % HELD_OUT != HELD_OUT - 1]
    rest = judged[HELD_OUT - 1 :: HELD_OUT]
    coefficients = tuple(fit(kept).items())
    blank = TimeModel(coefficients, batch, len(kept) // n_each, len(rest), 0.0, 0.0, 0.0)
    measured = np.array([seconds for _, _, seconds in rest])
    predicted = np.array([blank.seconds(operations, batch=n) for operations, n, _ in rest])
    residual = ((predicted - measured) ** 2).sum() / ((measured - measured.mean()) ** 2).sum()
    model = TimeModel(
        coefficients,
        batch=batch,
        n_fitted=blank.n_fitted,
        n_held_out=blank.n_held_out,
        r2=float(1 - residual),
        spearman=spearman(measured, predicted),
        relative_error=float(np.quantile(abs(predicted / measured - 1), 0.9)),
    )
    return Judged(model, measured, predicted)


def fit(samples: Sequence[Sample]) -> dict[str, float]:
    """Seconds per unit of each term, never negative, least in squares of relative errors.

    Terms that explain nothing are left out. Relative errors, for small networks count as much
    as large ones; no negative seconds, so that no network is faster for having more to do.
    """
    rows = [terms(operations, batch=batch) for operations, batch, _ in samples]
    names = sorted(set().union(*rows))
    seconds = np.array([seconds for _, _, seconds in samples])  # (n,)
    X = np.array([[row.get(name, 0.0) for name in names] for row in rows])  # (n, n_terms)
    scale = np.where(X.max(0) > 0, X.max(0), 1.0)
    found, _ = nnls(X / scale / seconds[:, None], np.ones(len(samples)), maxiter=100 * X.size)
    matters = found > NEGLIGIBLE * seconds.max()
    return {
        name: float(value)
        for name, value, is_kept in zip(names, found / scale, matters, strict=True)
        if is_kept
    }
