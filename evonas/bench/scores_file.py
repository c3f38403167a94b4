"""The file in which the scores of one problem are kept, search by search."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from evonas.bench.cases import Case
from evonas.bench.contest import Score
from evonas.bench.judge import Verdict
from evonas.runs.journal import open_locked, write_whole
from evonas.whole_files import read_value, whole

COLUMNS = (
    *("problem", "method", "seed", "evaluations", "cost"),
    *("hypervolume", "log_hypervolume", "igd_plus", "recall"),
)
_LATER = {"problem", "log_hypervolume"}  # columns that files of earlier versions lack


class ScoresFile:
    """Keeps the scores of one problem; what was appended survives the process.

    Beside ``NAME.csv`` lies ``NAME.json`` with the conditions that all its searches share. A
    search stands in the file as a whole or not at all: a torn end is cut off.

    Args:
        path: Where the file is, or is to be made.
        conditions: The conditions, JSON-able.

    Attributes:
        path: Where the file is.
        scores: What it held when it was opened.

    Raises:
        ValueError: The file holds something else, or searches under other conditions.
        BusyError: Another process is writing to the file.
    """

    def __init__(self, path: Path, conditions: Mapping[str, Any]) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = open_locked(path)
        try:
            self.scores = held_scores(path, conditions)
            if not self.scores:  # there is nothing, or no more than a torn end
                with whole(path.with_suffix(".json")) as beside:
                    beside.write(json.dumps(conditions, indent=1) + "\n")
                self._file.truncate(0)
                write_whole(self._file, rows_text([], header=COLUMNS).encode())
            self._cut_off_torn_end()
        except BaseException:
            self.close()
            raise

    def append(self, scores: Sequence[Score]) -> None:
        """Write the scores of one search at the end of the file.

        Raises:
            OSError: They cannot be written; the file ends with the last whole search.
        """
        write_whole(self._file, rows_text(scores).encode())

    def _cut_off_torn_end(self) -> None:
        self._file.seek(0)
        lines = self._file.readall().splitlines(keepends=True)
        self._file.truncate(sum(map(len, lines[: 1 + len(self.scores)])))

    def close(self) -> None:
        """Let other processes write to the file."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


def held_scores(path: Path, conditions: Mapping[str, Any]) -> list[Score]:
    """The scores in a file under these conditions, if there is one; nothing is written.

    Args:
        path: Where the file is, if there is one.
        conditions: What its searches are to share, JSON-able.

    Raises:
        ValueError: The file holds something else, or searches under other conditions.
        OSError: It cannot be read.
    """
    if not path.exists():
        return []
    kept, newline, torn = path.read_text(encoding="utf-8").rpartition("\n")
    found = parse_scores(kept + newline, path) if newline else []
    if torn and found:
        last = found[-1]
        begin = f"{last.problem},{last.method},{last.seed},"
        if begin.startswith(torn) or torn.startswith(begin):  # of that search, perhaps
            found = [s for s in found if (s.method, s.seed) != (last.method, last.seed)]
    if found:
        _check_conditions(path, conditions)
    return found


def _check_conditions(path: Path, conditions: Mapping[str, Any]) -> None:
    beside = path.with_suffix(".json")
    there = read_value(beside, dict)
    if there is None:
        raise ValueError(
            f"{path} has no {beside.name} that tells its conditions; name another folder "
            "with --out"
        )
    for name, wanted in conditions.items():
        if there.get(name) != wanted:
            raise ValueError(
                f"{path} holds searches with {name} {_shown(there.get(name))}, not "
                f"{_shown(wanted)}; name another folder with --out"
            )


def conditions_of(case: Case) -> dict[str, Any]:
    """What all searches in the file of a problem share, JSON-able.

    Args:
        case: The problem.
    """
    return {
        "problem": case.base.problem,
        "objectives": list(case.objectives),
        "options": list(case.base.option),
        "evaluations": case.base.evaluations,
        "pop_size": case.base.population,
        "cost": case.cost,
    }


def rows_text(scores: Sequence[Score], *, header: Sequence[str] = ()) -> str:
    """Scores as lines of a file, each a row under ``COLUMNS``.

    Args:
        scores: The scores.
        header: The row that comes first, if one is wanted.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    if header:
        writer.writerow(header)
    for score in scores:
        verdict = score.verdict
        writer.writerow(
            [
                score.problem,
                score.method,
                score.seed,
                score.n_evaluations,
                f"{score.cost:.6g}",
                f"{verdict.hypervolume:.6f}",
                f"{verdict.log_hypervolume:.6f}",
                f"{verdict.igd_plus:.6f}",
                f"{verdict.recall:.4f}",
            ]
        )
    return out.getvalue()


def read_scores(path: Path) -> list[Score]:
    """The scores in a file, of this version or of an earlier one.

    Args:
        path: The file. Where it does not name the problem, its own name does.

    Raises:
        ValueError: It holds something else.
        OSError: It cannot be read.
    """
    return parse_scores(path.read_text(encoding="utf-8"), path)


def parse_scores(text: str, path: Path) -> list[Score]:
    """The scores in the text of a file.

    Args:
        text: The text, of whole lines.
        path: Where it is from, for messages and for files that do not name the problem.

    Raises:
        ValueError: The text is something else.
    """
    rows = csv.DictReader(io.StringIO(text))
    missing = set(COLUMNS) - _LATER - set(rows.fieldnames or ())
    if missing:
        raise ValueError(f"{path} holds no scores of a contest: it lacks {min(missing)}")
    try:
        stem = re.sub(r"-\d+evaluations.*", "", path.stem)
        return [_score(row, stem) for row in rows]
    except (TypeError, ValueError) as error:
        raise ValueError(f"{path}:{rows.line_num} is no row of scores: {error}") from None


def _score(row: Mapping[str, str], stem: str) -> Score:
    return Score(
        problem=row.get("problem") or stem,
        method=row["method"],
        seed=int(row["seed"]),
        n_evaluations=int(row["evaluations"]),
        cost=float(row["cost"]),
        verdict=Verdict(
            hypervolume=float(row["hypervolume"]),
            igd_plus=float(row["igd_plus"]),
            recall=float(row["recall"]),
            log_hypervolume=float(row.get("log_hypervolume") or math.nan),
        ),
    )


def _shown(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
