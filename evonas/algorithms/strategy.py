"""A strategy of search: it asks, is told, and says after every generation how it stands."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from evonas.config import Config
from evonas.reliability import Reliability

NOTHING_LEFT = "there is nothing left that was not measured"


@dataclass(frozen=True)
class Status:
    """How a strategy stands after one generation.

    Attributes:
        reliability: How far the predictions of this generation came true; ``None`` where the
            strategy predicts nothing.
        overall: How far all predictions so far came true; ``None`` where the strategy predicts
            nothing.
        transfer_correlation: Rank correlation of what a transfer from measurements made
            elsewhere predicts with what was measured here, by metric name; empty where nothing
            was known beforehand.
    """

    reliability: Reliability | None = None
    overall: Reliability | None = None
    transfer_correlation: Mapping[str, float] = field(default_factory=dict)


class Strategy(Protocol):
    """Who decides what is measured next, to be iterated generation by generation.

    Nothing is measured before the first step. Every step asks an ``Oracle`` for the genomes of
    one generation, is told their records, and yields one ``Status``. The value that the
    generator returns says in words why there is no further generation. Budgets of evaluations
    and generations are the strategy's own; of files, time, energy and progress it knows
    nothing: whoever iterates it may stop doing so, and the oracle may raise ``StoppedError``,
    which passes through.
    """

    def __iter__(self) -> Generator[Status, None, str]: ...


def why_over(config: Config, *, n_done: int, n_measured: int) -> str:
    """Which of the budgets that a strategy keeps is spent, in words; empty if none is.

    Args:
        config: Says how many generations and evaluations there may be.
        n_done: Generations that were finished.
        n_measured: Distinct architectures that were measured.
    """
    n_generations, n_evaluations = config.max_generations, config.evaluations
    if n_generations is not None and n_done >= n_generations:
        return f"{n_done} generations are done"
    if n_evaluations is not None and n_measured >= n_evaluations:
        return f"the budget of {n_evaluations} architectures is spent"
    return ""
