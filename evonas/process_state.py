"""What a process has set for all that runs in it, to be put back after one part of that."""

from __future__ import annotations

import decimal
import gc
import locale
import os
import resource
import signal
import sys
import warnings
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np

LIMITS = ("RLIMIT_DATA", "RLIMIT_AS", "RLIMIT_CPU", "RLIMIT_STACK", "RLIMIT_NOFILE")
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGALRM, signal.SIGIO)


@dataclass(frozen=True)
class Setting:
    """One thing that is set for the whole process.

    Attributes:
        name: what it is, as a message says it.
        read: gives its present value, which compares equal where nothing was changed.
        write: sets it to a value that ``read`` gave.
    """

    name: str
    read: Callable[[], Any]
    write: Callable[[Any], object]


Kept = Sequence[tuple[Setting, Any]]  # settings, each with its value at one moment


def keep(settings: Iterable[Setting]) -> Kept:
    """The settings with their present values, for ``put_back``."""
    return [(setting, _present(setting)) for setting in settings]


def put_back(kept: Kept) -> list[str]:
    """Set everything to what it was.

    Args:
        kept: the settings with their values, as ``keep`` gave them.

    Returns:
        Names of the settings that cannot be put back; empty where all are as they were.
    """
    lasting = []
    for setting, value in kept:
        if _present(setting) == value:
            continue
        with suppress(Exception):  # whatever a candidate made of what is called here
            setting.write(value)
        if _present(setting) != value:
            lasting.append(setting.name)
    return lasting


def _present(setting: Setting) -> Any:
    try:
        return setting.read()
    except Exception as error:  # such as a working directory that was removed
        return type(error)


def _directory() -> tuple[str, int, int]:
    """By its place and its number: another one may have been put there."""
    there = os.stat(".")
    return os.getcwd(), there.st_dev, there.st_ino


def _environment() -> dict[bytes, bytes]:
    """All variables; Python's own dictionary of them where it has one, for it is read often."""
    own: dict[bytes, bytes] | None = getattr(os.environ, "_data", None)
    return dict(os.environb if own is None else own)


def _set_environment(before: dict[bytes, bytes]) -> None:
    for name in os.environb.keys() - before.keys():
        del os.environb[name]
    os.environb.update(before)


def _set_warnings(before: tuple[list[Any], list[Any], Any]) -> None:
    warnings.filters, content, warnings.showwarning = before
    warnings.filters[:] = content
    with warnings.catch_warnings():  # to leave it makes the filters known
        pass


def _decimals() -> tuple[dict[str, Any], list[Any]]:
    context = decimal.getcontext()
    words = ("prec", "rounding", "Emin", "Emax", "capitals", "clamp")
    return {word: getattr(context, word) for word in words}, [*context.traps.items()]


def _set_decimals(before: tuple[dict[str, Any], list[Any]]) -> None:
    context = decimal.getcontext()
    words, traps = before
    for word, value in words.items():
        setattr(context, word, value)
    context.traps.update(traps)


def _set_streams(before: tuple[Any, ...]) -> None:
    sys.stdin, sys.stdout, sys.stderr = before


def _set_collection(before: tuple[bool, tuple[int, int, int]]) -> None:
    is_on, thresholds = before
    gc.enable() if is_on else gc.disable()
    gc.set_threshold(*thresholds)


def _limit(name: str) -> Setting:
    number = getattr(resource, name)
    return Setting(
        f"the limit {name}",
        lambda: resource.getrlimit(number),
        lambda before: resource.setrlimit(number, before),
    )


def _handler(number: signal.Signals) -> Setting:
    return Setting(
        f"the handler of {number.name}",
        lambda: signal.getsignal(number),
        lambda before: signal.signal(number, before),
    )


PROCESS: tuple[Setting, ...] = (
    Setting("the working directory", _directory, lambda before: os.chdir(before[0])),
    Setting("the environment", _environment, _set_environment),
    Setting(
        "the filters of warnings",
        lambda: (warnings.filters, list(warnings.filters), warnings.showwarning),
        _set_warnings,
    ),
    Setting(
        "the locale",
        lambda: locale.setlocale(locale.LC_ALL),
        lambda before: locale.setlocale(locale.LC_ALL, before),
    ),
    Setting("numpy's handling of errors", np.geterr, lambda before: np.seterr(**before)),
    Setting("the precision of decimals", _decimals, _set_decimals),
    Setting("the streams", lambda: (sys.stdin, sys.stdout, sys.stderr), _set_streams),
    Setting("the limit of recursion", sys.getrecursionlimit, sys.setrecursionlimit),
    Setting("the limit of digits", sys.get_int_max_str_digits, sys.set_int_max_str_digits),
    Setting(
        "the collection of garbage",
        lambda: (gc.isenabled(), gc.get_threshold()),
        _set_collection,
    ),
    Setting(
        "the processor's cores",
        lambda: os.sched_getaffinity(0),
        lambda before: os.sched_setaffinity(0, before),
    ),
    Setting(
        "the alarm",
        lambda: signal.getitimer(signal.ITIMER_REAL) != (0.0, 0.0),
        lambda is_set: is_set or signal.setitimer(signal.ITIMER_REAL, 0.0),
    ),
    *map(_handler, SIGNALS),
    *map(_limit, LIMITS),
)
