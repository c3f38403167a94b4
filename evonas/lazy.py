"""Names of a package that are imported when they are first used."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any


def attach(
    package: str, names: Mapping[str, Sequence[str]]
) -> tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]:
    """What a package needs to offer names of its modules without importing these.

    A tabular problem need not wait for torch, nor ``evonas --help`` for anything.

    Args:
        package: the name of the package that offers the names.
        names: the names on offer, by the module that they are from, such as
            ``{"blocks": ["Conv"]}``; a module deeper down has dots.

    Returns:
        The package's ``__getattr__``, ``__dir__`` and ``__all__``.
    """
    homes = {name: module for module, offered in names.items() for name in offered}

    def getattr_(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        found = getattr(importlib.import_module(f"{package}.{homes[name]}"), name)
        setattr(sys.modules[package], name, found)  # the next time it is there at once
        return found

    def dir_() -> list[str]:
        own = (name for name in vars(sys.modules[package]) if name.startswith("__"))
        return sorted({*own, *homes})

    return getattr_, dir_, sorted(homes)
