"""Integer genomes, and the spaces of architectures they stand for."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Genome = tuple[int, ...]


@dataclass(frozen=True)
class Gene:
    """One decision about an architecture.

    Attributes:
        name: What the gene decides, unique within a space.
        choices: The values that the gene chooses from; a genome holds the index of one of them.
        ordered: Whether neighbouring choices are alike, so that a mutation may step from one
            to the next. Left out, it is true for numbers and false for everything else.

    Raises:
        ValueError: There are no choices, they are one text or number, or two of them are
            equal, as True and 1 are.
    """

    name: str
    choices: tuple[Any, ...]
    ordered: bool | None = None

    def __post_init__(self) -> None:
        if isinstance(self.choices, (str, bytes)) or not isinstance(self.choices, Iterable):
            raise ValueError(
                f"the choices of gene {self.name!r} are {self.choices!r}; expected several, "
                f"such as [{self.choices!r}, ...]"
            )
        object.__setattr__(self, "choices", tuple(self.choices))
        if not self.choices:
            raise ValueError(f"gene {self.name!r} has no choices; give it at least one")
        if any(self.choices.index(choice) < i for i, choice in enumerate(self.choices)):
            raise ValueError(f"gene {self.name!r} lists a choice twice: {self.choices}")
        if self.ordered is None:
            object.__setattr__(self, "ordered", all(_is_number(c) for c in self.choices))

    def as_dict(self) -> dict[str, Any]:
        """What a reader of genomes must know, JSON-able.

        Numbers, words, truth values and tuples of them stay what they are; any other choice
        becomes the text that it prints as.
        """
        plain = [_plain(choice) for choice in self.choices]
        told = [
            f"{choice} ({i})" if plain.count(choice) > 1 else choice
            for i, choice in enumerate(plain, 1)
        ]
        return {"name": self.name, "choices": told, "ordered": self.ordered}

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> Gene:
        """The gene that ``as_dict`` wrote, maybe through JSON.

        Raises:
            ValueError: A field of the gene is missing or of the wrong kind, or the gene is
                none.
        """
        name, choices, ordered = (kept.get(word) for word in ("name", "choices", "ordered"))
        if not (isinstance(name, str) and isinstance(choices, list) and type(ordered) is bool):
            raise ValueError(
                f"not a gene: {dict(kept)!r:.80}; expected a name, a list of choices, and "
                "whether they are ordered"
            )
        return cls(name, tuple(map(_tupled, choices)), ordered)


class SearchSpace:
    """All architectures that a list of genes can spell.

    Args:
        genes: The decisions about an architecture, in the order in which a genome lists them;
            their names are unique.
        fold: Maps a genome to the one genome that stands for everything that builds the same
            network. It must be idempotent. Without it every genome stands for itself.

    Raises:
        ValueError: There are no genes, one is something else, or two have the same name.
    """

    def __init__(
        self, genes: Sequence[Gene], *, fold: Callable[[Genome], Genome] | None = None
    ) -> None:
        self.genes = tuple(genes)
        strange = [gene for gene in self.genes if not isinstance(gene, Gene)]
        if strange:
            raise ValueError(f"{strange[0]!r} is no gene; expected Gene(name, choices)")
        self._fold = fold
        self.names = tuple(gene.name for gene in self.genes)
        self.sizes = tuple(len(gene.choices) for gene in self.genes)
        if not self.genes:
            raise ValueError("a search space needs at least one gene")
        repeated = sorted({name for name in self.names if self.names.count(name) > 1})
        if repeated:
            raise ValueError(f"gene names must be unique, but these stand twice: {repeated}")

    def as_dicts(self) -> list[dict[str, Any]]:
        """The genes, JSON-able; the fold is code, and is left out."""
        return [gene.as_dict() for gene in self.genes]

    @classmethod
    def from_dicts(cls, kept: Sequence[Mapping[str, Any]]) -> SearchSpace:
        """The space that ``as_dicts`` wrote, without its fold: every genome stands for itself.

        Raises:
            ValueError: One of the entries is no gene, or the genes make no space.
        """
        return cls([Gene.from_dict(gene) for gene in kept])

    @property
    def cardinality(self) -> int:
        """How many genomes there are, counting those that fold into one separately."""
        return math.prod(self.sizes)

    def decode(self, genome: Genome) -> dict[str, Any]:
        """The architecture that a genome stands for, by gene name.

        Raises:
            ValueError: The genome is not of this space.
        """
        self.check(genome)
        return {
            gene.name: gene.choices[index]
            for gene, index in zip(self.genes, genome, strict=True)
        }

    def encode(self, architecture: Mapping[str, Any]) -> Genome:
        """The genome that stands for an architecture; the inverse of ``decode``.

        Raises:
            ValueError: A gene is missing or unknown, or its value is none of its choices.
        """
        if set(architecture) != set(self.names):
            missing = [name for name in self.names if name not in architecture]
            unknown = [name for name in architecture if name not in self.names]
            raise ValueError(f"not an architecture: {missing=}, {unknown=}")
        return tuple(_index(gene, architecture[gene.name]) for gene in self.genes)

    def sample(self, n: int, rng: np.random.Generator) -> list[Genome]:
        """Draw n genomes uniformly and independently; the same one may come twice."""
        columns = rng.integers(0, self.sizes, size=(n, len(self.sizes)))
        return [tuple(row) for row in columns.tolist()]

    def canonical(self, genome: Genome) -> Genome:
        """The genome that stands for everything that builds the same network.

        Raises:
            ValueError: The genome is not of this space, or its fold is not.
        """
        self.check(genome)
        if self._fold is None:
            return genome
        try:
            folded = tuple(self._fold(genome))
            self.check(folded)
        except Exception as error:  # user code
            raise ValueError(
                f"the fold of this space fails for {genome}: {type(error).__name__}: {error}"
            ) from error
        return folded

    def variants(self, genome: Genome, gene: int) -> list[Genome]:
        """The genomes that differ in one gene alone, in the order of its other choices.

        Args:
            genome: The genome that they differ from; they are not folded.
            gene: Place of the gene.
        """
        return [
            (*genome[:gene], choice, *genome[gene + 1 :])
            for choice in range(self.sizes[gene])
            if choice != genome[gene]
        ]

    def active(
        self, genome: Genome, *, canonical: Callable[[Genome], Genome] | None = None
    ) -> tuple[str, ...]:
        """Names of the genes that make a difference to an architecture, in their order.

        A gene makes none where every other choice of it stands for the same network.

        Args:
            genome: The genome of the architecture.
            canonical: Gives the genome that stands for all that builds the same network; that
                of the space if left out.

        Raises:
            ValueError: The genome is not of this space.
        """
        fold = canonical or self.canonical
        own = fold(genome)
        return tuple(
            name
            for i, name in enumerate(self.names)
            if any(fold(variant) != own for variant in self.variants(genome, i))
        )

    def check(self, genome: Genome) -> None:
        """Refuse what is not a genome of this space.

        Raises:
            ValueError: The genome has the wrong length, a value that is no integer, or one out
                of bounds.
        """
        is_plain = len(genome) == len(self.sizes) and set(map(type, genome)) == {int}
        if is_plain and min(genome) >= 0 and all(map(operator.lt, genome, self.sizes)):
            return
        if len(genome) != len(self.sizes):
            raise ValueError(
                f"genome {genome} has {len(genome)} genes; this space has {len(self.sizes)}"
            )
        for gene, index, size in zip(self.genes, genome, self.sizes, strict=True):
            if type(index) is not int:
                raise ValueError(
                    f"gene {gene.name!r} is {index!r}, a {type(index).__name__}; "
                    "genomes hold integers"
                )
            if not 0 <= index < size:
                raise ValueError(f"gene {gene.name!r} is {index}; expected 0 to {size - 1}")


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _plain(value: object) -> Any:
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, tuple):
        entries = [_plain(entry) for entry in value]
        if str(_tupled(entries)) == str(
            value
        ):  # else it would print otherwise than in front.csv
            return entries
    return value if value is None or type(value) in (bool, int, float, str) else str(value)


def _tupled(value: Any) -> Any:
    return tuple(map(_tupled, value)) if isinstance(value, list) else value


def _index(gene: Gene, value: object) -> int:
    if value not in gene.choices:
        raise ValueError(f"gene {gene.name!r} cannot be {value!r}; choose from {gene.choices}")
    return gene.choices.index(value)


def genome_text(genome: Genome) -> str:
    """A genome as tables show it, such as ``1-0-2``.

    Values that are not all whole and positive stand apart by commas, as ``0.305,1.64,-0.89``.
    """
    is_plain = all(type(value) is int and value >= 0 for value in genome)
    return ("-" if is_plain else ",").join(map(str, genome))
