"""The words of a config that say when a search ends."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

from evonas.carbon.marginal_return import LeastReturn
from evonas.carbon.spend import GRAMS_BY_UNIT, SECONDS_BY_UNIT, Budget, read_amount
from evonas.sections.words import settle, word

DEFAULT_GENERATIONS = 10


@dataclass(frozen=True, kw_only=True)
class BudgetSection:
    """When the search ends: the first budget that is spent ends it.

    What is measured in the end for the front alone, such as its test accuracy, comes on top of
    every budget and is told apart. What a training takes in FLOPs is known before, so that the
    budget of FLOPs is never exceeded; time, energy and emissions are not, and what has begun
    when one of these is spent is finished.

    Attributes:
        generations: How many generations the search may take.
        evaluations: How many distinct architectures are measured, exactly.
        budget_time: Time that the search may take, such as ``90s``, ``30m`` or ``8h``.
        budget_kwh: Kilowatt-hours that the search itself may take.
        budget_co2: Emissions that the search itself may cause, such as ``50g`` or ``2kg``.
        budget_flops: Floating-point operations that all proxy trainings may take together; one
            that would take more than is left is passed over.
        budget_return: Share of the hypervolume that the last fifth of all trainings' FLOPs must
            have brought, such as ``1%``, for the search to go on; asked after every generation.
            ``50%/kWh`` asks it of each kilowatt-hour, which differs from machine to machine.
        max_failures: Share of failed candidates, 0 to 1, beyond which the search is given up.

    Raises:
        ValueError: A value is out of range, or two contradict each other.
    """

    generations: int | None = word(
        None, shown=f"{DEFAULT_GENERATIONS}, where there is no other budget", least=1
    )
    evaluations: int | None = word(None, shown="endless", least=2)
    budget_time: str | None = word(None, shown="endless")
    budget_kwh: float | None = word(None, shown="endless", unit="kilowatt-hours")
    budget_co2: str | None = word(None, shown="endless")
    budget_flops: float | None = word(None, shown="endless", unit="FLOPs")
    budget_return: str | None = word(None, shown="none is asked for")
    max_failures: float = word(0.9)

    def __post_init__(self) -> None:
        settle(self)
        self.check_limits()

    def check_limits(self) -> None:
        """Refuse limits that contradict each other or cannot be read.

        Raises:
            ValueError: The words of the section do not go together.
        """
        if not 0 <= self.max_failures <= 1:
            raise ValueError(f"max_failures must be in [0, 1], got {self.max_failures}")
        if self.generations is not None and self.evaluations is not None:
            raise ValueError(
                f"generations={self.generations} and evaluations={self.evaluations} "
                "contradict each other; give one of them"
            )
        self.budget, self.least_return  # noqa: B018  they must parse

    @property
    def max_generations(self) -> int | None:
        """The generations budget that holds; ``None`` where another budget ends the search."""
        others = (
            *(self.budget_time, self.budget_kwh, self.budget_co2),
            *(self.budget_flops, self.budget_return),
        )
        if self.generations is None and all(b is None for b in (self.evaluations, *others)):
            return DEFAULT_GENERATIONS
        return self.generations

    @cached_property
    def budget(self) -> Budget:
        """What the search itself may spend, in seconds, kilowatt-hours, grams and FLOPs."""
        return Budget(
            seconds=read_amount("budget_time", self.budget_time, SECONDS_BY_UNIT),
            kwh=self.budget_kwh or math.inf,
            co2_g=read_amount("budget_co2", self.budget_co2, GRAMS_BY_UNIT),
            flops=self.budget_flops or math.inf,
        )

    @cached_property
    def least_return(self) -> LeastReturn | None:
        """What the last fifth of the search must have brought; ``None`` if that is free."""
        return None if self.budget_return is None else LeastReturn.read(self.budget_return)
