"""The run directory: everything that a search leaves on disk."""

from __future__ import annotations

import csv
import json
import math
import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from io import FileIO, StringIO
from pathlib import Path
from typing import Any, NoReturn

from evonas.config import Config
from evonas.faults import harmless
from evonas.hardware.roofline import Cost
from evonas.listener import METERED, Generation, Listener, Outcome
from evonas.record import Record
from evonas.runs.costs import COSTS, costs_text
from evonas.runs.journal import FolderError, Journal, write_whole
from evonas.runs.manifest import (
    CONFIG,
    ENVIRONMENT,
    check_resumable,
    compare_environments,
    config_text,
    environment,
)
from evonas.runs.places import check_regular, open_new, without_link
from evonas.runs.schema import genome_key
from evonas.space import Genome

RECORDS, GENERATIONS, FRONT = "records.jsonl", "generations.csv", "front.csv"
CHECKPOINTS = "checkpoints"  # a folder; it may be removed at any time
RUNGS = "rungs.csv"
FAILURES, OBJECTIVES, TRACKED = "failures.csv", "objectives.csv", "codecarbon.json"
SPEND = "spend.json"
# What a creation leaves that was killed before its last step, the config.
_LEFT_OVER = {RECORDS, ENVIRONMENT, "environment.part", "config.part"}


class RunFolder(Listener):
    """One run's directory, open for writing by one process.

    It listens to the search: generations and the end it writes down when it is told of them.
    Records are not among what it is told: whoever measures appends them to its journal, before
    anybody else hears of them.

    Made by ``create`` or ``resume``. Every method that writes raises a ``FolderError`` where
    that fails; what was written before can then still be read.

    Attributes:
        path: Where the run directory is.
        journal: The records file, open for appending.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.journal = Journal(path / RECORDS)
        self._place = path.absolute()  # whatever the working directory becomes
        self._generations: FileIO | None = None

    @classmethod
    def create(cls, path: Path, config: Config, *, resolved: Mapping[str, Any]) -> RunFolder:
        """Make a new run directory; where that fails, nothing is left of it.

        Args:
            path: Where to make the directory. It must not exist yet, or be empty, or be left
                from a creation that was killed.
            config: The config of the run, to be kept in the directory.
            resolved: Whatever was settled beyond the config, to be kept beside it.

        Raises:
            FileExistsError: There is something at ``path``.
            BusyError: Another process is making the same directory.
            FolderError: A file cannot be written.
            OSError: The directory cannot be made.
        """
        text = config_text(config, resolved)
        check_free(path)
        made = _make_directories(path)
        try:
            folder = cls(path)
        except OSError:
            _remove_directories(made)
            raise
        try:
            check_free(path)  # once more: another process may have been faster
        except OSError:
            folder.close()
            raise
        try:
            folder._replace(ENVIRONMENT, json.dumps(environment(), indent=2) + "\n")
            folder._replace(CONFIG, text)
        except BaseException:
            for name in (CONFIG, ENVIRONMENT, RECORDS):
                with suppress(OSError):
                    (folder._place / name).unlink(missing_ok=True)
            _remove_directories(made)
            folder._let_go()
            raise
        return folder

    @classmethod
    def resume(cls, path: Path, config: Config, *, resolved: Mapping[str, Any]) -> RunFolder:
        """Open the directory of a run that is to go on.

        Versions that are no longer those of the run's beginning are told as warnings.

        Raises:
            FileNotFoundError: There is no run at the path, or its journal is gone.
            ValueError: The run has another configuration, or its journal is damaged.
            BusyError: Another process is writing to the directory.
            FolderError: A file cannot be written.
        """
        text = config_text(config, resolved)
        check_resumable(path, config)
        if not (path / RECORDS).exists():
            raise FileNotFoundError(
                f"{path} holds no {RECORDS}, and so nothing that was measured; put it back, or "
                "start a new run with --out"
            )
        folder = cls(path)
        try:
            compare_environments(path / ENVIRONMENT)
            folder._replace(CONFIG, text)
        except BaseException:
            folder._let_go()
            raise
        return folder

    def on_generation(self, generation: Generation) -> None:
        """Append a generation to its table."""
        self.add_generation(generation.row())

    def on_end(self, outcome: Outcome | None) -> None:
        """Write what the search has found and taken, unless an error has ended it."""
        if outcome is None:
            return
        for name, (header, rows) in outcome.tables().items():
            self._replace(f"{name}.csv", _table([header, *rows]))
        self.write_failures(outcome.failures)
        last = {"last_measuring": asdict(outcome.last_spend)} if outcome.last_spend else {}
        self.write_spend({**asdict(outcome.spend), **last})
        self.write_costs(outcome.costs())

    def add_generation(self, row: Mapping[str, Any]) -> None:
        """Append a row to the generations table, and make the journal safe."""
        self.journal.sync()
        if self._generations is None:  # a resumed run replays, and writes its table again
            self._replace(GENERATIONS, _table([list(row), list(row.values())]))
            self._generations = self._open(GENERATIONS)
            return
        try:
            write_whole(self._generations, _table([list(row.values())]).encode())
        except OSError as error:
            self._fail(GENERATIONS, error)

    def read_metered_kwh(self) -> float:
        """What meters had counted when the table of generations was last written."""
        file = self._place / GENERATIONS
        with suppress(csv.Error, LookupError, OSError, TypeError, ValueError):
            check_regular(file)
            rows = list(csv.DictReader(file.read_text(encoding="utf-8").splitlines()))
            counted = float(rows[-1][METERED])
            return counted if 0 <= counted < math.inf else 0.0
        return 0.0

    def write_front(self, header: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Write the front's table; a reader sees the old one or the new one, never half."""
        self._replace(FRONT, _table([header, *rows]))

    def write_spend(self, spend: Mapping[str, Any]) -> None:
        """Write what the search has taken in all."""
        self._replace(SPEND, json.dumps(spend, indent=2) + "\n")

    def write_costs(self, costs: Mapping[Genome, Cost]) -> None:
        """Write what the front's networks cost, if any were counted."""
        if costs:
            self._replace(COSTS, costs_text(costs))

    def add_opinion(self, opinion: Mapping[str, Any]) -> None:
        """Add what a tracker said of one session to what it said of earlier ones."""
        earlier: list[Any] = []
        with suppress(OSError, ValueError):
            earlier = list(json.loads((self._place / TRACKED).read_text(encoding="utf-8")))
        self._replace(TRACKED, json.dumps([*earlier, opinion], indent=2) + "\n")

    def write_failures(self, records: Sequence[Record]) -> None:
        """Write the table of candidates that failed, in the given order, if there are any."""
        header = ("kind", "genome", "seed", "seconds [s]", "error", "where")
        if records:
            self._replace(FAILURES, _table([header, *map(_failure, records)]))

    def close(self) -> None:
        """Let go of all files; once is enough.

        Raises:
            JournalError: What was measured last may not be on the disk.
        """
        try:
            self.journal.close()
        finally:
            if self._generations:
                with suppress(OSError):
                    self._generations.close()

    def _let_go(self) -> None:
        """Close in the wake of an error, which nothing must hide."""
        with suppress(OSError):
            self.close()

    def _fail(self, name: str, error: OSError) -> NoReturn:
        """Say why a file cannot be written: that the directory is gone, if it is."""
        self.journal.check_place()
        raise FolderError.writing(self.path / name, error) from error

    def _open(self, name: str) -> FileIO:
        try:
            return FileIO(without_link(self._place / name), "a")
        except OSError as error:
            self._fail(name, error)

    def _replace(self, name: str, text: str) -> None:
        """Write a file so that it holds, whatever happens, its old content or its new one."""
        self.journal.check_place()
        file = self._place / name
        draft = file.with_suffix(".part")
        try:
            with open_new(draft) as opened:
                write_whole(opened, text.encode(errors="backslashreplace"))
                os.fsync(opened.fileno())
            draft.replace(file)
        except OSError as error:
            self._fail(name, error)
        finally:
            with suppress(OSError):
                draft.unlink(missing_ok=True)
        _sync_directory(self._place)


