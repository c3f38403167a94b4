"""Files that a reader sees as a whole or not at all, and values that are read from them."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Literal, TypeVar

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
