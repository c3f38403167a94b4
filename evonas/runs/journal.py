"""The append-only file that keeps every record, with one writer at a time."""

from __future__ import annotations

import errno
import fcntl
import logging
import os
from contextlib import suppress
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import NoReturn, Self

from evonas.record import SEAL, Record, merge
from evonas.runs.places import check_regular, read_blocks
from evonas.space import Genome

_NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP)
_CUT_OFF = (
    "%s: the last line was not finished when its writer was killed; it was cut off, and its "
    "architecture will be measured again"
)
logger = logging.getLogger("evonas")

Key = tuple[Genome, str]  # an architecture, and the fidelity of a measurement


class BusyError(OSError):
    """A run directory that another process is writing to."""


class FolderError(OSError):
    """A run directory that cannot be written any more; what was written stays good."""

    @classmethod
    def writing(cls, path: Path, error: OSError, consequence: str = "") -> Self:
        """What is said where writing a file failed."""
        return cls(f"cannot write {path}: {error.strerror or error}{consequence}")


class JournalError(FolderError):
    """A journal that cannot be written any more."""


class Journal:
    """An append-only file of records with one writer; what was appended survives the process.

    Args:
        path: Where the file is, or is to be made. A torn last line, left by a process that was
            killed while writing, is cut off, and a warning says so.

    Attributes:
        path: The place of the file.
        records: What the file held when it was opened, by genome and fidelity. Later lines
            about the same add metrics to the first.
        measurements: The lines that the file held when it was opened, in their order, by
            genome and fidelity: what was measured first, and what was added to it later.
        lines: The number of each record's first line in the file, from 1.

    Raises:
        BusyError: Another process is writing to the file.
        JournalError: The file cannot be opened or made.
        ValueError: A line that is not the last cannot be read, or it is no regular file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._place = path.absolute()  # whatever the working directory becomes
        self._failure: JournalError | None = None
        check_regular(path)
        try:
            self._file = open_locked(path)
            self._load()
        except BusyError:
            raise
        except OSError as error:
            raise JournalError.writing(path, error) from error

    def append(self, record: Record) -> None:
        """Write one record, and hand it to the operating system.

        Raises:
            JournalError: The record cannot be written, now or in an earlier call; the file ends
                with the last whole record.
            ValueError: The record could not be read back.
        """
        line = record.to_line().encode()
        self.check_place()
        try:
            write_whole(self._file, line)
        except OSError as error:
            self._fail(error, f"; the {self._n_lines} records before are safe")
        self._n_lines += 1

    def sync(self) -> None:
        """Wait until all that was appended is on the disk.

        Raises:
            JournalError: What was appended may not be on the disk.
        """
        self.check_place()
        self._sync()

    def check_place(self) -> None:
        """Refuse to go on where the file failed before, or is no longer at its path.

        Raises:
            JournalError: The file failed before, or is no longer at its path.
        """
        if self._failure is not None:
            raise JournalError(*self._failure.args)
        own = os.fstat(self._file.fileno())
        with suppress(OSError):
            if os.path.samestat(own, os.stat(self._place)):
                return
        records = f"its {self._n_lines} records"
        self._failure = JournalError(
            f"{self.path} was moved or deleted while the run was writing to it; "
            + (f"{records} are where it is now" if own.st_nlink else f"{records} went with it")
        )
        raise self._failure

    def close(self) -> None:
        """Sync unless writing failed before, and let go of the file; once is enough.

        Raises:
            JournalError: What was appended may not be on the disk.
        """
        if self._file.closed:
            return
        try:
            if self._failure is None:
                self._sync()
        finally:
            with suppress(OSError):
                self._file.close()

    def _load(self) -> None:
        try:
            content = read_blocks(self._file, self.path)
            contents = _parse(self.path, content)
            if contents.n_bytes < len(content):
                self._file.truncate(contents.n_bytes)
                logger.warning(_CUT_OFF, self.path)
            elif content and not content.endswith(b"\n"):
                write_whole(self._file, b"\n")
        except BaseException:
            self._file.close()
            raise
        self.records = contents.records
        self.measurements = contents.measurements
        self.lines = contents.lines
        self._n_lines = contents.n_lines

    def _sync(self) -> None:
        try:
            os.fsync(self._file.fileno())
        except OSError as error:
            self._fail(error, "; the last records may not have reached the disk")

    def _fail(self, error: OSError, consequence: str) -> NoReturn:
        self._failure = JournalError.writing(self.path, error, consequence)
        raise self._failure from error


def read_journal(path: Path) -> dict[Genome, Record]:
    """One record per architecture of a journal, in order; a torn last line is passed over.

    Raises:
        ValueError: A line other than a torn last one cannot be read; the message names file and
            line.
    """
    records: dict[Genome, Record] = {}
    for (genome, _), record in _read(path).records.items():
        records[genome] = merge(records[genome], record) if genome in records else record
    return records


def read_measurements(path: Path) -> dict[Key, list[Record]]:
    """The lines of a journal by genome and fidelity, in their order; nothing is written.

    Raises:
        ValueError: A line other than a torn last one cannot be read; the message names file and
            line.
    """
    return _read(path).measurements


def write_whole(file: FileIO, data: bytes) -> None:
    """Append all of some bytes to a file, or none of them.

    Raises:
        OSError: The bytes cannot be written.
    """
    number = file.fileno()
    end = os.fstat(number).st_size
    rest = memoryview(data)
    try:
        while rest:
            rest = rest[os.write(number, rest) :]
    except BaseException:
        with suppress(OSError):
            if os.fstat(number).st_size < end + len(data):
                os.ftruncate(number, end)
        raise


@dataclass(frozen=True)
class _Contents:
    """What a journal holds; ``n_bytes`` leaves out a torn last line."""

    records: dict[Key, Record]
    measurements: dict[Key, list[Record]]
    lines: dict[Key, int]
    n_lines: int
    n_bytes: int


def _read(path: Path) -> _Contents:
    """What a journal holds; nothing where there is none."""
    check_regular(path)
    try:
        with FileIO(path) as file:
            content = read_blocks(file, path)
    except FileNotFoundError:
        content = b""
    return _parse(path, content)


def _parse(path: Path, content: bytes) -> _Contents:
    records: dict[Key, Record] = {}
    measurements: dict[Key, list[Record]] = {}
    numbers: dict[Key, int] = {}
    *lines, rest = content.split(b"\n")
    is_torn = not SEAL.search(rest)  # else it lacks its newline alone, or is damaged
    for number, line in enumerate(lines if is_torn else [*lines, rest], start=1):
        try:
            record = Record.from_line(line)
        except ValueError as error:
            raise ValueError(f"{path}, line {number}: {error}") from error
        key = record.genome, record.fidelity
        records[key] = merge(records[key], record) if key in records else record
        measurements.setdefault(key, []).append(record)
        numbers.setdefault(key, number)
    return _Contents(
        records,
        measurements,
        numbers,
        n_lines=len(lines) + (not is_torn),
        n_bytes=len(content) - len(rest) * is_torn,
    )


def open_locked(path: Path) -> FileIO:
    """A file for appending, locked for as long as it is open.

    Args:
        path: Where the file is, or is to be made.

    Raises:
        BusyError: Another process holds the lock.
        OSError: The file cannot be opened or made.
    """
    while True:
        file = path.open("ab+", buffering=0)
        try:
            _lock(file, path)
            file.seek(0)
            if os.path.samestat(os.fstat(file.fileno()), path.stat()):
                return file
        except FileNotFoundError:
            pass
        except BaseException:
            file.close()
            raise
        file.close()  # someone deleted it before it was locked


def _lock(file: FileIO, path: Path) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise BusyError(
            f"{path.parent} is in use: another process is writing to it; wait until it ends, "
            "or stop it"
        ) from None
    except OSError as error:
        if error.errno not in _NO_LOCKS:
            raise
        logger.warning("%s cannot be locked here; let no second process write to it", path)
