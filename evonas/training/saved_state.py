"""Files that are written whole, and values that are read back without running code."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Literal, TypeVar

import torch

T = TypeVar("T")


@contextmanager
def whole(path: Path, mode: Literal["w", "wb"] = "w") -> Iterator[IO[Any]]:
    """A new file, of text or of bytes, that a reader sees as a whole, or as it was before.

    Args:
        path: Where the file shall lie.
        mode: As ``open`` has it.
    """
    scratch = path.with_name(f".{path.name}.partial")
    as_text: dict[str, Any] = {"encoding": "utf-8", "newline": ""} if mode == "w" else {}
    try:
        with scratch.open(mode, **as_text) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(scratch, path)
    finally:
        scratch.unlink(missing_ok=True)


def write_state(file: Path, state: Mapping[str, Any]) -> None:
    """Write a state so that a reader sees all of it or what was there before.

    Args:
        file: Where the state shall lie.
        state: Tensors and plain values, in mappings and lists however deep.

    Raises:
        OSError: The file cannot be written.
    """
    with whole(file, "wb") as opened:
        torch.save(dict(state), opened)


def read_state(file: Path) -> dict[str, Any]:
    """What ``write_state`` wrote, on the processor.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: The file is damaged, or holds something else.
    """
    try:
        state = torch.load(file, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        raise
    except Exception as error:  # a damaged file leads torch astray in many ways
        reason = str(error).partition("\n")[0]
        raise ValueError(f"{file} cannot be read: {type(error).__name__}: {reason}") from error
    if not isinstance(state, dict):
        raise ValueError(f"{file} cannot be read: it holds a {type(state).__name__}")
    return state


def read_value(file: Path, make: Callable[[Any], T]) -> T | None:
    """What was made of a file of JSON; ``None`` where there is no such file.

    Args:
        file: Where the file lies.
        make: Makes the value of what the file holds, and fails where it is something else.

    Raises:
        ValueError: The file is damaged, or holds something else.
    """
    if not file.is_file():
        return None
    try:
        return make(json.loads(file.read_text(encoding="utf-8")))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{file} cannot be read: {type(error).__name__}: {error}") from error
