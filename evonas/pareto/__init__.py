"""Arrays in, arrays out: which points are best, and how good a set of them is.

Modules:
    attainment: What several runs attain: surfaces of two objectives that k of them reach.
    bands: Which points are on a front whose numbers are known within bands alone.
    choice: Which members of a front to take.
    correlation: How alike two columns of numbers order the same things.
    dominance: Which points of a set no other point dominates.
    expected_best: Expected best performance of a budget of independent trials (Dodge et al.
        2019).
    hypervolume: The hypervolume that points dominate.
    sorting: An order of architectures by several objectives at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from evonas.lazy import attach

if TYPE_CHECKING:
    from evonas.pareto.attainment import attainment_surface as attainment_surface
    from evonas.pareto.attainment import n_attaining as n_attaining
    from evonas.pareto.bands import necessarily_on_front as necessarily_on_front
    from evonas.pareto.bands import possibly_on_front as possibly_on_front
    from evonas.pareto.bands import robust_front as robust_front
    from evonas.pareto.bands import standings as standings
    from evonas.pareto.choice import Choice as Choice
    from evonas.pareto.choice import best as best
    from evonas.pareto.choice import knees as knees
    from evonas.pareto.choice import nearest_to as nearest_to
    from evonas.pareto.choice import places as places
    from evonas.pareto.choice import shares as shares
    from evonas.pareto.choice import weighted as weighted
    from evonas.pareto.correlation import Agreement as Agreement
    from evonas.pareto.correlation import kendall as kendall
    from evonas.pareto.correlation import spearman as spearman
    from evonas.pareto.dominance import front as front
    from evonas.pareto.sorting import best_first as best_first

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "attainment": ["attainment_surface", "n_attaining"],
        "bands": [
            "necessarily_on_front",
            "possibly_on_front",
            "robust_front",
            "standings",
        ],
        "choice": ["Choice", "knees", "weighted", "nearest_to", "best", "shares", "places"],
        "correlation": ["spearman", "kendall", "Agreement"],
        "dominance": ["front"],
        "sorting": ["best_first"],
    },
)
