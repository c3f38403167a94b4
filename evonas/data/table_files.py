"""Where the files of published tables lie."""

from __future__ import annotations

import csv
import os
from collections.abc import Sequence
from pathlib import Path


def table_folder(data_dir: str | None) -> Path:
    """The folder in which tables lie: that of ``--data-dir``, of $EVONAS_DATA, or this one.

    Args:
        data_dir: What the user named; nothing leaves it to the environment.
    """
    return Path(data_dir or os.environ.get("EVONAS_DATA") or ".").expanduser()


def find_table(data_dir: str | None, names: Sequence[str], *, folder: str, source: str) -> Path:
    """The first of several files that is there, in a folder of the table's own or beside it.

    Args:
        data_dir: The folder that the user named, if any.
        names: Names of the files or folders that will do, as their publisher calls them.
        folder: Name of the table's own folder.
        source: Where the files are published, for the error.

    Raises:
        FileNotFoundError: None of them is there.
    """
    home = table_folder(data_dir)
    for place in (home / folder, home):
        for name in names:
            if (place / name).exists():
                return place / name
    wanted = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
    raise FileNotFoundError(
        f"no table in {home / folder}; get {wanted} from {source}, put it there, and name the "
        f"folder that holds {folder}/ with --data-dir"
    )


def csv_rows(path: Path, key: str) -> dict[str, dict[str, str]]:
    """The rows of a CSV file by what stands in one of its columns.

    Args:
        path: The file; its first line names the columns.
        key: Name of the column, whose texts are all different.

    Raises:
        ValueError: The column is not there, or holds a text twice.
    """
    rows: dict[str, dict[str, str]] = {}
    with path.open(encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines)
        if key not in (reader.fieldnames or ()):
            columns = ", ".join(reader.fieldnames or ()) or "none"
            raise ValueError(f"{path} has no column {key!r}; its columns: {columns}")
        for row in reader:
            if row[key] in rows:
                raise ValueError(f"{path} lists {row[key]!r} twice")
            rows[row[key]] = row
    return rows
