"""The arguments of a command: one parser class, and the kinds of values that it reads."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import fields
from typing import Any, NoReturn, Protocol, TypeVar

from evonas.parsing import nearest
from evonas.reports.text import complain
from evonas.sections.words import COMMA_LISTS, REPEATED, texts

N = TypeVar("N", int, float)


class Place(Protocol):
    """A parser, or a group of its arguments."""

    def add_argument(self, *flags: str, **facts: Any) -> Any:
        """Make an argument, as ``argparse`` does."""


class Parser(argparse.ArgumentParser):
    """Reads the arguments of one command, and answers a wrong one in one line.

    Args:
        prog: how the command is called, such as ``evonas pick``.
        description: what the command does, in whole sentences.
        epilog: what a help text ends with.
        usage: the line that a help text begins with, where all flags in a row are too many.
        only_given: whether the namespace holds nothing but what was given.
    """

    def __init__(
        self,
        prog: str,
        description: str,
        *,
        epilog: str = "",
        usage: str = "",
        only_given: bool = False,
    ) -> None:
        super().__init__(
            prog=prog,
            description=description,
            usage=usage or None,
            epilog=epilog or None,
            argument_default=argparse.SUPPRESS if only_given else None,
            allow_abbrev=False,
        )

    def parse_args(  # type: ignore[override]
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> argparse.Namespace:
        """The arguments as values; a wrong one ends the program with status 2."""
        words = sys.argv[1:] if args is None else args
        self._check_flags(words)
        given, others = self.parse_known_args(words, namespace)
        if others:
            self.error(f"unexpected argument {others[0]!r}")
        return given

    def error(self, message: str) -> NoReturn:
        """Say in one line what is wrong, and where help is to be had."""
        raise SystemExit(complain(f"{message}; see {self.prog} --help"))

    def _check_flags(self, words: Sequence[str]) -> None:
        """Name an unknown flag first; argparse would first ask for what is missing."""
        for word in words:
            flag = word.partition("=")[0]
            if flag == "--":
                return
            if flag.startswith("--") and flag not in self._option_string_actions:
                offered = [name for name in self._option_string_actions if name[:2] == "--"]
                self.error(f"unknown flag {flag}{nearest(flag, offered)}")


def whole(text: str) -> int:
    """A whole number.

    Args:
        text: what a user wrote.

    Raises:
        argparse.ArgumentTypeError: The text is something else.
    """
    return _read(text, int, "whole number")


def real(text: str) -> float:
    """A number.

    Args:
        text: what a user wrote.

    Raises:
        argparse.ArgumentTypeError: The text is something else.
    """
    return _read(text, float, "number")


def whole_or_word(text: str) -> int | str:
    """A whole number, or a word, which whoever takes it must know.

    Args:
        text: what a user wrote.
    """
    try:
        return int(text)
    except ValueError:
        return text


def _read(text: str, kind: Callable[[str], N], called: str) -> N:
    try:
        return kind(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no {called}") from None


def shares(text: str) -> tuple[float, ...]:
    """Shares of a whole in ascending order, from a text such as ``0.1,0.5,1``.

    Args:
        text: what a user wrote.

    Raises:
        argparse.ArgumentTypeError: The text is something else.
    """
    try:
        found = tuple(sorted({float(part) for part in text.split(",")}))
    except ValueError:
        found = ()
    if not found or not all(0 < share <= 1 for share in found):
        raise argparse.ArgumentTypeError(
            f"cannot read {text!r}; expected shares such as 0.1,0.5,1"
        )
    return found


_METAVARS: Mapping[Callable[[str], Any], str] = {whole: "N", real: "X", whole_or_word: "N"}
_KINDS: Mapping[str, Callable[[str], Any]] = {
    "int": whole,
    "int | str": whole_or_word,
    "float": real,
}  # what reads a value, by the type of its word


def option(
    place: Place,
    flag: str,
    text: str,
    *,
    shown: str = "",
    default: Any = None,
    kind: Callable[[str], Any] = str,
    metavar: str = "",
    is_repeated: bool = False,
) -> None:
    """Make a flag with a value, whose help shows its default.

    Args:
        place: the parser, or a group of its arguments.
        flag: the flag, such as ``--pop-size``.
        text: what the value means, in a phrase.
        shown: the default in words, where it is not the value of ``default``.
        default: the value where the flag is not given.
        kind: reads the value.
        metavar: how help texts name the value; ``N``, ``X`` or ``TEXT`` if left out.
        is_repeated: whether the flag may be given again, for a list of values.
    """
    repeatable = "; repeatable" if is_repeated else ""
    known = {} if default is None else {"default": default}
    place.add_argument(
        flag,
        action="append" if is_repeated else "store",
        type=kind,
        metavar=metavar or _METAVARS.get(kind, "TEXT"),
        help=f"{text}{repeatable} (default: {shown or default})".replace("%", "%%"),
        **known,
    )


def add_words(place: Place, section: type, *, leave_out: Collection[str] = ()) -> None:
    """Make a flag of every word of a config's section.

    Args:
        place: the parser, or a group of its arguments.
        section: the section's class.
        leave_out: words that get no flag.
    """
    explained = texts(section)
    for word in fields(section):
        if word.name in leave_out:
            continue
        text = explained.get(word.name, "").replace("``", "").removesuffix(".")
        kind = str(word.type).removesuffix(" | None")
        flag, text = f"--{word.name.replace('_', '-')}", text[:1].lower() + text[1:]
        if word.type in (bool, "bool"):
            told = f"{text} (default: {word.metadata['shown']})".replace("%", "%%")
            place.add_argument(flag, action="store_true", default=argparse.SUPPRESS, help=told)
            continue
        option(
            place,
            flag,
            text,
            shown=word.metadata["shown"],
            kind=_KINDS.get(kind, str),
            is_repeated=kind == "Sequence[str]" and word.name not in COMMA_LISTS - REPEATED,
        )
