"""The run directory: everything that a search leaves on disk."""

from __future__ import annotations

import csv
import json
import os
import platform
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any, TextIO

from evonas.config import Config
from evonas.journal import Journal

CONFIG, ENVIRONMENT = "config.json", "environment.json"
RECORDS, GENERATIONS, FRONT = "records.jsonl", "generations.csv", "front.csv"
PACKAGES = ("evonas", "joblib", "numpy", "pymoo", "scikit-learn", "torch", "torchvision")


class RunFolder:
    """One run's directory, open for writing.

    Made by ``create`` or ``resume``.

    Attributes:
        path: Of the directory.
        journal: The records file, open for appending.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.journal = Journal(path / RECORDS)
        self._generations: TextIO | None = None

    @classmethod
    def create(cls, path: Path, config: Config, *, resolved: Mapping[str, Any]) -> RunFolder:
        """Make a new run directory.

        Args:
            path: Must not exist yet, or be empty.
            config: Of the run.
            resolved: Whatever was settled beyond the config, to be kept beside it.

        Raises:
            FileExistsError: There is something at ``path``.
            OSError: The directory cannot be made.
        """
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            raise FileExistsError(
                f"{path} exists; give another directory with --out"
                + (f", or go on with --resume {path}" if (path / CONFIG).exists() else "")
            )
        path.mkdir(parents=True, exist_ok=True)
        _write_json(path / ENVIRONMENT, environment())
        _write_json(path / CONFIG, {"config": config.as_dict(), "resolved": resolved})
        return cls(path)

    @classmethod
    def resume(cls, path: Path, config: Config, *, resolved: Mapping[str, Any]) -> RunFolder:
        """Open the directory of a run that is to go on.

        Raises:
            FileNotFoundError: There is no run.
            ValueError: The run has another configuration, or its journal is damaged.
        """
        check_resumable(path, config)
        folder = cls(path)
        _write_json(path / CONFIG, {"config": config.as_dict(), "resolved": resolved})
        return folder

    def add_generation(self, row: Mapping[str, Any]) -> None:
        """Append a row to the generations table, and make the journal safe."""
        self.journal.sync()
        is_first = self._generations is None
        if self._generations is None:  # a resumed run replays, and writes its table again
            self._generations = (self.path / GENERATIONS).open("w", newline="")
        writer = csv.DictWriter(self._generations, list(row))
        if is_first:
            writer.writeheader()
        writer.writerow(row)
        self._generations.flush()

    def write_front(self, header: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Write the front's table; a reader sees the old one or the new one, never half."""
        path = self.path / FRONT
        draft = path.with_suffix(".part")
        with draft.open("w", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(header)
            writer.writerows(rows)
        draft.replace(path)

    def close(self) -> None:
        """Let go of all files."""
        self.journal.close()
        if self._generations:
            self._generations.close()


def check_resumable(path: Path, config: Config) -> None:
    """Refuse to go on with a run of another configuration.

    Raises:
        FileNotFoundError: The directory is not there, or is no run's.
        ValueError: Its config cannot be read, or differs in what must not change.
    """
    differences = config.differences(read_config(path))
    if differences:
        raise ValueError(
            f"{path} belongs to another configuration: {'; '.join(differences)}; leave these "
            "out to go on with it, or start a new run with --out"
        )


def read_config(path: Path) -> Config:
    """The config of a run.

    Raises:
        FileNotFoundError: The directory is not there, or is no run's.
        ValueError: Its config cannot be read.
    """
    return Config.from_dict(_read_json(path)["config"])


def read_resolved(path: Path) -> dict[str, Any]:
    """What a run settled beyond its config.

    Raises:
        FileNotFoundError: The directory is not there, or is no run's.
        ValueError: Its config cannot be read.
    """
    resolved: dict[str, Any] = _read_json(path)["resolved"]
    return resolved


def environment() -> dict[str, Any]:
    """The machine, and the versions of everything that can change a result."""
    versions = {}
    for name in PACKAGES:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            versions[name] = "not installed"
    return {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "machine": platform.machine(),
        "n_cores": os.cpu_count(),
        "packages": versions,
    }


def _read_json(path: Path) -> dict[str, Any]:
    file = path / CONFIG
    if not path.is_dir():
        raise FileNotFoundError(f"no run at {path}: there is no such directory")
    if not file.is_file():
        raise FileNotFoundError(f"{path} is not a run of evonas: it holds no {CONFIG}")
    try:
        content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        content["config"], content["resolved"]
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{file} cannot be read: {type(error).__name__}: {error}") from error
    return content


def _write_json(path: Path, content: Mapping[str, Any]) -> None:
    draft = path.with_suffix(".part")
    draft.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    draft.replace(path)
