"""What a run directory says of its run: its config, and the versions it began with."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

from evonas.config import Config
from evonas.parsing import without_repetition
from evonas.runs.checksums import CHECKSUMS, checksums, edits, way_out
from evonas.runs.journal import logger
from evonas.runs.places import check_regular

FORMAT = 3  # of the whole directory
CONFIG, ENVIRONMENT = "config.json", "environment.json"
PACKAGES = ("evonas", "joblib", "numpy", "pymoo", "scikit-learn", "torch", "torchvision")


def config_text(config: Config, resolved: Mapping[str, Any]) -> str:
    """The content of ``config.json``, with a checksum for each setting in its last line.

    Args:
        config: The config of the run.
        resolved: What was settled beyond the config, JSON-able.
    """
    content = {"format": FORMAT, "config": config.as_dict(), "resolved": resolved}
    text = json.dumps(content, indent=2)
    sums = json.dumps(checksums(json.loads(text)))
    return f'{text.removesuffix("}").rstrip()},\n  "{CHECKSUMS}": {sums}\n}}\n'


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


def check_same_prices(path: Path, resolved: Mapping[str, Any]) -> None:
    """Refuse to go on with a run whose carbon model has become another, as on another machine.

    Raises:
        FileNotFoundError: The directory is not there, or is no run's.
        ValueError: Its config cannot be read, or the model differs; the message says where.
    """
    before = read_resolved(path).get("carbon", {})
    now = json.loads(json.dumps(resolved)).get("carbon", {})
    differing = [name for name in {**before, **now} if before.get(name) != now.get(name)]
    if differing:
        raise ValueError(
            f"CO2 is priced otherwise here than in {path}, which would not compare: "
            f"{', '.join(sorted(differing))} differ; start a new run with --out"
        )


def read_config(path: Path) -> Config:
    """The config of a run.

    Raises:
        FileNotFoundError: The directory is not there, or is no run's.
        ValueError: Its config cannot be read, or is another version's.
    """
    settings = _read_content(path)["config"]
    try:
        return Config.from_dict(settings)
    except (ArithmeticError, TypeError, ValueError) as error:
        raise _unreadable(path / CONFIG, error) from error


def read_resolved(path: Path) -> dict[str, Any]:
    """What a run settled beyond its config.

    Raises:
        FileNotFoundError: The directory is not there, or is no run's.
        ValueError: Its config cannot be read, or is another version's.
    """
    resolved: dict[str, Any] = _read_content(path)["resolved"]
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


def compare_environments(file: Path) -> None:
    """Warn of every version that is not the one that a run began with."""
    try:
        content = _read_object(file)
        before = {"python": content["python"], **content["packages"]}
    except (KeyError, OSError, TypeError, ValueError) as error:
        reason = error if isinstance(error, ValueError) else _unreadable(file, error)
        logger.warning("%s; whether the versions are those of its beginning is unknown", reason)
        return
    here = environment()
    for name, version in {"python": here["python"], **here["packages"]}.items():
        if before.get(name) != version:
            logger.warning(
                "%s was %s when the run began and is %s now: further measurements may differ",
                name,
                before.get(name, "unknown"),
                version,
            )


def _read_content(path: Path) -> dict[str, Any]:
    """The content of ``config.json``, of this version, with a config and what was resolved."""
    file = path / CONFIG
    if not path.is_dir():
        raise FileNotFoundError(f"no run at {path}: there is no such directory")
    if not file.is_file():
        raise FileNotFoundError(f"{path} is not a run of evonas: it holds no {CONFIG}")
    content = _read_object(file)
    if not content.keys() & {"format", "config"}:
        raise _unreadable(file, ValueError("it has no format"))
    found = content.get("format", 1)  # the first did not say so
    if type(found) is not int or found != FORMAT:
        raise ValueError(
            f"{file} was written by another version of evonas (format {found!r:.20}; this one "
            f"reads format {FORMAT}); run it with that version, or start a new run with --out"
        )
    for name in ("config", "resolved"):
        if not isinstance(content.get(name), dict):
            raise _unreadable(file, ValueError(f"{name} is missing, or holds no settings"))
    try:
        edited = edits(content)
    except (RecursionError, ValueError) as error:
        raise _unreadable(file, error) from error
    if edited:
        raise ValueError(
            f"{file} was edited since it was written: {'; '.join(edited)}; {way_out(content)}"
        )
    return content


def _read_object(file: Path) -> dict[str, Any]:
    """A JSON file that holds keys and values.

    Raises:
        OSError: The file cannot be read.
        ValueError: The file holds something else; the message names it.
    """
    check_regular(file)
    try:
        text = file.read_bytes().decode()
        content = json.loads(text, object_pairs_hook=without_repetition)
        if not isinstance(content, dict):
            raise ValueError("expected keys and values in braces")
    except (RecursionError, ValueError) as error:
        raise _unreadable(file, error) from error
    return content


def _unreadable(file: Path, error: Exception) -> ValueError:
    return ValueError(f"{file} cannot be read: {type(error).__name__}: {error}")
