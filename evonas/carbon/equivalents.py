"""What else emits as much: a car, a home, the charging of phones."""

from __future__ import annotations

from dataclasses import dataclass

_MINUTES = 365.25 * 24 * 60
_TIMES = ((_MINUTES, "years"), (24 * 60.0, "days"), (60.0, "hours"), (1.0, "minutes"))


@dataclass(frozen=True)
class Equivalent:
    """Something that emits, and how much of it.

    Attributes:
        label: What emits, in words.
        kg: Kilograms of CO2e of one of it, or of one year of it.
        is_yearly: Whether the kilograms are those of a year.
        source: Where the number comes from, with its year.
    """

    label: str
    kg: float
    is_yearly: bool
    source: str

    def amount(self, co2_g: float) -> float:
        """How many of it, or years of it, emit as much as some grams of CO2e."""
        return co2_g / (1000 * self.kg)

    def in_words(self, co2_g: float) -> str:
        """What emits as much as some grams of CO2e, such as ``2.1 hours of a car``."""
        amount = self.amount(co2_g)
        if not self.is_yearly:
            return f"{_digits(amount)} {self.label}"
        minutes = amount * _MINUTES
        size, unit = next((each for each in _TIMES if minutes >= each[0]), (1 / 60, "seconds"))
        return f"{_digits(minutes / size)} {unit} of {self.label}"


CAR = Equivalent(
    label="a car", kg=4600.0, is_yearly=True, source="EPA, typical passenger vehicle, 2018"
)
HOME = Equivalent(
    label="a home's energy",
    kg=7940.0,
    is_yearly=True,
    source="EPA, equivalencies calculator, 2021",
)
PHONE_CHARGE = Equivalent(
    label="charges of a phone",
    kg=0.00822,
    is_yearly=False,
    source="EPA, equivalencies calculator, 2021",
)
EQUIVALENTS = (CAR, HOME, PHONE_CHARGE)


def equivalent_lines(co2_g: float) -> list[str]:
    """What else emits as much, in a line; nothing for nothing.

    Args:
        co2_g: Emissions in grams of CO2e.
    """
    if not co2_g > 0:
        return []
    amounts = ", ".join(each.in_words(co2_g) for each in EQUIVALENTS)
    return [
        f"{_digits(co2_g)} g CO2e is as much as {amounts} (USA; a car {CAR.kg / 1000:g} t a "
        f"year, {CAR.source}; a home {HOME.kg / 1000:g} t a year and a charge "
        f"{1000 * PHONE_CHARGE.kg:g} g, {HOME.source})"
    ]


def _digits(value: float) -> str:
    return f"{value:,.0f}" if 1000 <= value < 1e7 else f"{value:.3g}"
