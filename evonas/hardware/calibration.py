"""Fitting a time model to networks that were timed on a device."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evonas.hardware.robust_fit import robust_nonnegative
from evonas.hardware.roofline import Operation, TimeModel, terms
from evonas.pareto.correlation import spearman
from evonas.space import Genome

HELD_OUT = 3  # every third network
LEAST_NETWORKS = 12
NEGLIGIBLE = 1e-9  # part of the longest time that a term must be able to explain
# How many times longer or shorter than modelled a pass is no measurement, but a mistake: a busy
# machine doubles a time, a wrong unit makes it a thousand times as large.
ABSURD = 10.0
MOST_ABSURD = 0.1  # of the networks held out: where more are that far away, the model is wrong
FEW_ABSURD = 2  # that may be so of a few networks, too


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
        measured: Measured seconds of the held-out networks, ``(n_judged,)``, without those that
            are absurd.
        predicted: Seconds that the model predicts for the same networks, ``(n_judged,)``, in
            the order of ``measured``.
    """

    model: TimeModel
    measured: np.ndarray
    predicted: np.ndarray


Sample = tuple[Sequence[Operation], int, float]  # operations, batch, seconds


def fit_training(timings: Sequence[Timing], *, batch: int) -> Judged:
    """The model of a training step, judged on every third network."""
    samples = [(t.operations, batch, t.training_seconds) for t in timings]
    return judge(samples, samples, batch=batch)


def fit_inference(timings: Sequence[Timing], *, batch: int) -> Judged:
    """The model of a forward pass of one input or many, judged on single ones."""
    single = [(t.operations, 1, t.single_seconds) for t in timings]
    whole = [(t.operations, batch, t.batch_seconds) for t in timings]
    return judge([s for pair in zip(single, whole, strict=True) for s in pair], single, batch=1)


def fit_measured(networks: Sequence[Sequence[Sample]]) -> Judged:
    """The model of what somebody measured, judged on every third network.

    Args:
        networks: For each network what was measured of it, once or more, with any batches.

    Raises:
        ValueError: There are too few networks to fit and to judge.
    """
    _check_enough(len(networks))
    kept = [s for i, each in enumerate(networks) if not _is_held_out(i) for s in each]
    rest = [s for i, each in enumerate(networks) if _is_held_out(i) for s in each]
    batch = Counter(n for _, n, _ in rest).most_common(1)[0][0]
    n_held_out = len(networks) // HELD_OUT
    return _judged(kept, rest, batch=batch, n=(len(networks) - n_held_out, n_held_out))


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
    _check_enough(len(judged))
    n_each = len(samples) // len(judged)
    kept = [s for i, s in enumerate(samples) if not _is_held_out(i // n_each)]
    rest = judged[HELD_OUT - 1 :: HELD_OUT]
    return _judged(kept, rest, batch=batch, n=(len(kept) // n_each, len(rest)))


def check_fitted(judged: Judged, *, what: str) -> None:
    """Refuse a model that tells held-out networks worse than their mean does.

    Args:
        judged: The model, with what it was judged on.
        what: What the model tells the time of, such as ``a training step``.

    Raises:
        ValueError: R2 is below 0.
    """
    if judged.model.r2 < 0:
        raise ValueError(
            f"the time of {what} cannot be told by a model: R2 {judged.model.r2:.3g} on "
            f"{judged.model.n_held_out} networks held out, below 0, so that their mean tells "
            "more; nothing was written. Measure again while the device is idle, or more "
            "networks, of sizes that differ more"
        )


def fit(samples: Sequence[Sample]) -> dict[str, float]:
    """Seconds per unit of each term, never negative, by relative errors, robustly.

    Terms that explain nothing are left out. Relative errors, for small networks count as much
    as large ones; no negative seconds, so that no network is faster for having more to do.
    """
    rows = [terms(operations, batch=batch) for operations, batch, _ in samples]
    names = sorted(set().union(*rows))
    seconds = np.array([seconds for _, _, seconds in samples])  # (n,)
    X = np.array([[row.get(name, 0.0) for name in names] for row in rows])  # (n, n_terms)
    found = robust_nonnegative(X, seconds)
    matters = found * X.max(0) > NEGLIGIBLE * np.median(seconds)
    return {
        name: float(value)
        for name, value, is_kept in zip(names, found, matters, strict=True)
        if is_kept
    }


def _judged(
    kept: Sequence[Sample], rest: Sequence[Sample], *, batch: int, n: tuple[int, int]
) -> Judged:
    coefficients = tuple(fit(kept).items())
    n_fitted, n_held_out = n
    blank = TimeModel(coefficients, batch, n_fitted, n_held_out, 0.0, 0.0, 0.0)
    measured, predicted = _times(blank, rest)
    is_far = _is_absurd(measured, predicted)
    if is_far.sum() > max(FEW_ABSURD, MOST_ABSURD * len(rest)) or is_far.all():
        is_far[:] = False
    n_absurd = int(is_far.sum() + _is_absurd(*_times(blank, kept)).sum())
    measured, predicted = measured[~is_far], predicted[~is_far]
    variance = ((measured - measured.mean()) ** 2).sum()
    if variance == 0:
        raise ValueError(
            f"all networks held out took {measured[0]:g} s, so there is nothing to fit; "
            "expected networks of different sizes"
        )
    model = TimeModel(
        coefficients,
        batch=batch,
        n_fitted=n_fitted,
        n_held_out=n_held_out,
        r2=float(1 - ((predicted - measured) ** 2).sum() / variance),
        spearman=spearman(measured, predicted),
        relative_error=float(np.quantile(abs(predicted / measured - 1), 0.9)),
        n_absurd=n_absurd,
    )
    return Judged(model, measured, predicted)


def _times(model: TimeModel, samples: Sequence[Sample]) -> tuple[np.ndarray, np.ndarray]:
    measured = np.array([seconds for _, _, seconds in samples])
    predicted = np.array([model.seconds(operations, batch=n) for operations, n, _ in samples])
    return measured, predicted


def _is_absurd(measured: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    return (measured > ABSURD * predicted) | (predicted > ABSURD * measured)


def _is_held_out(place: int) -> bool:
    return place % HELD_OUT == HELD_OUT - 1


def _check_enough(n: int) -> None:
    if n < LEAST_NETWORKS:
        raise ValueError(
            f"{n} networks are too few to fit and to judge; take {LEAST_NETWORKS} or more"
        )
