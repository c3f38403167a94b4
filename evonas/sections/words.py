"""What a word of a config is, beside its type: the default to show, and what it may be."""

from __future__ import annotations

import inspect
import math
import re
from collections.abc import Mapping
from dataclasses import field, fields
from typing import Any

from evonas.parsing import listed

_ENTRY = re.compile(r"^    (\w+): (.+?)(?=^    \w|\Z)", re.MULTILINE | re.DOTALL)


def word(
    default: Any,
    *,
    shown: str = "",
    least: int | None = None,
    unit: str = "",
    offered: tuple[str, ...] = (),
) -> Any:
    """A field of a section.

    Args:
        default: the value where nothing is said; a ``dict`` stands for a new, empty one.
        shown: how a help text names the default, where the value does not say it.
        least: the smallest whole number that is allowed.
        unit: the unit of a number that must be positive and finite, in the plural.
        offered: the only words that are allowed; with ``least`` those that may stand in the
            place of a number.
    """
    facts = {
        "shown": shown or str(default),
        "least": least,
        "unit": unit,
        "offered": offered,
    }
    if default is dict:
        return field(default_factory=dict, metadata=facts)
    return field(default=default, metadata=facts)


def settle(section: Any) -> None:
    """Turn the lists of a section into tuples, and refuse what is out of range.

    Args:
        section: a frozen dataclass whose fields ``word`` has made.

    Raises:
        ValueError: A value is no text where one is needed, too small, not positive, or none
            of those on offer, or a list is a text that names nothing.
    """
    for each in fields(section):
        value = getattr(section, each.name)
        if each.name in REPEATED and isinstance(value, (list, tuple)):
            value = ",".join(map(str, value))
        if "Sequence[str]" in str(each.type) and value is not None:
            if isinstance(value, str) and each.name not in COMMA_LISTS:
                raise ValueError(f"{each.name} is the text {value!r}; expected a list of texts")
            if isinstance(value, str) and not listed(value):
                raise ValueError(
                    f"{each.name} is {value!r}, which names nothing; leave it out for "
                    f"{each.metadata['shown']}"
                )
            object.__setattr__(section, each.name, listed(value))
        elif each.type == "str" and not isinstance(value, str):
            raise ValueError(f"{each.name} is {value!r}; expected a text")
        elif each.type == "bool" and type(value) is not bool:
            raise ValueError(f"{each.name} is {value!r}; expected true or false")
        elif value is not None:
            _check(each.name, value, each.metadata)


# Lists of plain words, which may be given as one text with commas.
COMMA_LISTS = frozenset({"objectives", "then", "features", "augment", "track", "target"})
REPEATED = frozenset({"target"})  # of these, flags that may be given again as well


def _check(name: str, value: Any, facts: Mapping[str, Any]) -> None:
    least, offered = facts["least"], facts["offered"]
    if least is not None and offered:  # a number, or a word in its place
        if value in offered:
            return
        if type(value) is not int:
            raise ValueError(
                f"{name} is {value!r}; expected a whole number or {', '.join(offered)}"
            )
        offered = ()
    if least is not None and value < least:
        raise ValueError(f"{name} must be at least {least}, got {value}")
    if facts["unit"] and not (math.isfinite(value) and value > 0):
        raise ValueError(f"{name} must be a positive number of {facts['unit']}, got {value}")
    if offered and value not in offered:
        raise ValueError(f"unknown {name} {value!r}; choose from {', '.join(offered)}")


def texts(section: type) -> dict[str, str]:
    """What a section's docstring says of each word, by the word; empty under ``python -OO``.

    Args:
        section: a dataclass with a part ``Attributes:`` in its docstring.
    """
    _, _, rest = inspect.cleandoc(section.__doc__ or "").partition("Attributes:\n")
    entries = _ENTRY.findall(rest.partition("\n\n")[0])
    return {name: " ".join(text.split()) for name, text in entries}
