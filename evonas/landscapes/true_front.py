"""True fronts of made-up spaces, by dynamic programming over their parts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evonas.landscapes.parts import LOSS, MACS, PARAMS, STATE, Design, Part


@dataclass(frozen=True)
class Partial:
    """The first parts of networks, those that nothing in the same state is better than.

    Attributes:
        totals: Loss, MACs, parameters and state so far, ``(n, 4)``.
        genomes: The genes so far, ``(n, n_genes)``.
    """

    totals: np.ndarray
    genomes: np.ndarray

    def take(self, kept: np.ndarray) -> Partial:
        """Those of some rows."""
        return Partial(self.totals[kept], self.genomes[kept])


def best_by_state(design: Design, *, with_params: bool) -> Partial:
    """Whole networks that none of the same last state is better than.

    What the parts to come add depends on the state alone and is added to all alike, so of the
    partial networks in one state only the non-dominated can become members of the true front.

    Args:
        design: The space.
        with_params: Whether parameters are to be few too; else loss and MACs alone count.
    """
    start = np.array([[0, *design.base, 0]], dtype=np.int64)
    partial = Partial(start, np.zeros((1, 0), dtype=np.int64))
    for part in design.parts:
        partial = _with(part, partial, with_params=with_params)
    return partial


def _with(part: Part, partial: Partial, *, with_params: bool) -> Partial:
    """All partial networks with one more part, of which the non-dominated by state are kept."""
    sizes = [len(gene.choices) for gene in part.genes]
    found = []
    for state in np.unique(part.table[..., STATE]):
        rows, settings = _ways_to(state, part, partial, with_params=with_params)
        added = part.table[partial.totals[rows, STATE], settings]
        totals = partial.totals[rows] + added
        totals[:, STATE] = state
        kept = non_dominated(totals[:, :STATE], with_params=with_params)
        genes = np.stack(np.unravel_index(settings[kept], sizes), axis=1)
        found.append(Partial(totals[kept], np.hstack([partial.genomes[rows[kept]], genes])))
    return Partial(
        np.vstack([each.totals for each in found]), np.vstack([each.genomes for each in found])
    )


def _ways_to(
    state: int, part: Part, partial: Partial, *, with_params: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of a partial network and a setting of the part that lead to a state."""
    rows, settings = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    for before in np.unique(partial.totals[:, STATE]):
        leading = np.flatnonzero(part.table[before, :, STATE] == state)
        values = part.table[before, leading, :STATE]
        leading = leading[non_dominated(values, with_params=with_params)]
        those = np.flatnonzero(partial.totals[:, STATE] == before)
        rows.append(np.repeat(those, len(leading)))
        settings.append(np.tile(leading, len(those)))
    return np.concatenate(rows), np.concatenate(settings)


def non_dominated(values: np.ndarray, *, with_params: bool) -> np.ndarray:
    """Which rows no other is better than; of equal ones the first.

    Costs are small whole numbers, so all fit in a grid, in which the least loss at so much
    cost or less is a running minimum.

    Args:
        values: Loss, MACs and parameters, ``(n, 3)``; the loss may be any number.
        with_params: Whether parameters count.

    Returns:
        Places of the rows, by rising MACs.
    """
    if not len(values):
        return np.arange(0)
    costs = values[:, [MACS, PARAMS]].astype(np.int64)
    costs -= costs.min(0)
    if not with_params:
        costs[:, 1] = 0
    order = np.lexsort((values[:, LOSS], costs[:, 1], costs[:, 0]))
    ranked = costs[order]
    is_first = np.r_[True, (ranked[1:] != ranked[:-1]).any(1)]
    order, ranked = order[is_first], ranked[is_first]
    least = np.full(costs.max(0) + 2, np.inf)  # with an edge of nothing before the first
    least[ranked[:, 0] + 1, ranked[:, 1] + 1] = values[order, LOSS]
    np.minimum.accumulate(least, axis=0, out=least)
    np.minimum.accumulate(least, axis=1, out=least)
    macs, params = ranked.T + 1
    cheaper = np.minimum(least[macs - 1, params], least[macs, params - 1])
    kept: np.ndarray = order[values[order, LOSS] < cheaper]
    return kept
