"""Short names of architectures, which every table and picture shares."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping

from evonas.space import Genome

# No vowels, so that nothing spells a word, and nothing that is taken for something else. The
# first is a letter, so that no id can be read as a genome.
LETTERS = "bcdfghjkmnpqrstvwxz"
DIGITS = "23456789"
SHORTEST, LONGEST = 6, 24


def short_id(genome: Genome, *, length: int = SHORTEST) -> str:
    """The name of an architecture, from its genome alone, so that it is the same everywhere.

    Args:
        genome: The canonical genome of the architecture.
        length: How many letters and digits the name has, [1, 24].
    """
    text = json.dumps(genome, ensure_ascii=True)
    rest = int.from_bytes(hashlib.sha256(text.encode()).digest(), "big")
    rest, first = divmod(rest, len(LETTERS))
    found = LETTERS[first]
    signs = LETTERS + DIGITS
    for _ in range(length - 1):
        rest, place = divmod(rest, len(signs))
        found += signs[place]
    return found


def short_ids(genomes: Iterable[Genome]) -> dict[Genome, str]:
    """Names of architectures, each longer where another one would have the same.

    A longer name begins with the shorter one, so what was written down before is still found.

    Args:
        genomes: The canonical genomes of all architectures of a run.
    """
    found: dict[Genome, str] = {}
    waiting = list(dict.fromkeys(genomes))
    for length in range(SHORTEST, LONGEST + 1):
        named = {genome: short_id(genome, length=length) for genome in waiting}
        taken: dict[str, int] = {}
        for name in named.values():
            taken[name] = taken.get(name, 0) + 1
        found |= named
        waiting = [genome for genome, name in named.items() if taken[name] > 1]
        if not waiting:
            break
    return found


def is_short_id(text: str) -> bool:
    """Whether a text looks like a short id, which no text of a genome does."""
    return (
        SHORTEST <= len(text) <= LONGEST
        and text[0] in LETTERS
        and set(text) <= {*LETTERS, *DIGITS}
    )


def genome_of_id(text: str, ids: Mapping[Genome, str], *, where: str) -> Genome:
    """The genome whose short id begins with a text.

    Args:
        text: What a user wrote.
        ids: The short ids of all architectures that there are, by genome.
        where: What holds the architectures, for the message, such as ``run a``.

    Raises:
        ValueError: No architecture or more than one has such an id.
    """
    fitting = [
        genome for genome in ids if short_id(genome, length=LONGEST).startswith(text)
    ]  # a longer id is of a run in which two began alike
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        several = ", ".join(sorted(ids[genome] for genome in fitting))
        raise ValueError(f"id {text!r} could be any of {several} in {where}; give all of one")
    raise ValueError(
        f"no architecture of {where} has the id {text!r}; its tables show the ids that it has"
    )
