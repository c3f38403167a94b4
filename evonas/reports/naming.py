"""What people write for an architecture, and which genome that is."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from evonas.parsing import nearest
from evonas.problem import Problem
from evonas.runs.run import Run
from evonas.short_ids import is_short_id
from evonas.space import Gene, Genome


def genome_in(run: Run, text: str, *, canonical: Callable[[Genome], Genome]) -> Genome:
    """The canonical genome that a short id of a run, or the text of a genome, stands for.

    Args:
        run: The run whose architectures have the ids.
        text: What a user wrote.
        canonical: Gives the canonical genome of any genome of the run's space.

    Raises:
        ValueError: The text is neither, or the genome is not of the run's space.
    """
    return run.genome_of_id(text) if is_short_id(text) else canonical(genome_of(text))


def architecture_of(given: str | Mapping[str, Any] | Genome, *, problem: Problem) -> Genome:
    """The canonical genome of an architecture that somebody wrote down.

    Args:
        given: The name of a file that ends in ``.json``, JSON, the text of a genome, or a text
            that the problem itself can read; or what JSON would say: values by gene name, or
            the genome. A file may also be one that ``evonas pick`` or ``evonas show`` wrote.
        problem: The problem whose architecture it is.

    Raises:
        ValueError: It cannot be read, or is not of the problem's space.
        FileNotFoundError: There is no such file.
    """
    found: Any = _read(given, problem) if isinstance(given, str) else given
    if isinstance(found, Mapping):
        found = _unwrapped(found)
    if isinstance(found, Mapping):
        found = _spelled(found, problem)
    return problem.canonical(tuple(found))


def _read(text: str, problem: Problem) -> Any:
    if text.endswith(".json"):
        file = Path(text).expanduser()
        if not file.is_file():
            raise FileNotFoundError(f"no architecture in {text}: there is no such file")
        return _loaded(file.read_text(encoding="utf-8"), what=text)
    if text.lstrip()[:1] in ("{", "["):
        return _loaded(text, what="--architecture")
    try:
        return genome_of(text)
    except ValueError:
        return problem.parse(text)


def _loaded(text: str, *, what: str) -> Any:
    try:
        found = json.loads(text)
    except ValueError as error:
        raise ValueError(f"cannot read {what}: it is no JSON ({error})") from None
    if not isinstance(found, (dict, list)):
        raise ValueError(
            f"cannot read {what}: it holds a {type(found).__name__}; expected values by gene "
            "name, or the genome as a list"
        )
    return found


def _unwrapped(given: Mapping[str, Any]) -> Any:
    """What a file of ``evonas pick`` or ``evonas show`` is about."""
    if isinstance(given.get("genomes"), list):
        if len(given["genomes"]) != 1:
            raise ValueError(
                f"the file holds {len(given['genomes'])} genomes; name one of them"
            )
        return given["genomes"][0]
    inner = given.get("architecture")
    return inner if isinstance(inner, Mapping) else given


def _spelled(values: Mapping[str, Any], problem: Problem) -> Genome:
    """The genome of values by gene name, as JSON has them."""
    genes, names = problem.space.genes, problem.space.names
    for name in values:
        if name not in names:
            raise ValueError(
                f"unknown gene {name!r}{nearest(name, names)}; the genes are {', '.join(names)}"
            )
    missing = [name for name in names if name not in values]
    if missing:
        raise ValueError(f"the architecture lacks a value of {', '.join(missing)}")
    return tuple(_place(gene, values[gene.name]) for gene in genes)


def _place(gene: Gene, value: Any) -> int:
    """Which of a gene's choices a value is, as it is or as JSON tells it."""
    told = gene.as_dict()["choices"]
    for i, (own, plain) in enumerate(zip(gene.choices, told, strict=True)):
        if _is_same(own, value) or _is_same(plain, value):
            return i
    raise ValueError(
        f"gene {gene.name!r} cannot be {value!r}; choose from {', '.join(map(repr, told))}"
    )


def _is_same(own: Any, value: Any) -> bool:
    return bool(own == value) and isinstance(own, bool) == isinstance(value, bool)


_REAL = r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?"


def genome_of(text: str) -> tuple[Any, ...]:
    """The genome that a text stands for, of whatever space.

    Args:
        text: What a user wrote, such as ``1-0-2``, ``1 0 2``, ``0.3,-1.5`` or a JSON list.

    Raises:
        ValueError: The text is something else.
    """
    try:
        if text.lstrip().startswith("["):
            return tuple(json.loads(text))
        if re.fullmatch(f"{_REAL}(-{_REAL})*", text.strip()):  # also what 0.1.0 made of reals
            words = re.findall(rf"(?:^|(?<=\d)-)({_REAL})", text.strip())
        else:
            words = re.split(r"[\s,]+", text.strip())
        return tuple(_gene(word, is_alone=len(words) == 1) for word in words)
    except ValueError:
        raise ValueError(
            f"cannot read the genome {text!r}; expected one like 1-0-2, a JSON list, or the id "
            "that a run's tables show"
        ) from None


def _gene(word: str, *, is_alone: bool) -> Any:
    """The value that a word of a genome stands for; a text where it can be nothing else."""
    known = {"True": True, "False": False, "None": None}
    if word in known:
        return known[word]
    try:
        return int(word) if re.fullmatch(r"-?\d+", word) else float(word)
    except ValueError:
        if is_alone or not word.isidentifier():
            raise
        return word
