"""Files of tensors and plain values, written whole and read back without running code."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from evonas.whole_files import whole


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
