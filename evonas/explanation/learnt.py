"""Which genes drive a metric that takes a training, by a model of what was measured."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from threadpoolctl import threadpool_limits

from evonas.explanation.anova import Indices, Table, indices_of
from evonas.explanation.counting import Tell
from evonas.explanation.drivers import Drivers, drivers_of
from evonas.explanation.pick_freeze import Estimator, designed
from evonas.objectives import Metric
from evonas.reliability import Predictions
from evonas.space import Genome, SearchSpace
from evonas.surrogates.encoding import Encoder
from evonas.surrogates.predictors import PREDICTORS, cross_validated, held_out

LEAST_RECORDS = 20  # to learn from, four for each of five folds
MOST_RECORDS = 500  # more take a Gaussian process minutes
MOST_TABULATED = 8_000  # genomes
N_REFITS = 16  # models, each of a bootstrap sample of the records

Fold = Callable[[np.ndarray], Sequence[Genome]]
"""The canonical forms of genomes ``(n, n_genes)``."""


def learnt_drivers(
    metric: Metric,
    records: Sequence[tuple[Genome, float]],
    *,
    space: SearchSpace,
    fold: Fold,
    n: int,
    seed: int,
    tell: Tell | None = None,
) -> Drivers:
    """Which genes drive a metric, as a model of the records has it.

    The model sees genes alone, in their canonical form, so that a gene that makes no
    difference has no effect. Of the predictors that searches use, it is the one that tells
    held-out records best. Intervals are those of refits to bootstrap samples of the records,
    each looked at on a bootstrap sample of the genomes; they do not tell how wrong the model
    is, which ``reliability`` tells, and that among the records alone.

    Args:
        metric: The metric.
        records: Canonical genomes, and what was measured of each.
        space: The genes, drawn uniformly.
        fold: Gives the canonical forms.
        n: How many genomes each block of a sample has, where the space is not tabulated.
        seed: Fixes whatever is drawn.
        tell: Told how far the refitting has got.

    Raises:
        ValueError: There are too few records to learn from.
    """
    if len(records) < LEAST_RECORDS:
        raise ValueError(
            f"{metric.name} was measured of {len(records)} architectures, too few to learn "
            f"from; it takes {LEAST_RECORDS}"
        )
    rng = np.random.default_rng(seed)
    chosen = np.sort(rng.permutation(len(records))[:MOST_RECORDS])
    encode = Encoder(space)
    X = encode([records[i][0] for i in chosen])
    y = np.array([records[i][1] for i in chosen])
    with threadpool_limits(1):  # sums depend on the number of threads
        kind, _ = cross_validated(X, y, seed=seed)
        mean, std = held_out(kind, X, y, seed=seed)
        seen = Predictions(*(tuple(column.tolist()) for column in (mean, std, y)))
        found, replicas, n_genomes = _predicted(
            _fits(kind, X, y, seed=seed, rng=rng, tell=tell),
            space,
            lambda genomes: encode(fold(genomes)),
            n=n,
            rng=rng,
        )
    of_all = "" if len(y) == len(records) else f" of {len(records):,}"
    return drivers_of(
        metric,
        found,
        replicas,
        space=space,
        how="predicted",
        basis=f"{kind} model of {len(y):,}{of_all} records, asked for {n_genomes:,} genomes",
        reliability=seen.judge(metric.name, model=kind),
    )


Predict = Callable[[np.ndarray], np.ndarray]
"""What a model says of rows of features ``(n, n_features)``, ``(n,)``."""


def _fits(
    kind: str,
    X: np.ndarray,
    y: np.ndarray,
    *,
    seed: int,
    rng: np.random.Generator,
    tell: Tell | None,
) -> Iterator[Predict]:
    """The model of all records, and then those of bootstrap samples of them.

    A Gaussian process keeps the shares of its kernel, which are estimated from all records.
    """
    model = PREDICTORS[kind](seed=seed)
    for i in range(N_REFITS + 1):
        rows = rng.integers(0, len(y), len(y)) if i else np.arange(len(y))
        model.fit(X[rows], y[rows])
        yield lambda features: model.predict(features)[0]
        if tell:
            tell("predicting", i + 1, N_REFITS + 1)


def _predicted(
    models: Iterator[Predict],
    space: SearchSpace,
    features: Callable[[np.ndarray], np.ndarray],
    *,
    n: int,
    rng: np.random.Generator,
) -> tuple[Indices, list[Indices], int]:
    """Indices by the first model, those of the others, and how many genomes they see."""
    sizes = space.sizes
    if math.prod(sizes) <= MOST_TABULATED:
        rows = np.indices(sizes).reshape(len(sizes), -1).T
        unique, place = np.unique(features(rows), axis=0, return_inverse=True)
        genes = tuple(range(len(sizes)))
        tables = (predict(unique)[place.ravel()].reshape(sizes) for predict in models)
        first, *others = [indices_of([Table(genes, values)], sizes=sizes) for values in tables]
        return first, others, len(rows)
    design = designed(sizes, n, rng=rng)
    unique, place = np.unique(features(design.rows), axis=0, return_inverse=True)
    found: list[Indices] = []
    for predict in models:
        estimator = Estimator(design, predict(unique)[place.ravel()])
        found.append(estimator.indices(estimator.drawn(rng) if found else None))
    return found[0], found[1:], len(design.rows)
