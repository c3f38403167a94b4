"""Which points are on a front whose numbers are known within bands alone."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np

from evonas.pareto.dominance import front

Standing = Literal["necessary", "robust", "central", "possible", "off"]
STANDINGS: tuple[Standing, ...] = get_args(Standing)  # each but the last two implies the next
ON_FRONT: frozenset[Standing] = frozenset(STANDINGS[:3])


def necessarily_on_front(low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Which rows are on the front whatever point each row takes, in its own band.

    They are necessarily efficient in the sense of Bitran (1980; see the overview of Oliveira &
    Antunes 2007): even at the worst of its own band no other row dominates the row, not even at
    the best of that one's. Where bands are wide, hardly any row is.

    Args:
        low: The best that each row may have, ``(n, n_objectives)``, to be minimised, finite.
        high: The worst that each row may have, in the same shape, nowhere below ``low``.

    Returns:
        ``(n,)`` booleans; empty for n = 0.
    """
    return ~_beaten(low, high)


def possibly_on_front(low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Which rows no other row dominates for sure: whatever point both take in their bands.

    A row dominates another one for sure where its worst is nowhere worse than the other's best,
    and is better in one objective; that is dominance with probability 1 in Teich (2001). The
    rows that are left are possibly efficient in the sense of Bitran (1980), or at least no
    single row rules them out.

    Args:
        low: The best that each row may have, ``(n, n_objectives)``, to be minimised, finite.
        high: The worst that each row may have, in the same shape, nowhere below ``low``.

    Returns:
        ``(n,)`` booleans; empty for n = 0.
    """
    return ~_beaten(high, low)


def robust_front(*scenarios: np.ndarray) -> np.ndarray:
    """Which rows are on the front in every scenario, each of which moves all rows together.

    It is what to ask where uncertainty is of something that all rows share, such as how much of
    its peak rate a device reaches: then no row is at its best while another is at its worst.

    Args:
        *scenarios: Objective values of the same rows, ``(n, n_objectives)`` each, to be
            minimised, finite; one at least.

    Returns:
        ``(n,)`` booleans; empty for n = 0.
    """
    found: np.ndarray = np.all([front(F) for F in scenarios], axis=0)
    return found


def standings(low: np.ndarray, central: np.ndarray, high: np.ndarray) -> list[Standing]:
    """How surely each row is on the front, by the strongest word that is true of it.

    ``necessary``: whatever point each row takes in its own band. ``robust``: with all rows at
    the low end, in the middle, and at the high end. ``central``: in the middle, but not at both
    ends. ``possible``: not in the middle, but no other row dominates it for sure. ``off``: one
    does. Each of the first three is on the front, and implies all that stand behind it but
    ``off``.

    Args:
        low: Objective values at the low end, ``(n, n_objectives)``, to be minimised, finite.
        central: Objective values in the middle, in the same shape.
        high: Objective values at the high end, in the same shape. Ends may be given in either
            order, as those of a throughput are.

    Returns:
        A word for each row.
    """
    ends = np.array([low, central, high])
    best, worst = ends.min(axis=0), ends.max(axis=0)
    claims = (
        necessarily_on_front(best, worst),
        robust_front(low, central, high),
        front(central),
        possibly_on_front(best, worst),
    )
    return [
        next((word for word, claim in zip(STANDINGS, claims, strict=False) if claim[i]), "off")
        for i in range(len(central))
    ]


def _beaten(theirs: np.ndarray, ours: np.ndarray) -> np.ndarray:
    """Which rows another row dominates, each at its own of two points, ``(n,)``."""
    beaten = np.zeros(len(ours), dtype=bool)
    for i, own in enumerate(ours):
        dominating = (theirs <= own).all(1) & (theirs < own).any(1)
        dominating[i] = False
        beaten[i] = dominating.any()
    return beaten
