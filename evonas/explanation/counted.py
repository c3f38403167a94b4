"""Which genes drive a metric that is counted."""

from __future__ import annotations

import math
from functools import partial

import numpy as np

from evonas.explanation.anova import indices_of
from evonas.explanation.counting import Counter
from evonas.explanation.drivers import Drivers, drivers_of
from evonas.explanation.pick_freeze import Estimator, designed
from evonas.explanation.tables import N_CHECKED, tabulate
from evonas.objectives import Metric
from evonas.space import SearchSpace

MOST_TABULATED = 20_000  # genomes
N_BOOTSTRAP = 100
LEAST_KNOWN = 0.5  # of the genomes of a sample


def counted_drivers(
    metric: Metric,
    counter: Counter,
    *,
    space: SearchSpace,
    n: int,
    seed: int,
) -> Drivers:
    """Which genes drive a counted metric: exactly where that can be, else by a sample.

    Args:
        metric: The metric, one of those that the counter counts.
        counter: Counts it.
        space: The genes, drawn uniformly; what they fold into counts as often as it is folded
            into.
        n: How many genomes each block of a sample has.
        seed: Fixes whatever is drawn.

    Raises:
        ValueError: Most genomes cannot be counted.
    """
    function = partial(counter.values, metric.name)
    tables = tabulate(function, space.sizes, limit=MOST_TABULATED, seed=seed)
    if tables is not None:
        n_genomes = sum(table.values.size for table in tables)
        basis = (
            f"all {n_genomes:,} genomes counted"
            if len(tables) == 1
            else (
                f"a sum of {len(tables)} parts, {n_genomes:,} genomes counted, which "
                f"{N_CHECKED:,} drawn ones confirm"
            )
        )
        found = indices_of(tables, sizes=space.sizes)
        return drivers_of(metric, found, (), space=space, how="exact", basis=basis)
    rng = np.random.default_rng(seed)
    design = designed(space.sizes, n, rng=rng)
    values = function(design.rows)
    known = np.isfinite(values)
    if known.mean() < LEAST_KNOWN or not known[: 2 * n].any():
        raise ValueError(
            f"{metric.name} cannot be counted for {100 * (1 - known.mean()):.0f} % of genomes"
        )
    estimator = Estimator(design, values)
    basis = f"{len(values):,} drawn of {_amount(math.prod(space.sizes))} genomes counted"
    if not known.all():
        basis += f", but for {(~known).sum():,} that cannot be and are left out"
    return drivers_of(
        metric,
        estimator.indices(),
        estimator.resampled(N_BOOTSTRAP, rng=rng),
        space=space,
        how="estimated",
        basis=basis,
    )


def _amount(n: int) -> str:
    return f"{n:,}" if n < 10**9 else f"{n:.1e}" if n < 10**300 else "over 1e300"
