"""Refusing numbers that cannot be, in one manner for all that the carbon model is told."""

from __future__ import annotations


def check(thing: object, interval: str, *names: str) -> None:
    """Refuse attributes outside of an interval.

    Args:
        thing: The object whose attributes are checked; its class is named in the message.
        interval: The numbers that are allowed, such as ``(0, 1]`` or ``[0, inf)``; only a
            square bracket includes its end.
        names: Names of the attributes to be checked.

    Raises:
        ValueError: An attribute is no number, or lies outside of the interval.
    """
    low, high = map(float, interval[1:-1].split(","))
    for name in names:
        value = getattr(thing, name)
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        is_above = is_number and (value >= low if interval[0] == "[" else value > low)
        is_below = is_number and (value <= high if interval[-1] == "]" else value < high)
        if not (is_above and is_below):  # nan is neither
            kind = type(thing)
            raise ValueError(
                f"{kind.__name__}.{name} must be in {interval}, got {value!r}; "
                f"help({kind.__module__}.{kind.__name__}) says what it means"
            )
