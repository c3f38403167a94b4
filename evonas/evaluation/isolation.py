"""Measuring as if nothing had been measured before: what a candidate changes is put back."""

from __future__ import annotations

import os
import random
import sys
import types
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain
from typing import Any

import numpy as np

from evonas.process_state import PROCESS, Kept, Setting, keep, put_back

# Where a replaced function would change what is measured, or how its record gets here.
WATCHED = (
    *("builtins", "time", "math", "random", "os", "json", "pickle", "struct", "copyreg"),
    *("numpy", "numpy.random", "numpy.linalg"),
)
CODE = (
    types.FunctionType,
    types.BuiltinFunctionType,
    types.ModuleType,
    type,
    np.ufunc,
    type(np.sum),
    type(lru_cache(len)),
    staticmethod,
    classmethod,
    property,
)
MODULES = Setting(
    "loaded modules",
    lambda: [sys.modules.get(name) for name in WATCHED],
    lambda before: sys.modules.update(zip(WATCHED, before, strict=True)),
)
_numpy: Any = np.random  # some of it is not typed
_bits = np.random.MT19937()  # of numpy's global generator while something is measured


@contextmanager
def isolated(seed: int, *, classes: tuple[type, ...] = ()) -> Iterator[list[str]]:
    """Put back, in the end, what is set for the whole process, however the block ends.

    The global random states of Python, numpy and torch begin from the seed, so that what draws
    from them depends on nothing that was drawn before. Torch's part waits until torch is
    imported, by whomever: nothing here imports it.

    Args:
        seed: fixes the global random states within the block.
        classes: classes of the user's whose methods are not to be replaced.

    Yields:
        A list, empty until the block ends: then it names what could not be put back, and
        functions that were replaced. These are put back, but may be held elsewhere too.
    """
    lasting: list[str] = []
    before = _Before.now(seed, classes)
    try:
        yield lasting
    finally:
        lasting += before.restore()


@dataclass(frozen=True)
class _Before:
    """A process as it was before a candidate."""

    names: _Names
    kept: Kept
    kept_of_torch: Kept | None  # where torch is imported
    random: Any
    bits: Any
    random_of_torch: Any = field(repr=False, default=None)

    @classmethod
    def now(cls, seed: int, classes: tuple[type, ...]) -> _Before:
        torch = _torch_state()
        before = cls(
            names=_Names.of(_owners(classes, len(sys.modules))),
            kept=keep((MODULES, *PROCESS)),
            kept_of_torch=keep(torch.TORCH) if torch else None,
            random=random.getstate(),
            bits=_numpy.get_bit_generator(),
            random_of_torch=torch.random_state() if torch else None,
        )
        random.seed(seed)
        _numpy.set_bit_generator(_bits)
        np.random.seed(seed % 2**32)
        if torch:
            torch.seed(seed)
        return before

    def restore(self) -> list[str]:
        """Put back what can be, and name what cannot, and what was replaced."""
        lasting = self._settings_put_back()
        replaced = self.names.put_back()
        if replaced:  # perhaps what putting back calls
            lasting = self._settings_put_back()
        return [*replaced, *lasting]

    def _settings_put_back(self) -> list[str]:
        lasting = put_back(self.kept)
        with suppress(Exception):  # where it was replaced
            random.setstate(self.random)
            _numpy.set_bit_generator(self.bits)
        if "torch" not in sys.modules:
            return lasting
        torch = _torch_state()
        if torch is None:  # its import failed half-way
            return [*lasting, "torch"]
        if self.kept_of_torch is None:
            return [*lasting, *put_back(torch.untouched())]
        with suppress(Exception):
            torch.set_random_state(self.random_of_torch)
        return [*lasting, *put_back(self.kept_of_torch)]


@dataclass(frozen=True)
class _Names:
    """What modules and classes held by their names."""

    owners: Sequence[Any]
    before: Sequence[dict[str, Any]]

    @classmethod
    def of(cls, owners: Sequence[Any]) -> _Names:
        return cls(owners, [vars(owner).copy() for owner in owners])

    def put_back(self) -> list[str]:
        """Put functions back that were replaced, and name them."""
        with suppress(Exception):  # what an array makes of a comparison
            now = [*chain.from_iterable(vars(owner).values() for owner in self.owners)]
            if now == [*chain.from_iterable(map(dict.values, self.before))]:
                return []  # nearly always, and soon known
        pairs = zip(self.owners, self.before, strict=True)
        return [name for owner, before in pairs for name in _put_back(owner, before)]


def _put_back(owner: Any, before: dict[str, Any]) -> Iterator[str]:
    for name, old in before.items():
        new = vars(owner).get(name)
        if new is not old and isinstance(old, CODE) and not _is_own_wrapper(new, old):
            with suppress(Exception):
                setattr(owner, name, old)
            yield f"{owner.__name__}.{name}"


def _is_own_wrapper(new: object, old: Any) -> bool:
    """Whether a library itself replaces its function, as torch does when parts of it are used.

    Such a function wraps the old one, or is from a private part of the library, whose
    functions no candidate puts in another's place.
    """
    package = str(getattr(old, "__module__", "")).partition(".")[0]
    home = os.path.dirname(getattr(sys.modules.get(package), "__file__", None) or "")
    if not (home and isinstance(new, types.FunctionType)):
        return False
    place = new.__code__.co_filename
    is_wrapper = getattr(new, "__wrapped__", None) is old and place.startswith(home + os.sep)
    return is_wrapper or place.startswith(os.path.join(home, "_"))


@lru_cache(maxsize=4)
def _owners(classes: tuple[type, ...], n_modules: int) -> list[Any]:
    """Classes and loaded modules that are watched; found anew where more are loaded."""
    torch = _torch_state()
    names = {*WATCHED, *(each.__module__ for each in classes)}
    names |= {name for name in sys.modules if name.startswith("evonas.")}
    modules = [sys.modules[name] for name in names if name in sys.modules]
    return [*classes, *modules, *((*torch.MODULES, *torch.LAYERS) if torch else ())]


def _torch_state() -> Any:
    """What keeps torch's state, where torch is imported; ``None`` where it is not."""
    if "torch" not in sys.modules:
        return None
    with suppress(Exception):  # of torch half imported
        from evonas.training import torch_state  # imports torch, which is there already

        return torch_state
    return None
