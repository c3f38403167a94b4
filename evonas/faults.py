"""Why a candidate failed: one of six kinds, a reason in one line, and where."""

from __future__ import annotations

import errno
import re
import traceback
from dataclasses import dataclass

FAULT_KINDS = {
    "raised": "measuring it raised an error",
    "invalid": "a metric is missing, is no number, or is not finite",
    "diverged": "the loss of its training is no longer a number",
    "memory": "it needs more memory than it may have",
    "timeout": "it took longer than it may",
    "died": "its worker process died, and so did that of its second try",
}
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")  # what makes a formula of a cell
_NUMBERS = re.compile(r"[+-]?[\d.]+(e[+-]?\d+)?([ -][+-]?[\d.]+(e[+-]?\d+)?)*", re.IGNORECASE)
N_TRACE_LINES, MAX_LINE, MAX_REASON = 12, 200, 500


class DivergedError(ArithmeticError):
    """A training whose loss is no longer a number."""


class MetricError(ValueError):
    """An answer of a problem that cannot be used: missing, no number, or not finite."""


class LateError(TimeoutError):
    """A candidate that took longer than it may."""


@dataclass(frozen=True)
class Fault:
    """What went wrong with one candidate.

    Attributes:
        kind: The kind of the failure, a key of ``FAULT_KINDS``.
        reason: Why the candidate failed, in one line.
        trace: The last lines of the candidate's traceback, or of what its process wrote.
    """

    kind: str
    reason: str
    trace: tuple[str, ...] = ()

    @classmethod
    def of(cls, error: BaseException) -> Fault:
        """What an error that measuring raised says; never fails itself."""
        return cls(_kind(error), reason_of(error), tail(_traceback(error)))


def reason_of(error: BaseException) -> str:
    """An error in one line: what it says, and its type where that is not one of ours."""
    try:
        said = " ".join(str(error).split())
    except Exception:  # user code once more
        said = "(an error that cannot be printed)"
    is_ours = isinstance(error, (DivergedError, MetricError, LateError))
    line = said if is_ours else f"{type(error).__name__}: {said}"
    return line if len(line) <= MAX_REASON else f"{line[: MAX_REASON - 4]} ..."


def printable(text: str) -> str:
    """A text whose every character can be shown: what steers a terminal is spelt out.

    A newline is escaped too, and so is half a character, which no encoding can write.
    """
    if text.isprintable():
        return text
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode() for each in text
    )


def harmless(cell: object) -> object:
    """A cell of a table that no spreadsheet takes for a formula, and no terminal for orders.

    Numbers stay as they are, also several of them in one cell.
    """
    if not isinstance(cell, str):
        return cell
    if cell[:1] in _FORMULA and len(cell) > 1 and not _NUMBERS.fullmatch(cell):
        cell = f"'{cell}"
    return printable(cell)


def tail(text: str) -> tuple[str, ...]:
    """The last lines of a text, none of them long or empty."""
    lines = [line.rstrip()[:MAX_LINE] for line in text.splitlines() if line.strip()]
    return tuple(lines[-N_TRACE_LINES:])


def _kind(error: BaseException) -> str:
    if isinstance(error, DivergedError):
        return "diverged"
    if isinstance(error, MetricError):
        return "invalid"
    if isinstance(error, LateError):
        return "timeout"
    return "memory" if _is_out_of_memory(error) else "raised"


def _is_out_of_memory(error: BaseException) -> bool:
    if isinstance(error, OSError):
        return error.errno == errno.ENOMEM
    if isinstance(error, RuntimeError):  # torch: OutOfMemoryError on a GPU, this text on a CPU
        is_named = type(error).__name__ == "OutOfMemoryError"
        return is_named or "can't allocate memory" in reason_of(error)
    return isinstance(error, MemoryError)


def _traceback(error: BaseException) -> str:
    try:
        return "".join(traceback.format_exception(error))
    except Exception:  # an error that cannot be printed
        return "".join(traceback.format_tb(error.__traceback__))
