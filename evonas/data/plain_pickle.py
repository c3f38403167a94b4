"""Pickles and torch files of plain data: containers, numbers, texts and arrays.

This is the one module that imports ``pickle`` to read files of others, for some tables are
published in no other form. A pickle is a program: it may name any function that can be
imported, and have it called. ``PlainUnpickler`` therefore finds nothing by name but what is
listed here, none of which does anything but hold data; whatever else a file names ends the
reading before it is imported. Files of torch are read by torch itself, which has a list too
(``weights_only=True``).
"""

from __future__ import annotations

import bz2
import pickle
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np


class RefusedError(ValueError):
    """A file that is no pickle of plain data."""


class _Encode:
    """In place of ``_codecs.encode``, by which old pickles spell bytes as a text."""

    __slots__ = ()  # a pickle may set attributes of what it found, and here there are none

    def __call__(self, text: str, codec: str) -> bytes:
        if codec != "latin1":
            raise RefusedError(f"it encodes a text as {codec!r}; expected latin1")
        return text.encode(codec)


class _FromBuffer:
    """In place of numpy's function of that name, by which new pickles spell arrays."""

    __slots__ = ()

    def __call__(
        self, buffer: Any, kind: np.dtype[Any], shape: tuple[int, ...], order: Literal["C", "F"]
    ) -> np.ndarray:
        return np.frombuffer(buffer, dtype=kind).reshape(shape, order=order)


_KINDS = (set, frozenset, complex, bytearray, bytes, int, float, list)
_MULTIARRAY = {
    "_reconstruct": np.zeros(0).__reduce__()[0],
    "scalar": np.float64(0).__reduce__()[0],
}
_PLAIN: Mapping[str, Mapping[str, Any]] = {
    "builtins": {kind.__name__: kind for kind in _KINDS},
    "collections": {"OrderedDict": OrderedDict},
    "_codecs": {"encode": _Encode()},
    "numpy": {"dtype": np.dtype, "ndarray": np.ndarray},
    "numpy.core.multiarray": _MULTIARRAY,
    "numpy._core.multiarray": _MULTIARRAY,  # the same since numpy 2
    "numpy.core.numeric": {"_frombuffer": _FromBuffer()},
    "numpy._core.numeric": {"_frombuffer": _FromBuffer()},
}


class PlainUnpickler(pickle.Unpickler):
    """Reads a pickle of plain data, and refuses every other before anything of it is called."""

    def find_class(self, module: str, name: str) -> Any:
        """What plain data is made of, by name; nothing is imported for it.

        Raises:
            RefusedError: The name stands for something else.
        """
        module = {"__builtin__": "builtins"}.get(module, module)  # as Python 2 wrote it
        try:
            return _PLAIN[module][name]
        except KeyError:
            raise RefusedError(
                f"it names {module}.{name}, and nothing is read but containers, numbers, texts "
                "and arrays"
            ) from None


def load_plain(path: Path) -> Any:
    """What a file of plain data holds, without running anything that the file names.

    Args:
        path: A pickle, one that bz2 packed (``.pbz2``), or a file of torch (``.pth``, ``.pt``).

    Raises:
        FileNotFoundError: There is no such file.
        RefusedError: The file is damaged, or holds more than plain data.
    """
    try:
        if path.suffix in (".pth", ".pt"):
            return _of_torch(path)
        with bz2.open(path) if path.suffix == ".pbz2" else path.open("rb") as file:
            return PlainUnpickler(file).load()
    except FileNotFoundError:
        raise
    except RefusedError as error:
        raise RefusedError(f"{path} is not read: {error}") from None
    except Exception as error:  # whatever a damaged file makes of it
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise RefusedError(
            f"cannot read {path}: {reason}; expected a pickle of containers, numbers, texts "
            "and arrays"
        ) from error


def _of_torch(path: Path) -> Any:
    import torch  # heavy, and few tables need it

    kinds: list[Any] = [np.dtype, np.ndarray, *_MULTIARRAY.values()]
    kinds += [type(np.dtype(code)) for code in ("f8", "f4", "i8", "i4", "bool")]
    with torch.serialization.safe_globals([*kinds, OrderedDict]):
        return torch.load(path, map_location="cpu", weights_only=True)
