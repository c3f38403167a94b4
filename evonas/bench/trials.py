"""What a method measures in one search, in order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from evonas.bench.methods import Method
from evonas.bench.peers import measured_by
from evonas.config import Config
from evonas.engine.search import search
from evonas.record import Record
from evonas.space import Genome

CostOf = Callable[[Sequence[Genome]], np.ndarray]


@dataclass(frozen=True)
class Trial:
    """One measurement of a search.

    Attributes:
        genome: Canonical genome of the architecture.
        cost: Cost of this measurement, in the unit of the metric that tells it.
        is_whole: Whether it was the whole measurement, and not that of a lower rung.
    """

    genome: Genome
    cost: float
    is_whole: bool = True


def tried(config: Config, method: Method, *, cost_of: CostOf) -> list[Trial]:
    """What a method measures, in order.

    Args:
        config: Config of the search, as the method has it.
        method: The method.
        cost_of: What measuring each of some architectures takes, ``(n,)``. A method with a
            fidelity is not asked for it: of that, an evaluator counts the effort step by step.
    """
    if method.has_fidelity:
        return [Trial(r.genome, r.effort, is_whole=not r.fidelity) for r in _records(config)]
    if method.is_peer:
        genomes = measured_by(method.name, config, python=method.python or None)
    else:
        genomes = [record.genome for record in _records(config)]
    costs = cost_of(genomes).tolist()
    return [Trial(genome, cost) for genome, cost in zip(genomes, costs, strict=True)]


def _records(config: Config) -> list[Record]:
    """What one of our own methods measures, step by step."""
    records: list[Record] = []
    search(config, on_record=records.append)
    return records
