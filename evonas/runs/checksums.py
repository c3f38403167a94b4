"""Whether a config is as it was written: a checksum for each of its settings."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any
from zlib import crc32

from evonas.config import FREE_ON_RESUME, Config

CHECKSUMS = "checksums"  # the key under which they stand
SECTIONS = ("config", "resolved")  # the tables that are sealed, setting by setting
N_TRIED = 1000  # small whole numbers, among which the one that was written is sought
MAX_SHOWN = 60


def checksums(content: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """A checksum for each setting, by section and name.

    They are of values: neither the order of keys counts, nor how a file is indented, nor
    whether a number is spelt 1 or 1.0.

    Args:
        content: The sections of the file, JSON-able.
    """
    return {
        section: {name: _checksum(value) for name, value in content[section].items()}
        for section in SECTIONS
    }


def edits(content: Mapping[str, Any]) -> list[str]:
    """What was edited since the checksums were written, in words; empty without checksums.

    Args:
        content: All that the file holds.

    Raises:
        ValueError: The checksums themselves are none.
    """
    if CHECKSUMS not in content:
        return []
    told = content[CHECKSUMS]
    if not isinstance(told, dict) or told.keys() != set(SECTIONS):
        raise ValueError(f"{CHECKSUMS} are damaged, or of another version")
    if not all(isinstance(told[section], dict) for section in SECTIONS):
        raise ValueError(f"{CHECKSUMS} are damaged, or of another version")
    known = {"format", CHECKSUMS, *SECTIONS}
    found = [f"{_shown(name)} was added" for name in content if name not in known]
    for section in SECTIONS:
        found += _edited(section, content, told[section])
    return found


def way_out(content: Mapping[str, Any]) -> str:
    """What to do about edits, in words.

    Args:
        content: All that the file holds.
    """
    told, now = content[CHECKSUMS]["config"], content["config"]
    changed = [name for name, value in now.items() if told.get(name) != _checksum(value)]
    free = [f"--{name.replace('_', '-')}" for name in changed if name in FREE_ON_RESUME]
    flags = f" (a run that goes on takes {', '.join(free)} beside --resume)" if free else ""
    return (
        f"put back what it was{flags}, or start a new run with --out; with {CHECKSUMS} removed "
        "the file is taken as it is"
    )


def _edited(section: str, content: Mapping[str, Any], told: Mapping[str, Any]) -> Iterator[str]:
    now = content[section]
    for name, value in now.items():
        if name not in told:
            yield f"{_shown(name)} in {section} was added"
        elif told[name] != _checksum(value):
            before = _before(section, name, content=content, checksum=told[name])
            yield f"{_shown(name)} in {section} is {_shown(value)}, and was {before}"
    for name in told:
        if name not in now:
            before = _before(section, name, content=content, checksum=told[name])
            yield f"{_shown(name)} in {section} is missing, and was {before}"


def _before(section: str, name: str, *, content: Mapping[str, Any], checksum: Any) -> str:
    """What was written, as far as it can be told by its checksum."""
    for value in _likely(section, name, content):
        if _checksum(value) == checksum:
            return _shown(value)
    return "something else"


def _likely(section: str, name: str, content: Mapping[str, Any]) -> Iterator[Any]:
    """Values that a setting may have had: defaults, what else the file holds, small numbers."""
    if section == "config":
        yield Config().as_dict().get(name)
    config, resolved = content["config"], content["resolved"]
    yield from (*config.values(), *resolved.values())
    objectives = resolved.get("objectives")
    if isinstance(objectives, list):
        yield [each.get("name") for each in objectives if isinstance(each, dict)]
    yield from (None, False, True, *range(N_TRIED))


def _checksum(value: Any) -> str:
    return f"{crc32(json.dumps(_plain(value), sort_keys=True).encode()):08x}"


def _plain(value: Any) -> Any:
    """A value in the one form in which JSON would give it back."""
    if isinstance(value, Mapping):
        return {str(name): _plain(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) and value.isidentifier() else json.dumps(value)
    return text if len(text) <= MAX_SHOWN else f"{text[: MAX_SHOWN - 4]} ..."
