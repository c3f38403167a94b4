"""Settings as users write them: words, lists, and files of keys and values."""

from __future__ import annotations

import difflib
import json
import tomllib
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any


def listed(words: str | Iterable[str]) -> tuple[str, ...]:
    """A list of words, given as one text with commas or word by word.

    Args:
        words: the list, such as ``"acc, flops"`` or ``["acc", "flops"]``; empty words of a text
            are left out.
    """
    if isinstance(words, str):
        return tuple(word.strip() for word in words.split(",") if word.strip())
    return tuple(words)


def nearest(word: str, offered: Collection[str]) -> str:
    """`` (did you mean 'x'?)`` for the likeliest words, or nothing; capitals do not matter.

    Args:
        word: the word that a user wrote.
        offered: the words that would have been understood.
    """
    small = {each.lower(): each for each in offered}
    found = difflib.get_close_matches(word.lower(), list(small), n=2, cutoff=0.5)
    close = [small[each] for each in found]
    return f" (did you mean {' or '.join(map(repr, close))}?)" if close else ""


def name_and_value(text: str, setting: str, example: str) -> tuple[str, str]:
    """The two parts of a text such as ``flops=1e8``.

    Args:
        text: the text that a user wrote.
        setting: the setting that the text is of, for the message.
        example: a text that would have been understood, for the message.

    Raises:
        ValueError: The text has not two parts.
    """
    name, equals, value = text.partition("=")
    if not (name.strip() and equals and value.strip()):
        raise ValueError(f"cannot read the {setting} {text!r}; expected one like {example!r}")
    return name.strip(), value.strip()


def check_kind(name: str, value: Any, kind: str) -> None:
    """Refuse a setting of the wrong kind.

    Args:
        name: the word of the setting, for the message.
        value: the setting's value, as a file holds it.
        kind: the setting's type hint, as text.

    Raises:
        ValueError: The value is of none of the kinds.
    """
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    fits = {
        "str": isinstance(value, str),
        "int": is_number and isinstance(value, int),
        "float": is_number,
        "bool": isinstance(value, bool),
        "Sequence[str]": isinstance(value, (list, tuple))
        and all(isinstance(item, str) for item in value),
        "Mapping[str, Any]": isinstance(value, dict),
        "None": value is None,
    }
    if not any(fits[word] for word in kind.split(" | ")):
        expected = kind.replace("Sequence[str]", "a list of texts").replace(" | None", "")
        expected = expected.replace("bool", "true or false")
        raise ValueError(f"setting {name} is {value!r}; expected {expected}")


def read_settings(path: Path) -> dict[str, Any]:
    """Settings from a TOML or JSON file; the ``config`` of a run's ``config.json`` too.

    Args:
        path: where the file lies; what ends in ``.json`` is read as JSON, all else as TOML.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: The file cannot be read.
    """
    if not path.is_file():
        raise FileNotFoundError(
            f"{path} is no regular file; expected one with settings"
            if path.exists()
            else f"no such file: {path}"
        )
    is_json = path.suffix == ".json"
    try:
        text = path.read_text(encoding="utf-8-sig")  # some editors begin a file with a mark
        content = (
            json.loads(text, object_pairs_hook=without_repetition)
            if is_json
            else tomllib.loads(text)
        )
    except (RecursionError, ValueError) as error:
        language = "JSON" if is_json else "TOML, or JSON in a file named *.json"
        raise ValueError(f"cannot read {path}: {error}; expected {language}") from error
    if not isinstance(content, dict):
        raise ValueError(f"{path} holds a {type(content).__name__}; expected keys and values")
    settings: dict[str, Any] = content.get("config", content)
    return settings


def without_repetition(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON, for ``object_pairs_hook``: JSON itself takes the last of equal keys.

    Args:
        pairs: the keys and values of the object, in the order of the file.

    Raises:
        ValueError: A key stands twice.
    """
    content: dict[str, Any] = {}
    for name, value in pairs:
        if name in content:
            raise ValueError(f"the key {name!r} stands twice")
        content[name] = value
    return content


def read_options(
    offered: Mapping[str, Any], given: Iterable[tuple[str, str]], *, problem: str
) -> dict[str, Any]:
    """The options of a problem, with what a user said of them in place of their defaults.

    Args:
        offered: the defaults by name; a text is read as the type of its default.
        given: the names and texts that a user wrote.
        problem: what an error calls the problem.

    Raises:
        ValueError: an option is unknown, or cannot be read.
    """
    option = dict(offered)
    for name, text in given:
        if name not in option:
            names = ", ".join(option) or "it has none"
            raise ValueError(f"{problem} has no option {name!r}; its options: {names}")
        option[name] = _read_as(type(offered[name]), text, name)
    return option


def _read_as(kind: type, text: str, name: str) -> Any:
    words = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    try:
        return words[text.lower()] if kind is bool else kind(text)
    except (KeyError, ValueError):
        expected = "true or false" if kind is bool else kind.__name__
        raise ValueError(f"option {name!r} is {text!r}; expected {expected}") from None
