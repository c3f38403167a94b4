"""Expected best performance of a budget of independent trials (Dodge et al. 2019)."""

from __future__ import annotations

from collections.abc import Sequence
from math import comb

import numpy as np


def expected_best(values: Sequence[float], *, is_unbiased: bool = True) -> np.ndarray:
    """What the best of n trials would score on average, for every n up to all that were made.

    Dodge et al. 2019, "Show Your Work", as Schwartz et al. (Green AI) recommend it. The trials
    must be independent draws from one distribution: those of a random search, or whole
    searches with different seeds, and never those within an evolutionary search.

    Args:
        values: The score of every trial, in any order; larger is better.
        is_unbiased: Whether trials are drawn without putting them back; else with it, as in the
            paper's own estimator, which is too low.

    Returns:
        ``(n_trials,)``, for budgets 1, 2, ...; empty without values.
    """
    ordered = np.sort(np.asarray(values, dtype=float))
    n_trials = len(ordered)
    i = np.arange(1, n_trials + 1)
    expected = []
    for n in range(1, n_trials + 1):
        if is_unbiased:
            ways = comb(n_trials, n)
            weights = np.array([comb(j - 1, n - 1) / ways for j in i])
        else:
            weights = (i / n_trials) ** n - ((i - 1) / n_trials) ** n
        expected.append(float(weights @ ordered))
    return np.array(expected)
