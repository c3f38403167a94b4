"""Look-up tables as files: JSON as they are measured here, or CSV as others write them."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import Any

from evonas.hardware.operator_table import Operator, OperatorTable, TableQuality

COLUMNS = ("operator", "output", "flops", "activation_bytes", "weight_bytes", "seconds")
SUFFIXES = (".json", ".csv")
PASS = "(pass)"  # the row of a CSV file with what a pass takes beside its operators


def write_table(table: OperatorTable, file: Path) -> None:
    """Write a look-up table, as JSON or as CSV by the suffix.

    A CSV file has a row for each operator, and one named ``(pass)`` for what a pass takes
    beside them; seconds there are multiplied by the table's factor already.

    Args:
        table: The table.
        file: Where it shall lie; its suffix is one of ``SUFFIXES``.

    Raises:
        ValueError: The suffix is none of them.
    """
    check_suffix(file)
    if file.suffix == ".json":
        head = {"device": table.device, "runtime": table.runtime, "batch": table.batch}
        quality = asdict(table.quality) if table.quality else None
        whole = {"once_s": table.once_s, "factor": table.factor, "quality": quality}
        rows = [_row(operator, seconds) for operator, seconds in table.seconds.items()]
        text = json.dumps({**head, **whole, "operators": rows}, indent=1)
        file.write_text(text + "\n", encoding="utf-8")
        return
    with file.open("w", newline="", encoding="utf-8") as opened:
        writer = csv.writer(opened)
        writer.writerow([*COLUMNS, "device", "runtime", "batch"])
        where = [table.device, table.runtime, table.batch]
        writer.writerow([PASS, "", 0, 0, 0, table.once_s, *where])
        for operator, seconds in table.seconds.items():
            row = _row(operator, table.factor * seconds)
            writer.writerow([*row.values(), *where])


def check_suffix(file: Path) -> None:
    """Refuse a file that is no look-up table by its name.

    Raises:
        ValueError: The suffix is none of ``SUFFIXES``.
    """
    if file.suffix not in SUFFIXES:
        raise ValueError(
            f"{file} is no look-up table; its suffix must be one of {', '.join(SUFFIXES)}"
        )


def read_table(file: Path) -> OperatorTable:
    """The look-up table of a file; read once, as long as it stays as it is.

    Args:
        file: A JSON file as ``write_table`` writes it, or a CSV file with the columns
            ``COLUMNS`` and, if need be, ``device``, ``runtime`` (``torch`` or ``onnx``) and
            ``batch``, equal in all rows.

    Raises:
        ValueError: The file is no look-up table, or a number in it cannot be.
        FileNotFoundError: There is no such file.
    """
    check_suffix(file)
    if not file.is_file():
        raise FileNotFoundError(f"no look-up table at {file}")
    return _read(file.absolute(), file.stat().st_mtime_ns)


@lru_cache(maxsize=8)
def _read(file: Path, changed: int) -> OperatorTable:
    try:
        text = file.read_text(encoding="utf-8")
        return _from_json(text) if file.suffix == ".json" else _from_csv(text, file.stem)
    except (KeyError, TypeError) as error:
        raise ValueError(f"{file} is no look-up table: it lacks {error}") from error
    except ValueError as error:
        raise ValueError(f"cannot read the look-up table {file}: {error}") from error


def _row(operator: Operator, seconds: float) -> dict[str, Any]:
    output = "x".join(map(str, operator.output))
    amounts = (operator.flops, operator.activation_bytes, operator.weight_bytes)
    return dict(zip(COLUMNS, (operator.name, output, *amounts, seconds), strict=True))


def _operators(rows: Iterable[Mapping[str, Any]]) -> dict[Operator, float]:
    return {
        Operator(
            name=str(row["operator"]),
            output=tuple(int(side) for side in str(row["output"]).split("x") if side),
            flops=float(row["flops"]),
            activation_bytes=float(row["activation_bytes"]),
            weight_bytes=float(row["weight_bytes"]),
        ): float(row["seconds"])
        for row in rows
    }


def _from_json(text: str) -> OperatorTable:
    found = json.loads(text)
    quality = found["quality"]
    return OperatorTable(
        device=str(found["device"]),
        runtime=found["runtime"],
        batch=int(found["batch"]),
        seconds=_operators(found["operators"]),
        once_s=float(found["once_s"]),
        factor=float(found["factor"]),
        quality=TableQuality(**quality) if quality else None,
    )


def _from_csv(text: str, name: str) -> OperatorTable:
    rows = list(csv.DictReader(text.splitlines()))
    if not rows:
        raise ValueError(f"it has no rows; expected the columns {', '.join(COLUMNS)}")
    once = [float(row["seconds"]) for row in rows if row["operator"] == PASS]
    first = rows[0]
    runtime: Any = first.get("runtime") or "torch"
    return OperatorTable(
        device=first.get("device") or name,
        runtime=runtime,
        batch=int(first.get("batch") or 1),
        seconds=_operators(row for row in rows if row["operator"] != PASS),
        once_s=sum(once),
    )
