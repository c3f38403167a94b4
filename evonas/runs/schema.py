"""What a run directory tells of its space and its metrics, so that readers need no problem."""

from __future__ import annotations

import csv
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from evonas.objectives import Goals, Metric, When
from evonas.plugins.plain_pymoo import ForeignProblem
from evonas.problem import Problem
from evonas.space import Genome, SearchSpace

# What a genome is read by: the space's genes, a plain problem's variables, or own code.
BY_SPACE, BY_VARIABLES, BY_PROBLEM = "space", "variables", "problem"


def described(problem: Problem, goals: Goals) -> dict[str, Any]:
    """What a run directory keeps of its space and its metrics, JSON-able.

    Args:
        problem: The problem that the run searches.
        goals: What the run is after; a user's own objective is described as well.
    """
    if isinstance(problem, ForeignProblem):
        variables = [{"name": name, "choices": None, "ordered": None} for name in problem.names]
        spelt = {"space": variables, "decoded_by": BY_VARIABLES}
    else:
        is_plain = type(problem).decode is Problem.decode
        how = BY_SPACE if is_plain else BY_PROBLEM
        spelt = {"space": problem.space.as_dicts(), "decoded_by": how}
    return {**spelt, "metrics": [metric.as_dict() for metric in metrics_of(problem, goals)]}


def metrics_of(problem: Problem, goals: Goals) -> tuple[Metric, ...]:
    """All metrics whose unit and direction a search knows, its objectives first.

    Args:
        problem: The problem that is searched.
        goals: What the search is after; of two metrics of one name, the objective counts.
    """
    offered = (*goals.objectives, *problem.final, *problem.objectives)
    first = {metric.name: metric for metric in reversed(offered)}
    ordered = dict.fromkeys(metric.name for metric in offered)
    return tuple(replace(first[name], when=_when(first[name], problem)) for name in ordered)


def _when(metric: Metric, problem: Problem) -> When:
    """When a metric is known; what is computed is known with the last that it needs."""
    if metric.name in {final.name for final in problem.final}:
        return "final"
    needs = metric.needs or (metric.name,)
    if problem.cheap.issuperset(needs):
        return "counted"
    return "hinted" if problem.untrained.issuperset(needs) else "trained"


@dataclass(frozen=True)
class Spelling:
    """How the genomes of a run read as architectures, by what its directory holds.

    Attributes:
        space: The genes and their choices; ``None`` for a plain pymoo problem, and for a run
            that was written before runs held their space.
        variables: Names of a plain pymoo problem's variables, whose values are the genome.
        decoded_by: ``space``, ``variables``, or ``problem`` where the problem's own code turns
            genomes into architectures; empty for a run that does not say.
        written: Architectures as ``front.csv`` shows them, by the text of their genome.
    """

    space: SearchSpace | None = None
    variables: tuple[str, ...] = ()
    decoded_by: str = ""
    written: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @classmethod
    def read(cls, resolved: Mapping[str, Any]) -> Spelling:
        """How genomes read by what a run settled beyond its config, without ``written``.

        Raises:
            KeyError: A part of what the run settled is missing.
            TypeError: A part of what the run settled is of the wrong kind.
            ValueError: The genes are no space.
        """
        decoded_by = resolved.get("decoded_by", "")
        if decoded_by == BY_VARIABLES:
            names = tuple(str(variable["name"]) for variable in resolved["space"])
            return cls(variables=names, decoded_by=decoded_by)
        space = SearchSpace.from_dicts(resolved["space"]) if decoded_by else None
        return cls(space, decoded_by=decoded_by)

    @property
    def is_complete(self) -> bool:
        """Whether every genome can be read, and nothing need be looked up in a table."""
        return self.decoded_by in (BY_SPACE, BY_VARIABLES)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the parts of an architecture, as far as they are known."""
        if self.is_complete:
            return self.space.names if self.space else self.variables
        return tuple(dict.fromkeys(name for row in self.written.values() for name in row))

    def decode(self, genome: Genome) -> dict[str, Any]:
        """The architecture that a genome stands for.

        Raises:
            ValueError: The directory does not tell what a genome stands for, or the genome is
                not of the space.
        """
        if self.decoded_by == BY_VARIABLES:
            return dict(zip(self.variables, genome, strict=True))
        if self.decoded_by == BY_SPACE and self.space:
            return self.space.decode(genome)
        if (text := genome_key(genome)) in self.written:
            return dict(self.written[text])
        if self.decoded_by:
            reason = "its problem decodes genomes by code of its own, and front.csv lacks this"
        else:
            reason = "it was written before runs held their space, and front.csv lacks this"
        raise ValueError(
            f"the run does not tell what genome {text} stands for: {reason}; evonas rerun "
            "shows it, by running the problem's code"
        )


def genome_key(genome: Genome) -> str:
    """A genome as ``front.csv`` spells it."""
    return " ".join(map(str, genome))


def read_written(table: Path, *, measured: Collection[str]) -> dict[str, dict[str, str]]:
    """Architectures of a front's table, by the text of their genome.

    Args:
        table: The file ``front.csv``; where it is not there, nothing is known.
        measured: Names of all metrics that the run measured, to tell them from genes.

    Raises:
        ValueError: The table cannot be read; the message names it.
    """
    if not table.exists():
        return {}
    try:
        header, *rows = csv.reader(table.read_text(encoding="utf-8").splitlines())
        start = 1 + _n_leading(header[1:], measured)
        genes = header[start:]
        return {row[0]: dict(zip(genes, row[start:], strict=True)) for row in rows}
    except (IndexError, ValueError, csv.Error) as error:
        raise ValueError(f"{table} cannot be read: {type(error).__name__}: {error}") from error


def _n_leading(columns: Sequence[str], measured: Collection[str]) -> int:
    """How many columns in a row, from the first, are of metrics; each stands once."""
    names = [column.partition(" [")[0] for column in columns]
    for i, name in enumerate(names):
        if name not in measured or name in names[:i]:
            return i
    return len(names)
