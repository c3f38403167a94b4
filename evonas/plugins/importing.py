"""Importing what a user names by its place: a file or a module, and a name in it."""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import inspect
import sys
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

from evonas.parsing import nearest
from evonas.plugins.contract import told


def load(reference: str, *, kind: type | None = None) -> Any:
    """The object that ``file.py:name`` or ``package.module:name`` stands for.

    Args:
        reference: The object's place and name, as ``file.py:name`` or ``package.module:name``.
            The name may be left out of a file that defines exactly one subclass of ``kind``.
        kind: The class whose subclass to look for where no name is given.

    Raises:
        ValueError: The module cannot be imported, or has no such name.
        FileNotFoundError: There is no such file.
    """
    place, _, name = reference.rpartition(":") if ":" in reference else (reference, "", "")
    module = _from_file(place) if place.endswith(".py") else _from_path(place)
    if not name:
        name = _only(module, kind, place)
    if not hasattr(module, name) and place == "__main__":
        raise ValueError(
            f"{name} was made in a notebook or a session that this is not; write its class to "
            "a file, in a notebook by a cell that begins with %%writefile mine.py, and search "
            f"mine.py:{name}"
        )
    if not hasattr(module, name):
        public = [word for word in vars(module) if not word.startswith("_")]
        raise ValueError(f"{place} has no {name!r}{nearest(name, public)}")
    return getattr(module, name)


def _from_path(place: str) -> ModuleType:
    here = str(Path.cwd())
    if here not in sys.path:  # as under ``python -m``; a console script does not have it
        sys.path.append(here)
    try:
        return importlib.import_module(place)
    except (Exception, SystemExit) as error:
        raise ValueError(f"cannot import {place!r}: {type(error).__name__}: {error}") from error


def _from_file(place: str) -> ModuleType:
    path = Path(place).expanduser().resolve()
    if not path.is_file():
        raise FileNotFoundError(f"no such file: {place} (looked for {path})")
    if path.parent in _shipped_folders():
        return _from_path(f"evonas.problems.{path.stem}")  # or one class has two identities
    name = f"{path.stem}_{hashlib.sha256(str(path).encode()).hexdigest()[:12]}"
    if name in sys.modules:
        return sys.modules[name]
    if str(path.parent) not in sys.path:  # a file may import its neighbours
        sys.path.append(str(path.parent))
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        raise ValueError(f"cannot import {place}: {type(error).__name__}: {error}") from error
    return module


def _shipped_folders() -> list[Path]:
    spec = importlib.util.find_spec("evonas.problems")
    return [Path(p).resolve() for p in (spec and spec.submodule_search_locations) or ()]


def _only(module: ModuleType, kind: type | None, place: str) -> str:
    names = [
        name
        for name, value in vars(module).items()
        if kind is not None
        and isinstance(value, type)
        and issubclass(value, kind)
        and value.__module__ == module.__name__
    ]
    if len(names) == 1:
        return names[0]
    raise ValueError(
        f"name what to take from {place}, as {place}:NAME; it has "
        f"{' and '.join(names) or 'nothing of that kind'}"
    )


def construct(factory: Any, name: str, *arguments: Any, **named: Any) -> Any:
    """Call a class or factory that a user named.

    Raises:
        ValueError: The class is abstract, or the call fails with anything but a ``ValueError``
            or ``OSError`` of its own.
    """
    if inspect.isabstract(factory):
        missing = ", ".join(sorted(factory.__abstractmethods__))
        raise ValueError(f"{name} is not finished: it lacks the method {missing}")
    return told(f"cannot make {name}", partial(factory, *arguments, **named))
