"""Architectures that are known before a search begins, and what was measured of them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evonas.space import Gene, Genome, SearchSpace

KEYS = ("genes", "rows", "metrics", "n_best")


@dataclass(frozen=True)
class Prior:
    """Known architectures, spelt in the genes of the space that they come from.

    Attributes:
        genes: Names of the genes that the rows have values for.
        rows: The known architectures, one a row: the value of every gene, a number or a text.
        metrics: What was measured of the architectures, by metric name: a value for every row.
        n_best: How many rows, from the first on, are those to begin a search with.

    Raises:
        ValueError: The genes, rows and metrics do not fit each other.
    """

    genes: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    metrics: Mapping[str, tuple[float, ...]]
    n_best: int

    def __post_init__(self) -> None:
        lengths = {len(row) for row in self.rows}
        if lengths != {len(self.genes)} or not 0 < self.n_best <= len(self.rows):
            raise ValueError("a warm start must hold architectures with a value for every gene")
        if any(len(values) != len(self.rows) for values in self.metrics.values()):
            raise ValueError("a warm start must hold every metric for every architecture")

    @classmethod
    def of(
        cls,
        architectures: Sequence[Mapping[str, Any]],
        *,
        metrics: Mapping[str, tuple[float, ...]] | None = None,
        n_best: int | None = None,
    ) -> Prior:
        """The prior of architectures that are spelt by gene name, not all in the same genes.

        Args:
            architectures: Values by gene name, of every architecture.
            metrics: What was measured of the architectures, by metric name; a metric that is
                not finite everywhere is left out.
            n_best: How many of the architectures to begin with; all of them if left out.
        """
        genes = tuple(dict.fromkeys(name for each in architectures for name in each))
        rows = tuple(tuple(_plain(each.get(g, "")) for g in genes) for each in architectures)
        finite = {n: v for n, v in (metrics or {}).items() if all(map(math.isfinite, v))}
        return cls(genes, rows, finite, len(rows) if n_best is None else n_best)

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Prior:
        """The prior that ``as_dict`` gave.

        Raises:
            ValueError: A part of the prior is missing, or unknown, or does not fit.
        """
        if set(content) != set(KEYS):
            raise ValueError(f"a warm start must hold {', '.join(KEYS)}")
        return cls(
            tuple(content["genes"]),
            tuple(map(tuple, content["rows"])),
            {name: tuple(map(float, v)) for name, v in content["metrics"].items()},
            int(content["n_best"]),
        )

    def as_dict(self) -> dict[str, Any]:
        """The prior as keys and values, JSON-able."""
        return {name: getattr(self, name) for name in KEYS}

    def genomes(self, space: SearchSpace) -> list[Genome]:
        """The rows in another space, in order, by genes of the same name.

        A gene takes the same choice, or the nearest one where both are numbers. Where that
        cannot be told, or the source had no such gene, it takes its first choice.

        Raises:
            ValueError: No gene of the rows has a name in common with one of the space.
        """
        places = [
            self.genes.index(gene.name) if gene.name in self.genes else None
            for gene in space.genes
        ]
        if all(place is None for place in places):
            raise ValueError(
                f"the warm start has genes {_listed(self.genes)}, and this space "
                f"{_listed(space.names)}: none in common"
            )
        return [
            tuple(
                0 if place is None else _choice(gene, row[place])
                for gene, place in zip(space.genes, places, strict=True)
            )
            for row in self.rows
        ]


def _choice(gene: Gene, value: object) -> int:
    """The choice that a value of another space, or a text in a table, stands for."""
    texts = [str(choice) for choice in gene.choices]
    if str(value) in texts:
        return texts.index(str(value))
    try:
        distances = [abs(float(choice) - float(str(value))) for choice in gene.choices]
    except (TypeError, ValueError):
        return 0
    return distances.index(min(distances))


def _plain(value: object) -> object:
    return value if isinstance(value, (bool, int, float, str)) else str(value)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:5]) + (", ..." if len(names) > 5 else "")
