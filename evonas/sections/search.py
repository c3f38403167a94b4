"""The words of a config that say what is sought, and how: objectives, bounds, an algorithm."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from evonas.hardware.target_metrics import names_in
from evonas.objectives import Constraint
from evonas.parsing import name_and_value
from evonas.sections.words import settle, word
from evonas.warm_start import Prior

DEFAULT_ALGORITHM = "nsga2"
DEFAULT_POP_SIZE = 20
DEFAULT_TOLERANCE = 0.01
# The short names of the algorithms; here, for a wrong one is to be refused without pymoo.
ALGORITHMS = (
    *("nsga2", "nsga3", "unsga3", "moead", "smsemoa", "spea2", "rvea", "ctaea"),
    *("ageing", "local", "reinforce", "random"),
)


@dataclass(frozen=True, kw_only=True)
class SearchSection:
    """What is sought, where the search begins, and which algorithm proposes.

    Attributes:
        objectives: Names of the objectives, with commas; one of your own as ``FILE.py:NAME``,
            one out of several as in ``acc-0.5*co2``, one on a device as ``latency@a100``.
        constraint: A bound that must be kept, such as ``params<=200000``.
        then: Objectives of a second stage, with commas; it begins at half of the budget and
            keeps what the first stage has reached.
        tolerance: Share of the first stage's best that the second stage may lose.
        aspire: Levels such as ``acc=95,flops=1e6``, a point near which R-NSGA-II searches.
        reference: A part of the hypervolume's reference point, such as ``flops=1e8``.
        algorithm: The algorithm's short name, or where to find one of pymoo's, as
            ``MODULE:NAME``.
        sampling: Where to find a pymoo Sampling, as ``MODULE:NAME``.
        crossover: Where to find a pymoo Crossover, as ``MODULE:NAME``.
        mutation: Where to find a pymoo Mutation, as ``MODULE:NAME``.
        pop_size: How many architectures a population holds.
        warm_start: Architectures to begin with, and to learn from: on the command line a run,
            a ``front.csv``, a JSON file, names of architectures that the problem knows or
            ``known`` for all of these; in ``Config`` what such a file holds.
        seed: Number that fixes everything random, of the search and of every candidate.

    Raises:
        ValueError: A value is out of range, or a text cannot be read.
    """

    objectives: Sequence[str] = word((), shown="the problem's own")
    constraint: Sequence[str] = word((), shown="none")
    then: Sequence[str] = word((), shown="no second stage")
    tolerance: float | None = word(None, shown=str(DEFAULT_TOLERANCE))
    aspire: Sequence[str] = word((), shown="none")
    reference: Sequence[str] = word((), shown="from the objectives, or from a sample")
    algorithm: str = word(DEFAULT_ALGORITHM)
    sampling: str | None = word(None, shown="spread over the space")
    crossover: str | None = word(None, shown="one that suits genomes")
    mutation: str | None = word(None, shown="one that suits genomes")
    pop_size: int | None = word(None, shown=str(DEFAULT_POP_SIZE), least=2)
    warm_start: Mapping[str, Any] = word(dict, shown="none")
    seed: int = word(0, least=0)

    @property
    def names_algorithm(self) -> bool:
        """Whether another algorithm than the default, or an operator, is named."""
        operators = (self.sampling, self.crossover, self.mutation)
        return self.algorithm != DEFAULT_ALGORITHM or any(operators)

    def __post_init__(self) -> None:
        settle(self)
        self.check_formulation()

    def check_formulation(self) -> None:
        """Refuse objectives that contradict each other, and texts that cannot be read.

        Raises:
            ValueError: The words of the section do not go together.
        """
        named = (*self.objectives, *self.then)
        if len(set(named)) < len(named):
            raise ValueError(f"objectives name one twice: {', '.join(named)}")
        for text in (*named, *(constraint.metric for constraint in self.constraints)):
            names_in(text)
        if self.then and not self.objectives:
            raise ValueError("then is a second stage: name the objectives of the first as well")
        if self.tolerance is not None and not self.then:
            raise ValueError("tolerance is of use to a second stage only; name one with then")
        if self.tolerance is not None and not 0 <= self.tolerance < 1:
            raise ValueError(f"tolerance must be a share in [0, 1), got {self.tolerance}")
        if self.aspire and self.then:
            raise ValueError("aspire and then are two formulations; choose one of them")
        if self.aspire and self.algorithm != "nsga2":
            raise ValueError(
                f"aspire is for R-NSGA-II, which replaces nsga2; leave out {self.algorithm}"
            )
        self.aspirations, self.constraints, self.reference_point, self.prior  # noqa: B018

    @cached_property
    def constraints(self) -> tuple[Constraint, ...]:
        """The bounds that must be kept."""
        return tuple(map(Constraint.parse, self.constraint))

    @cached_property
    def reference_point(self) -> Mapping[str, float]:
        """The given part of the reference point, by objective name."""
        pairs = [name_and_value(text, "reference", "flops=1e8") for text in self.reference]
        try:
            point = {name: float(value) for name, value in pairs}
        except ValueError as error:
            raise ValueError(f"reference: {error}; expected OBJECTIVE=NUMBER") from None
        for name, value in point.items():
            if not math.isfinite(value):
                raise ValueError(f"reference {name} is {value}; expected a finite number")
        return point

    @cached_property
    def aspirations(self) -> tuple[Mapping[str, float], ...]:
        """The levels to search near, by objective name, one mapping for each point."""
        return tuple(_levels(text) for text in self.aspire)

    @cached_property
    def prior(self) -> Prior | None:
        """What is known beforehand, if anything."""
        return Prior.from_dict(self.warm_start) if self.warm_start else None


def _levels(text: str) -> dict[str, float]:
    """Numbers by name, from a text such as ``acc=95,flops=1e6``."""
    pairs = [name_and_value(part, "part of aspire", "acc=95") for part in text.split(",")]
    try:
        levels = {name: float(value) for name, value in pairs}
    except ValueError as error:
        raise ValueError(f"aspire {text!r}: {error}; expected OBJECTIVE=NUMBER") from None
    if len(levels) < len(pairs) or not all(map(math.isfinite, levels.values())):
        raise ValueError(f"aspire {text!r}: expected a finite number for each, once")
    return levels