def check_free(path: Path) -> None:
    """Refuse a place where a run would overwrite something.

    Raises:
        FileExistsError: There is something at the path.
    """
    if os.path.lexists(path) and not (path.is_dir() and _is_free(path)):
        going_on = f", or go on with --resume {path}, in Python resume=True"
        raise FileExistsError(
            f"{path} exists; give another directory with --out"
            + (going_on if (path / CONFIG).exists() else "")
        )


def _is_free(path: Path) -> bool:
    """Whether a directory is empty, or holds what a killed creation left."""
    try:
        names = {file.name for file in path.iterdir()}
        is_left_over = RECORDS in names and names <= _LEFT_OVER
        return not names or (is_left_over and (path / RECORDS).stat().st_size == 0)
    except FileNotFoundError:  # another process has just given it up
        return True


def _make_directories(path: Path) -> list[Path]:
    """Make a directory and those above it; those that were missing, the lowest first."""
    missing = [place for place in (path, *path.parents) if not place.exists()]
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        _remove_directories(missing)
        raise OSError(f"cannot make {path}: {error.strerror or error}") from error
    return missing


def _remove_directories(paths: Sequence[Path]) -> None:
    """Remove directories as far as they are empty."""
    with suppress(OSError):
        for path in paths:
            path.rmdir()


def _sync_directory(path: Path) -> None:
    """See that names survive a power failure, where the file system offers that."""
    with suppress(OSError):
        number = os.open(path, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)


def _table(rows: Iterable[Sequence[Any]]) -> str:
    text = StringIO()
    plain = ([harmless(cell) for cell in row] for row in rows)
    csv.writer(text, lineterminator="\n").writerows(plain)
    return text.getvalue()


def _failure(record: Record) -> list[Any]:
    said = [line.strip() for line in record.trace]
    frames = [line for line in said if line.startswith('File "')]
    return [
        record.kind,
        genome_key(record.genome),
        record.seed,
        round(record.seconds, 6),
        " ".join((record.error or "").split()),
        (frames or said or [""])[-1],
    ]
