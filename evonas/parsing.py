"""Settings as users write them: words, and files of keys and values."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any


def name_and_value(text: str, setting: str, example: str) -> tuple[str, str]:
    """The two parts of a text such as ``flops=1e8``.

    Raises:
        ValueError: It has not two.
    """
    name, equals, value = text.partition("=")
    if not (name.strip() and equals and value.strip()):
        raise ValueError(f"cannot read the {setting} {text!r}; expected one like {example!r}")
    return name.strip(), value.strip()


def check_kind(name: str, value: Any, kind: str) -> None:
    """Refuse a setting of the wrong kind.

    Args:
        name: Of the setting.
        value: As a file holds it.
        kind: Its type hint, as text.

    Raises:
        ValueError: The value is of none of the kinds.
    """
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    fits = {
        "str": isinstance(value, str),
        "int": is_number and isinstance(value, int),
        "float": is_number,
        "tuple[str, ...]": isinstance(value, (list, tuple))
        and all(isinstance(item, str) for item in value),
        "Mapping[str, Any]": isinstance(value, dict),
        "None": value is None,
    }
    if not any(fits[word] for word in kind.split(" | ")):
        expected = kind.replace("tuple[str, ...]", "a list of texts").replace(" | None", "")
        raise ValueError(f"setting {name} is {value!r}; expected {expected}")


def read_settings(path: Path) -> dict[str, Any]:
    """Settings from a TOML or JSON file; the ``config`` of a run's ``config.json`` too.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: It cannot be read.
    """
    if not path.is_file():
        raise FileNotFoundError(f"no such file: {path}")
    text = path.read_text(encoding="utf-8")
    try:
        content = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except ValueError as error:
        raise ValueError(f"cannot read {path}: {error}") from error
    if not isinstance(content, dict):
        raise ValueError(f"{path} holds a {type(content).__name__}; expected keys and values")
    settings: dict[str, Any] = content.get("config", content)
    return settings
