"""What a search has spent, and how much it may."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

SECONDS_BY_UNIT = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
GRAMS_BY_UNIT = {"g": 1.0, "kg": 1000.0, "t": 1e6}


@dataclass(frozen=True)
class Spend:
    """What a search has spent so far.

    Attributes:
        wall_seconds: Time of this process alone, whatever a run it resumes took.
        busy_seconds: Time that measuring took, summed over all measurements, those of a run it
            resumes included.
        cpu_seconds: Time of processor cores that all measurements took.
        fpo: Floating-point operations of all proxy trainings, failed ones included (Schwartz
            et al., Green AI); 0 where the problem does not know.
        energy_kwh: Energy that the search took, PUE included; ``method`` says how it comes
            about.
        co2_g: Grams of CO2e that the search's energy emitted.
        method: How the search's energy comes about, in words.
    """

    wall_seconds: float
    busy_seconds: float
    cpu_seconds: float
    fpo: float
    energy_kwh: float
    co2_g: float
    method: str

    def since(self, earlier: Spend) -> Spend:
        """What was spent after an earlier account of the same search."""
        return Spend(
            wall_seconds=self.wall_seconds - earlier.wall_seconds,
            busy_seconds=self.busy_seconds - earlier.busy_seconds,
            cpu_seconds=self.cpu_seconds - earlier.cpu_seconds,
            fpo=self.fpo - earlier.fpo,
            energy_kwh=self.energy_kwh - earlier.energy_kwh,
            co2_g=self.co2_g - earlier.co2_g,
            method=self.method,
        )


@dataclass(frozen=True)
class Budget:
    """How much a search may spend; endless where nothing is said."""

    seconds: float = math.inf
    kwh: float = math.inf
    co2_g: float = math.inf
    flops: float = math.inf

    def why_over(self, spend: Spend) -> str:
        """Which of the budgets is spent, in words; empty while none is."""
        if spend.wall_seconds > self.seconds:
            return f"{self.seconds:g} seconds are over"
        if spend.energy_kwh >= self.kwh:
            return f"the budget of {self.kwh:g} kWh is spent"
        if spend.co2_g >= self.co2_g:
            return f"the budget of {self.co2_g:g} g CO2e is spent"
        return ""


def training_flops(
    flops: float, *, n_train: int, n_validation: int, epochs: int, evaluations: int
) -> float:
    """Floating-point operations of one trial (Schwartz et al., Green AI).

    Their Eq. 1 is E x D x H, an example's cost times the data set's size times the number of
    trials; it leaves out epochs. The true sum counts an example three times where it is learnt
    from, for the backward pass costs two forward ones, and once where it is judged.

    Args:
        flops: Floating-point operations of one forward pass of one example, multiplies and adds
            counted separately.
        n_train: How many examples an epoch learns from.
        n_validation: How many examples an evaluation judges by.
        epochs: How many times the training passes over its examples.
        evaluations: How many times the validation examples are judged.
    """
    return flops * (3.0 * n_train * epochs + n_validation * evaluations)


def read_amount(setting: str, text: str | None, units: Mapping[str, float]) -> float:
    """An amount such as ``50g``, in the unit that counts 1; endless without a text.

    Raises:
        ValueError: The text is not a positive number and one of the units.
    """
    if text is None:
        return math.inf
    match = re.fullmatch(r"\s*([0-9.]+(?:[eE][+-]?[0-9]+)?)\s*([a-z]+)\s*", text)
    try:
        amount = float(match[1]) * units[match[2]] if match else 0.0
    except (KeyError, ValueError):
        amount = 0.0
    if not 0 < amount < math.inf:
        raise ValueError(
            f"cannot read the {setting} {text!r}; expected a positive number and one of "
            f"{', '.join(units)}, like 50{next(iter(units))}"
        )
    return amount
