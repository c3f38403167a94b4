"""What a training leaves behind, for a later one to go on with."""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np


class Checkpoint:
    """A file of arrays, which may be gone or damaged at any time without harm.

    Nothing that it holds can execute code.

    Args:
        folder: The folder in which all checkpoints of a search lie.
        identity: Everything that the arrays depend on, JSON-able; another identity is another
            file.
    """

    def __init__(self, folder: str | Path, identity: Mapping[str, Any]) -> None:
        digest = hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()
        self._path = Path(folder, f"{digest[:32]}.npz")

    def read(self) -> dict[str, np.ndarray] | None:
        """The arrays; ``None`` where they cannot be had, for whatever reason."""
        try:
            with np.load(self._path) as arrays:
                return dict(arrays)
        except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile):
            return None

    def write(self, arrays: Mapping[str, np.ndarray]) -> None:
        """Keep the arrays if possible; a reader sees all of them or none."""
        scratch = self._path.with_suffix(f".{os.getpid()}")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with scratch.open("wb") as file:
                np.savez(file, **arrays)  # type: ignore[arg-type]  # names are ours
            os.replace(scratch, self._path)
        except OSError:  # a full disk costs time, not the result
            with suppress(OSError):
                scratch.unlink()

    def drop(self) -> None:
        """Remove the file; no matter if it is gone."""
        self._path.unlink(missing_ok=True)
