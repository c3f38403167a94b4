"""How a contest went, in tables."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from evonas.bench.contest import Outcome
from evonas.bench.paired import Comparison
from evonas.bench.ranking import Ranking, blocks_of, chance_ahead, ranked
from evonas.bench.standings import AREA, Standings, compared, quantiles
from evonas.reports.text import aligned

Blocks = Mapping[str, Mapping[str, Sequence[float]]]
NONE = "-"
DRAWN = ("20", "40", "100", AREA)  # of which there is a diagram unless others are asked for
LEAST_PROBLEMS = 5  # of which a probability is told: it is all but 1 as soon as few agree


@dataclass(frozen=True)
class Table:
    """A table with what it shows in a sentence.

    Attributes:
        title: What it shows.
        header: The names of the columns.
        rows: The cells of each row.
    """

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def lines(self) -> list[str]:
        """The table for a terminal."""
        return ["", f"{self.title}:", *aligned(self.header, self.rows)]

    def markdown(self) -> list[str]:
        """The table for a page."""
        rows = [self.header, ("---",) * len(self.header), *self.rows]
        lines = ["| " + " | ".join(row) + " |" for row in rows]
        return ["", f"{self.title}:", "", *lines]


def contest_tables(standings: Mapping[str, Standings]) -> list[Table]:
    """All tables of a contest: problem by problem, and over all where there are several.

    Args:
        standings: The standings by the label of the problem, all of the same methods and of one
            measure.
    """
    methods = next(iter(standings.values())).methods
    comparisons = compared(standings) if len(methods) > 1 else {}
    found: list[Table] = []
    for label, each in standings.items():
        found += [_reached(label, each), _by_cost(label, each)]
        if len(methods) > 1:
            found.append(_comparisons(label, each, comparisons))
    if len(standings) > 1:
        found += _overall(list(standings.values()), methods)
    return found


def rankings_in_words(
    standings: Mapping[str, Standings], *, at: Sequence[str]
) -> dict[str, Ranking]:
    """Rankings over several problems, by what a diagram of each says above it.

    Args:
        standings: The standings by the label of the problem, all of the same methods and of one
            measure.
        at: Numbers of evaluations, or ``area``, of which there are rankings; ``DRAWN`` and the
            last number if it is empty.
    """
    first = next(iter(standings.values()))
    blocks = blocks_of(standings.values(), first.methods)
    usual = (*DRAWN, *[word for word in blocks if word != AREA][-1:])
    found = {}
    for word, values in blocks.items():
        if word in (at or usual) and len(values) > 1:
            ranking = ranked(values)
            when = "by area under the curve" if word == AREA else f"after {word} evaluations"
            p = _number(ranking.p, ".1g")
            title = f"{first.measure} {when}, {ranking.n_blocks} problems; Friedman's p {p}"
            found[title] = ranking
    return found


def failures_in_words(failures: Iterable[Outcome]) -> list[str]:
    """A line for each method that failed on a problem: how often, and first for what.

    Args:
        failures: What came of the searches that failed.
    """
    found: dict[tuple[str, str], list[Outcome]] = {}
    for failure in failures:
        problem, method, _ = failure.search.key
        found.setdefault((problem, method), []).append(failure)
    return [
        f"{len(each)} searches of {method} on {problem} failed, one with seed "
        f"{each[0].search.seed}: {each[0].error}"
        for (problem, method), each in found.items()
    ]


def _reached(label: str, standings: Standings) -> Table:
    samples = standings.samples()
    rows = []
    for method in standings.methods:
        last = [curve[-1].verdict for curve in standings.whole_curves(method)]
        cells = [_quartiles(values[method].values()) for values in samples.values()]
        ends = [[v.recall for v in last], [v.igd_plus for v in last]]
        rows.append((method, *cells, *map(_median, ends)))
    n = max((len(standings.curves(method)) for method in standings.methods), default=0)
    return Table(
        f"{label}: {standings.measure} by evaluations, median and quartiles of {n} seeds",
        ("method", *samples, "recall", "igd+"),
        tuple(rows),
    )


def _by_cost(label: str, standings: Standings) -> Table:
    levels = standings.cost_levels
    return Table(
        f"{label}: {standings.measure} for equal cost",
        ("for a cost of", *(f"{level:.3g}" for level in levels)),
        tuple(
            (m, *(_quartiles(standings.for_cost(m, level)) for level in levels))
            for m in standings.methods
        ),
    )


def _comparisons(
    label: str, standings: Standings, found: Mapping[tuple[str, str, str], Comparison]
) -> Table:
    first, *others = standings.methods
    words = list(standings.samples())
    cells = {
        (other, word): found.get((label, word, other)) for other in others for word in words
    }
    return Table(
        f"{label}: how probably {first} is ahead, and p corrected for {len(found)} comparisons",
        (f"{first} ahead of", *words),
        tuple((o, *(_comparison(cells[o, word]) for word in words)) for o in others),
    )


def _overall(standings: Sequence[Standings], methods: Sequence[str]) -> list[Table]:
    blocks = blocks_of(standings, methods)
    n, measure = len(standings), standings[0].measure
    tables = [_ranks(blocks, methods, n=n), _means(blocks, methods, standings[0])]
    if len(methods) > 1 and n >= LEAST_PROBLEMS:
        tables.append(_chances(blocks, methods, title=f"{n} problems, {measure}"))
    return tables


def _ranks(blocks: Blocks, methods: Sequence[str], *, n: int) -> Table:
    found = {word: ranked(values) for word, values in blocks.items() if len(values) > 1}
    ranks = {
        (word, method): f"{rank:.2f}"
        for word, each in found.items()
        for method, rank in zip(each.methods, each.ranks, strict=True)
    }
    each = found.values()
    return Table(
        f"{n} problems: average ranks of the medians, 1 being best; ranks that differ by less "
        "than the critical difference cannot be told apart (Nemenyi, 5 %; Dunn for one method "
        "against all others)",
        ("average rank", *found),
        (
            *((m, *(ranks.get((word, m), NONE) for word in found)) for m in methods),
            ("critical difference", *(_number(r.critical_difference, ".2f") for r in each)),
            (
                f"from {methods[0]} alone",
                *(_number(r.difference_from_one, ".2f") for r in each),
            ),
            ("Friedman's p", *(_number(r.p, ".1g") for r in each)),
        ),
    )


def _means(blocks: Blocks, methods: Sequence[str], like: Standings) -> Table:
    return Table(
        f"{like.measure}: means over the problems of the medians over seeds",
        ("method", *blocks),
        tuple(
            (
                m,
                *(
                    f"{-like.sign * np.mean(values[m]):.4f}" if m in values else NONE
                    for values in blocks.values()
                ),
            )
            for m in methods
        ),
    )


def _chances(blocks: Blocks, methods: Sequence[str], *, title: str) -> Table:
    first, *others = methods
    rows = []
    for other in others:
        both = [(v.get(first), v.get(other)) for v in blocks.values()]
        cells = [f"{chance_ahead(a, b):.3f}" if a and b else NONE for a, b in both]
        rows.append((other, *cells))
    return Table(
        f"{title}: probability that {first} is ahead on such problems (Bayesian signed-rank "
        "test)",
        (f"{first} ahead of", *blocks),
        tuple(rows),
    )


def _comparison(found: Comparison | None) -> str:
    return f"{found.effect:.2f} (p {found.p:.1g})" if found else NONE


def _quartiles(values: Iterable[float]) -> str:
    found = list(values)
    if not found or any(map(math.isnan, found)):
        return NONE
    low, median, high = quantiles(found)
    return f"{median:.4f} [{low:.4f}, {high:.4f}]"


def _median(values: Sequence[float]) -> str:
    return f"{np.median(values):.3f}" if values else NONE


def _number(value: float, form: str) -> str:
    return NONE if math.isnan(value) else format(value, form)
