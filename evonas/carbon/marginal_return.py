"""What the last part of a search has bought, and whether that is still worth it."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

WINDOW = 0.2  # of all that was spent: what a return is judged by
ROUNDING = 1e-9  # relative: equal generations are a fifth each, whatever their sums round to
LEAST_STANDINGS = 5  # before which a fifth is less than a generation
PER_KWH = "/kWh"


@dataclass(frozen=True)
class Standing:
    """Where a search stands, by its records alone.

    Attributes:
        n_evaluations: Distinct architectures measured so far.
        flops: Floating-point operations of all trainings so far; 0 where nobody knows.
        kwh: Energy of all measurements so far, in kilowatt-hours, by Eq. 1 of Fu et al. 2021
            on the seconds that the records tell.
        hypervolume: The hypervolume of the front so far.
    """

    n_evaluations: int
    flops: float
    kwh: float
    hypervolume: float


@dataclass(frozen=True)
class Gain:
    """What the last part of a search has bought.

    Attributes:
        start: The place of the standing at which that part begins.
        spent: What that part took, in the unit that it was cut by.
        part: The share of all that was spent that the part is, at least ``WINDOW``.
        share: The share of the present hypervolume that the part has brought; 0 as long as
            there is none.
    """

    start: int
    spent: float
    part: float
    share: float


def last_gain(spent: Sequence[float], hypervolumes: Sequence[float]) -> Gain | None:
    """What the last fifth of what was spent has bought.

    The part begins at the last standing that leaves at least a fifth of all that was spent
    behind it, so it is a fifth or somewhat more.

    Args:
        spent: What was spent up to each standing, ascending.
        hypervolumes: The hypervolume at each standing.

    Returns:
        ``None`` before the fifth standing, and where nothing was spent.
    """
    if len(spent) < LEAST_STANDINGS or spent[-1] <= 0:
        return None
    bound = (1 - WINDOW) * spent[-1] * (1 + ROUNDING)
    before = [i for i, each in enumerate(spent) if each <= bound]
    if not before:
        return None
    i, now = before[-1], hypervolumes[-1]
    taken = spent[-1] - spent[i]
    share = max(0.0, now - hypervolumes[i]) / now if now > 0 else 0.0
    return Gain(start=i, spent=taken, part=taken / spent[-1], share=share)


@dataclass(frozen=True)
class LeastReturn:
    """What the last fifth of a search must have bought for it to go on.

    Attributes:
        share: The share of the present hypervolume that the last fifth must have brought, or
            with ``is_per_kwh`` each of its kilowatt-hours.
        is_per_kwh: Whether the share is of one kilowatt-hour.
    """

    share: float
    is_per_kwh: bool = False

    @classmethod
    def read(cls, text: str) -> LeastReturn:
        """A least return such as ``1%`` or ``50%/kWh``.

        Args:
            text: The share, as a number or in percent, and ``/kWh`` if it is of each of them.

        Raises:
            ValueError: The text is no such thing, or no search could ever return as much.
        """
        number = r"([0-9.]+(?:[eE][+-]?[0-9]+)?)"
        match = re.fullmatch(rf"\s*{number}\s*(%?)\s*(?:({PER_KWH})\s*)?", text)
        try:
            share = float(match[1]) / (100 if match[2] else 1) if match else 0.0
        except ValueError:
            share = 0.0
        is_per_kwh = bool(match and match[3])
        if not 0 < share < (math.inf if is_per_kwh else 1):
            raise ValueError(
                f"cannot read the budget_return {text!r}; expected a share of the hypervolume "
                "that the last fifth of a search must have brought, such as 1%, or what each "
                "of its kilowatt-hours must have, such as 50%/kWh"
            )
        return cls(share, is_per_kwh)

    def why_over(self, course: Sequence[Standing]) -> str:
        """Why a search has come to its end, in words; empty while more is worth it.

        A share is judged by the FLOPs of trainings, or by architectures where nobody knows
        those: they are the same on every machine. A share per kilowatt-hour is judged by the
        energy that the records tell, which is not.

        Args:
            course: Where the search stood at the end of each generation.
        """
        spent, unit = self._spent(course)
        gain = last_gain(spent, [each.hypervolume for each in course])
        if gain is None:
            return ""
        rate = gain.share / (gain.spent if self.is_per_kwh else 1.0)
        if rate >= self.share:
            return ""
        took = f"the last {100 * gain.part:.0f}% of all {unit} ({gain.spent:.3g})"
        if not course[-1].hypervolume:
            return f"{took} found nothing within the constraints, and --budget-return is {self}"
        each = f", {100 * rate:.3g}%{PER_KWH}" if self.is_per_kwh else ""
        brought = f"{100 * gain.share:.2g}% of the hypervolume{each}"
        return f"{took} brought {brought}, less than the {self} of --budget-return"

    def __str__(self) -> str:
        return f"{100 * self.share:.3g}%{PER_KWH if self.is_per_kwh else ''}"

    def _spent(self, course: Sequence[Standing]) -> tuple[list[float], str]:
        if self.is_per_kwh:
            return [each.kwh for each in course], "kWh"
        if any(each.flops for each in course):
            return [each.flops for each in course], "FLOPs of trainings"
        return [float(each.n_evaluations) for each in course], "architectures"
