"""A space before it is searched: in numbers, and by a sample that is counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from evonas.evaluation.counts import Counts
from evonas.objectives import Metric
from evonas.plugins.asking import ask as asked
from evonas.plugins.plain_pymoo import ForeignProblem
from evonas.problem import Problem
from evonas.space import Genome
from evonas.tabular import TabularProblem

N_SAMPLED = 256  # genomes that are counted; all of a space that holds no more than four times
COUNTING_S = 8.0  # after which no further one is counted
N_ACTIVE = 32  # genomes whose active genes are looked for
RECORDED = ("s", "h", "J", "Wh", "kWh")  # units of what a training has taken


@dataclass(frozen=True)
class SpaceInNumbers:
    """A space of architectures in numbers.

    Attributes:
        n_genes: How many genes, or variables, there are.
        cardinality: How many genomes there are; 0 for a plain pymoo problem, which may have
            real variables.
        n_active: The fewest, the mean and the most genes that make a difference to one of a
            few drawn architectures; empty for a plain pymoo problem.
    """

    n_genes: int
    cardinality: int
    n_active: tuple[float, ...]


@dataclass(frozen=True)
class Recorded:
    """What a table says that its architectures have taken.

    Attributes:
        name: Name of the metric.
        label: The metric in words.
        unit: The metric's unit, of time or energy.
        least: Least value in the sample.
        mean: Mean value in the sample.
        most: Largest value in the sample.
    """

    name: str
    label: str
    unit: str
    least: float
    mean: float
    most: float


def in_numbers(problem: Problem) -> SpaceInNumbers:
    """The space of a problem in numbers."""
    if isinstance(problem, ForeignProblem):
        return SpaceInNumbers(len(problem.names), 0, ())
    space = problem.space
    drawn = space.sample(N_ACTIVE, np.random.default_rng(0))
    canonical = problem.canonical
    n_active = [len(space.active(canonical(g), canonical=canonical)) for g in drawn]
    spread = float(min(n_active)), float(np.mean(n_active)), float(max(n_active))
    return SpaceInNumbers(len(space.genes), space.cardinality, spread)


def sampled(problem: Problem) -> tuple[list[Genome], bool]:
    """Canonical genomes of a space, distinct, its corners among them; and whether it is all.

    The corners are the genomes of all first and of all last choices, between which what is
    ordered by size mostly lies.
    """
    if isinstance(problem, ForeignProblem):
        return [problem.to_genome(x) for x in problem.points(N_SAMPLED)], False
    space = problem.space
    is_small = space.cardinality <= 4 * N_SAMPLED
    if is_small:
        drawn = [tuple(map(int, genome)) for genome in np.ndindex(*space.sizes)]
    else:
        corners = [(0,) * len(space.sizes), tuple(size - 1 for size in space.sizes)]
        drawn = [*corners, *space.sample(N_SAMPLED - 2, np.random.default_rng(0))]
    return list(dict.fromkeys(map(problem.canonical, drawn))), is_small


def cost_metric(problem: Problem, counts: Counts) -> str:
    """The counted metric by which an architecture is small or large; empty without any."""
    ranked = (problem.effort, "flops", "macs", *counts.names)
    return next((name for name in ranked if name in counts.names), "")


def counted(counts: Counts, genomes: Sequence[Genome], metric: str) -> list[Genome]:
    """Those of some genomes that could be counted, by ascending cost.

    Args:
        counts: Counts what it does not know, within a limit of time.
        genomes: Canonical genomes.
        metric: Name of the metric that is the cost; empty to keep them in their order.
    """
    rows = counts(genomes, limit_s=COUNTING_S)
    if not metric:
        return list(genomes)
    found = [(row[metric], genome) for genome, row in zip(genomes, rows, strict=True) if row]
    return [genome for _, genome in sorted(found)]


def recorded(problem: Problem, genomes: Sequence[Genome]) -> tuple[Recorded, ...]:
    """What a table says that its architectures have taken, in time and energy.

    Args:
        problem: The problem; nothing is said of one that is no table.
        genomes: Canonical genomes of a sample.
    """
    if not isinstance(problem, TabularProblem):
        return ()
    names = [m.name for m in problem.metrics if m.unit in RECORDED and m.when == "trained"]
    rows: list[Mapping[str, float]] = []
    for genome in genomes if names else ():
        try:
            rows.append(asked(problem, genome, names, seed=0).metrics)
        except Exception:  # what a table lacks, a search will say of every candidate
            continue
    return tuple(_recorded(m, rows) for m in problem.metrics if m.name in names and rows)


def _recorded(metric: Metric, rows: Sequence[Mapping[str, float]]) -> Recorded:
    values = [float(row[metric.name]) for row in rows]
    least, mean, most = min(values), float(np.mean(values)), max(values)
    return Recorded(metric.name, metric.label, metric.unit, least, mean, most)
