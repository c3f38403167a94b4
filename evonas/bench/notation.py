"""How the methods and the problems of a contest are written: a name, and words of its own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_NEXT_WORD = re.compile(r":(?=[A-Za-z_][\w-]*=)")  # and so not that of FILE.py:CLASS
_RANGE = re.compile(r"(\d+)\.\.(\d+)")


@dataclass(frozen=True)
class Entry:
    """What stands in ``NAME[:word=value]...``.

    Attributes:
        name: All that stands before the first word.
        words: The words with their values, in the order in which they are given.
    """

    name: str
    words: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, text: str) -> Entry:
        """Take a text apart.

        Args:
            text: What a user wrote, such as ``gp+moead:batch=4``, or a problem as
                ``FILE.py:CLASS:noisy=true``.

        Raises:
            ValueError: There is no name, a word has no value, or one is given twice.
        """
        name, *rest = _NEXT_WORD.split(text.strip())
        words = [tuple(part.strip() for part in word.split("=", 1)) for word in rest]
        names = [word for word, _ in words]
        if not name:
            raise ValueError(f"{text!r} names nothing; expected NAME, or NAME:word=value")
        for word, value in words:
            if not value or names.count(word) > 1:
                wrong = "is given twice" if value else "has no value"
                raise ValueError(f"{word} {wrong} in {text!r}")
        return cls(name, tuple((word, value) for word, value in words))


def values_in_turn(text: str) -> Sequence[str]:
    """The values that a text stands for: ``0..3`` for four numbers, any other for itself.

    Args:
        text: The value of an option.
    """
    found = _RANGE.fullmatch(text)
    if not found or int(found[2]) < int(found[1]):
        return (text,)
    return tuple(map(str, range(int(found[1]), int(found[2]) + 1)))


def check_distinct(what: str, labels: Sequence[str]) -> None:
    """Refuse methods or problems that could not be told apart.

    Args:
        what: What they are, in the plural.
        labels: What each of them is called.

    Raises:
        ValueError: Two are called alike.
    """
    for label in labels:
        if labels.count(label) > 1:
            way = "; give one a name of its own, as :label=NAME" if what == "problems" else ""
            raise ValueError(f"two {what} are called {label}{way}")
