"""Reading what a search may begin with: a run, a front's table, or a list of architectures."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from evonas.runs.journal import logger
from evonas.runs.reading import open_run
from evonas.space import SearchSpace
from evonas.warm_start import Prior

FORMS = (
    "a list of architectures (name and value of every gene), or of genomes, alone or under the "
    'key "genomes"'
)


def read_prior(path: Path, space: SearchSpace) -> Prior:
    """What a run directory, a ``front.csv`` or a JSON file of architectures holds.

    Args:
        path: A run directory, a ``front.csv`` or a JSON file. Of a run, the front is what to
            begin with, and all that was measured is what a surrogate can learn from.
        space: The space that genomes of a JSON file are spelt in.

    Raises:
        FileNotFoundError: There is no such file, or it is no run's directory.
        ValueError: What the path holds cannot be read.
    """
    if path.is_dir():
        return _of_run(path)
    if not path.is_file():
        raise FileNotFoundError(f"cannot start from {path}: there is no such file or run")
    try:
        text = path.read_text(encoding="utf-8")
        return _of_json(text, space) if path.suffix == ".json" else _of_table(text)
    except (KeyError, TypeError, ValueError, csv.Error) as error:
        reason = str(error) or type(error).__name__
        raise ValueError(f"cannot start from {path}: {reason}; expected {FORMS}") from error


def _of_run(path: Path) -> Prior:
    run = open_run(path)
    if not run.front:
        raise ValueError(f"cannot start from {path}: the run has no front")
    chosen = {record.genome for record in run.front}
    own = run.goals.metrics
    front = [r for r in run.records if r.genome in chosen]  # the oldest first
    others = [r for r in run.records if r.error is None and r.genome not in chosen]
    kept = [*front, *(r for r in others if r.metrics.keys() >= set(own))]
    if not run.spelling.decoded_by:
        logger.warning(
            "%s was written before runs held their space: its front alone is known, and "
            "nothing can be learnt from the rest",
            path,
        )
        kept = front
    space = run.space
    architectures = [
        space.decode(record.genome) if space else run.decode(record.genome) for record in kept
    ]
    metrics = {name: tuple(record.metrics[name] for record in kept) for name in own}
    return _prior(architectures, metrics, len(front))


def _of_table(text: str) -> Prior:
    """A front's table: genes are the columns behind the metrics, which have a unit or not."""
    rows = list(csv.DictReader(text.splitlines()))
    if not rows or "genome" not in rows[0]:
        raise ValueError("the table has no rows, or no column genome")
    columns = list(rows[0])
    n_genes = len(rows[0]["genome"].split())
    genes = columns[len(columns) - n_genes :]
    metrics = {
        column.partition(" ")[0]: tuple(float(row[column]) for row in rows)
        for column in columns[1 : len(columns) - n_genes]
        if all(row[column] for row in rows)
    }
    return _prior([{gene: row[gene] for gene in genes} for row in rows], metrics, len(rows))


def _of_json(text: str, space: SearchSpace) -> Prior:
    content = json.loads(text)
    metrics: Sequence[Mapping[str, float]] = ()
    if isinstance(content, dict):
        metrics, content = content.get("metrics", ()), content["genomes"]
    if not isinstance(content, list) or not content:
        raise ValueError("it holds no list, or an empty one")
    architectures = [
        entry if isinstance(entry, dict) else space.decode(tuple(entry)) for entry in content
    ]
    names = set.intersection(*map(set, metrics)) if metrics else set()
    columns = {name: tuple(float(row[name]) for row in metrics) for name in sorted(names)}
    return _prior(architectures, columns, len(architectures))


def _prior(
    architectures: Sequence[Mapping[str, Any]],
    metrics: Mapping[str, tuple[float, ...]],
    n_best: int,
) -> Prior:
    genes = tuple(dict.fromkeys(name for each in architectures for name in each))
    rows = tuple(tuple(_plain(each.get(gene, "")) for gene in genes) for each in architectures)
    finite = {n: v for n, v in metrics.items() if all(math.isfinite(value) for value in v)}
    return Prior(genes, rows, finite, n_best)


def _plain(value: object) -> object:
    return value if isinstance(value, (bool, int, float, str)) else str(value)
