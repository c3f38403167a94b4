"""Files of a user's own sequences: arrays in one ``.npz``, read without pickle."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

SUFFIX = ".npz"
SHORTEST = 8  # steps; convolutions of fewer see little but their own margins
MIN_PER_CLASS = 5  # a fifth is still a sequence
_TEST = ("x_test", "y_test")
_MEMBERS = ("x", "y", *_TEST, "labels")


@dataclass(frozen=True, eq=False)
class Sequences:
    """Sequences with the classes that they are of.

    Attributes:
        values: The sequences, ``(n, channels, length)`` float32.
        labels: The class of each sequence, ``(n,)`` int64, as indices into the file's classes.
    """

    values: np.ndarray
    labels: np.ndarray


@dataclass(frozen=True, eq=False)
class SequenceFile:
    """What a file of sequences holds.

    Attributes:
        classes: Names of the classes; a label is an index into them.
        train: The sequences to train on: all that the file does not set aside itself.
        test: The test sequences; ``None`` where the file has none.
        notes: What a user should know of the file, in words.
    """

    classes: tuple[str, ...]
    train: Sequences
    test: Sequences | None
    notes: tuple[str, ...] = ()


def find_sequences(file: Path) -> SequenceFile:
    """Read the sequences of a file, or give what this process has read of it before.

    Its arrays are ``x``, numbers ``(n, channels, length)``, and ``y``, ``(n,)``, whole numbers
    or texts; and where it sets a test part aside ``x_test`` and ``y_test``, of the same kind.
    Classes are the distinct values of ``y`` in ascending order, or those that an array of texts
    ``labels`` names, into which ``y`` then counts from 0.

    Args:
        file: The file, which ``numpy.savez`` has written.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: It is no such file, or its arrays are not as they should be.
    """
    if not file.is_file():
        raise FileNotFoundError(f"no file of sequences at {str(file)!r}")
    stat = file.stat()
    return _found(file, stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=2)
def _found(file: Path, mtime_ns: int, n_bytes: int) -> SequenceFile:
    del mtime_ns, n_bytes  # a file that was written anew is another file
    with _arrays(file) as arrays:
        read = {name: _member(arrays, name, file) for name in arrays.files if name in _MEMBERS}
        others = [name for name in arrays.files if name not in _MEMBERS]
    for name in ("x", "y", *(_TEST if not read.keys().isdisjoint(_TEST) else ())):
        if name not in read:
            has = ", ".join([*read, *others]) or "none"
            raise ValueError(
                f"{str(file)!r} has no array {name!r}: it has {has}; expected x and y, and "
                "x_test and y_test both or neither"
            )
    train, shape = checked(read["x"], "x", file), read["x"].shape[1:]
    classes, values = _classes(read, file)
    labels = _labels(read["y"], "y", file=file, values=values, n=len(train))
    _check_counts(labels, classes, file, n_least=MIN_PER_CLASS)
    test = None
    if "x_test" in read:
        own = checked(read["x_test"], "x_test", file)
        if own.shape[1:] != shape or not len(own):
            raise ValueError(
                f"'x_test' in {str(file)!r} has shape {own.shape}; expected (n, "
                f"{shape[0]}, {shape[1]}) as of 'x', n at least 1"
            )
        n = len(own)
        test = Sequences(own, _labels(read["y_test"], "y_test", file=file, values=values, n=n))
    passed = ", ".join(map(repr, others))
    notes = (f"arrays that are passed over in {str(file)!r}: {passed}",) if others else ()
    return SequenceFile(classes, Sequences(train, labels), test, notes)


def read_values(file: Path) -> np.ndarray:
    """The sequences ``x`` of a file alone, ``(n, channels, length)`` float32.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: It is no file of arrays, or its ``x`` is not as it should be.
    """
    if not file.is_file():
        raise FileNotFoundError(f"no file of sequences at {str(file)!r}")
    with _arrays(file) as arrays:
        if "x" not in arrays.files:
            has = ", ".join(arrays.files) or "none"
            raise ValueError(f"{str(file)!r} has no array 'x': it has {has}")
        return checked(_member(arrays, "x", file), "x", file)


@contextmanager
def _arrays(file: Path) -> Iterator[np.lib.npyio.NpzFile]:
    try:
        opened = np.load(file)
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise ValueError(
            f"{str(file)!r} is no file of arrays; write one with numpy.savez(file, x=x, y=y)"
        ) from error
    if not isinstance(opened, np.lib.npyio.NpzFile):
        raise ValueError(
            f"{str(file)!r} holds one array without a name; write a file with "
            "numpy.savez(file, x=x, y=y)"
        )
    with opened:
        yield opened


def _member(arrays: np.lib.npyio.NpzFile, name: str, file: Path) -> np.ndarray:
    try:
        found: np.ndarray = arrays[name]
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        if "pickle" in str(error):
            raise ValueError(
                f"{name!r} in {str(file)!r} holds Python objects, which are not read; make it "
                "an array of numbers or of texts, as numpy.array gives of rows of equal length"
            ) from error
        raise ValueError(f"{name!r} in {str(file)!r} cannot be read: {error}") from error
    return found


def checked(values: np.ndarray, name: str, file: Path) -> np.ndarray:
    """Sequences in single precision, refused where they are none.

    Args:
        values: What a file holds.
        name: What the file calls it.
        file: The file.

    Raises:
        ValueError: It is no array of finite numbers ``(n, channels, length)``.
    """
    where = f"{name!r} in {str(file)!r}"
    if values.dtype.kind not in "biuf":
        raise ValueError(f"{where} holds {values.dtype}; expected real numbers")
    if values.ndim != 3 or 0 in values.shape[1:]:
        hint = f"; of one channel give {name}[:, None]" if values.ndim == 2 else ""
        raise ValueError(
            f"{where} has shape {values.shape}; expected (n, channels, length){hint}"
        )
    if values.shape[2] < SHORTEST:
        raise ValueError(
            f"{where} has sequences of {values.shape[2]} steps; expected {SHORTEST} or more in "
            "its last axis"
        )
    with np.errstate(over="ignore"):  # infinite then, which is told
        found = np.ascontiguousarray(values, dtype=np.float32)
    is_bad = ~np.isfinite(found).all(axis=(1, 2))
    if is_bad.any():
        raise ValueError(
            f"{where} holds numbers that are not finite, in {is_bad.sum():,} of {len(found):,} "
            f"sequences, the first at index {is_bad.argmax()}; fill them in or leave those out"
        )
    return found


def _classes(read: dict[str, np.ndarray], file: Path) -> tuple[tuple[str, ...], np.ndarray]:
    """Names of the classes, and what stands for each of them in ``y``."""
    labels, names = read["y"], read.get("labels")
    if labels.dtype.kind not in "biuU":
        raise ValueError(
            f"'y' in {str(file)!r} holds {labels.dtype}; expected the classes as whole numbers "
            "(y.astype(int)) or texts (y.astype(str))"
        )
    if names is None:
        values = np.unique(labels)
        classes = tuple(map(str, values.tolist()))
    else:
        if names.dtype.kind != "U" or names.ndim != 1 or labels.dtype.kind not in "iu":
            raise ValueError(
                f"'labels' in {str(file)!r} is {names.dtype} of shape {names.shape}, and 'y' "
                f"{labels.dtype}; expected texts (n_classes,), into which whole numbers in 'y' "
                "count from 0"
            )
        classes, values = tuple(map(str, names.tolist())), np.arange(len(names))
    if len(set(classes)) < len(classes) or any(not c.strip() or "\n" in c for c in classes):
        raise ValueError(
            f"classes of {str(file)!r} are {', '.join(map(repr, classes))}; expected different "
            "names, of one line each"
        )
    if len(classes) < 2:
        raise ValueError(
            f"{str(file)!r} has {len(classes)} class"
            f"{'es' * (len(classes) != 1)}; expected two or more different values in 'y'"
        )
    return classes, values


def _labels(
    given: np.ndarray, name: str, *, file: Path, values: np.ndarray, n: int
) -> np.ndarray:
    """The class of each sequence as an index into the values that stand for the classes."""
    where = f"{name!r} in {str(file)!r}"
    if given.shape != (n,):
        raise ValueError(
            f"{where} has shape {given.shape} for {n:,} sequences; expected ({n},): a class "
            "for each"
        )
    is_known = np.isin(given, values)
    if given.dtype.kind not in "biuU" or not is_known.all():
        unknown = repr(given[~is_known][0].item()) if not is_known.all() else str(given.dtype)
        first = ", ".join(repr(value) for value in values.tolist()[:5])
        more = ", ..." if len(values) > 5 else ""
        raise ValueError(f"{where} holds {unknown}; expected the classes {first}{more}")
    return np.searchsorted(values, given).astype(np.int64)


def _check_counts(
    labels: np.ndarray, classes: tuple[str, ...], file: Path, *, n_least: int
) -> None:
    counts = np.bincount(labels, minlength=len(classes))
    if counts.min() < n_least:
        place = int(counts.argmin())
        raise ValueError(
            f"class {classes[place]!r} in {str(file)!r} has {counts[place]} sequences to train "
            f"on; expected {n_least} or more of every class"
        )
