"""Reading what a search may begin with: a run, a table, a list, or what a problem knows."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from evonas.parsing import listed, nearest
from evonas.problem import Problem
from evonas.runs.journal import logger
from evonas.runs.reading import open_run
from evonas.space import SearchSpace
from evonas.warm_start import Prior

FORMS = (
    "a list of architectures (name and value of every gene), or of genomes, alone or under the "
    'key "genomes"'
)

KNOWN = "known"  # all architectures that a problem knows


def prior_of(text: str, problem: Problem) -> Prior:
    """What a text names to begin a search of a problem with.

    Args:
        text: ``known`` for all architectures that the problem knows, names of some of them
            with commas, or a path that ``read_prior`` takes. A name goes before a file that is
            called the same.
        problem: The problem that is to be searched.

    Raises:
        FileNotFoundError: There is no such file, run or known architecture.
        ValueError: The problem knows none, or what the path holds cannot be read.
    """
    known = problem.known
    names = tuple(known) if text == KNOWN else listed(text)
    if names and set(names) <= known.keys():
        return Prior.of([known[name] for name in dict.fromkeys(names)])
    if Path(text).exists():
        return read_prior(Path(text), problem.space)
    told = f"{type(problem).__name__} knows {', '.join(known) or 'no architectures by name'}"
    if text == KNOWN:
        raise ValueError(f"cannot start from known: {told}; name a run or a file")
    wrong = next((name for name in names if name not in known), text)
    raise FileNotFoundError(
        f"cannot start from {text}: there is no such file or run, and {told}"
        f"{nearest(wrong, known)}"
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
    return Prior.of(architectures, metrics=metrics, n_best=len(front))


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
    return Prior.of([{gene: row[gene] for gene in genes} for row in rows], metrics=metrics)


def _of_json(text: str, space: SearchSpace) -> Prior:
    content = json.loads(text)
    metrics: Sequence[Mapping[str, float]] = ()
    n_best: int | None = None
    if isinstance(content, dict):
        metrics, n_best = content.get("metrics", ()), content.get("n_best")
        content = content["genomes"]
    if not isinstance(content, list) or not content:
        raise ValueError("it holds no list, or an empty one")
    architectures = [
        entry if isinstance(entry, dict) else space.decode(tuple(entry)) for entry in content
    ]
    names = set.intersection(*map(set, metrics)) if metrics else set()
    columns = {name: tuple(float(row[name]) for row in metrics) for name in sorted(names)}
    return Prior.of(architectures, metrics=columns, n_best=n_best)
