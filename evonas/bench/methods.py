"""What a method of a contest is: parts with a plus between them, and words of its own."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from evonas.bench.notation import Entry
from evonas.config import Config
from evonas.fidelity import FIDELITIES
from evonas.parsing import nearest
from evonas.sections.search import ALGORITHMS, SearchSection
from evonas.sections.surrogate import SURROGATES, SurrogateSection
from evonas.sections.training import TrainingSection

SCREEN = "screen"
MODELS = tuple(kind for kind in SURROGATES if kind != "none")
PARTS = (*ALGORITHMS, *MODELS, *FIDELITIES, SCREEN)
BUDGET = "evaluations"  # the one word that a peer has as well
_SAID_BY_NAME = {"algorithm", "surrogate", "screen", "fidelity"}
# What is searched, and where a search begins: whoever changes it plays another game.
_COMMON = {
    *("objectives", "constraint", "then", "tolerance", "aspire", "reference"),
    *("warm_start", "seed"),
    *("device", "epochs", "subset", "image_size", "batch_size", "augment"),
}
_KINDS = {
    field.name: str(field.type)
    for section in (SearchSection, SurrogateSection, TrainingSection)
    for field in fields(section)
}
WORDS = tuple(name for name in _KINDS if name not in _COMMON | _SAID_BY_NAME)


@dataclass(frozen=True)
class Method:
    """One method of a contest.

    Attributes:
        label: The text by which the user called it; it names the method wherever it is shown.
        name: The text without the method's own words.
        words: The words of a config that this method sets otherwise than the contest does.
        evaluations: How many architectures it measures at most, where these are fewer than the
            contest's; ``None`` for as many.
        is_peer: Whether it is an optimiser of other people.
        python: The Python that a peer runs in; empty for this one.
    """

    label: str
    name: str
    words: tuple[tuple[str, Any], ...] = ()
    evaluations: int | None = None
    is_peer: bool = False
    python: str = ""

    @classmethod
    def of(cls, text: str, *, peers: Collection[str]) -> Method:
        """Read what a user wrote, such as ``gp+moead:batch=4:proposals=500``.

        Args:
            text: ``NAME[+PART...][:word=value]...``.
            peers: Names of other people's optimisers.

        Raises:
            ValueError: The name is neither a peer, nor an algorithm, a surrogate, a fidelity or
                ``screen``, or several of these with a plus; or a word is none of a method's.
        """
        entry = Entry.of(text) if text else Entry("", ())
        is_peer = entry.name in peers
        if not is_peer:
            _check_parts(entry.name, peers)
        budgets = [value for word, value in entry.words if word == BUDGET]
        own = [(word.replace("-", "_"), v) for word, v in entry.words if word != BUDGET]
        if is_peer and own:
            raise ValueError(
                f"method {text}: {own[0][0]} is a word of our own methods; a peer has "
                f"{BUDGET} alone"
            )
        return cls(
            label=text,
            name=entry.name,
            words=tuple((word, _value(text, word, value)) for word, value in own),
            evaluations=_budget(text, budgets[0]) if budgets else None,
            is_peer=is_peer,
        )

    @property
    def parts(self) -> Sequence[str]:
        """What the name is made of."""
        return self.name.split("+")

    @property
    def has_fidelity(self) -> bool:
        """Whether it measures in several steps."""
        return not set(FIDELITIES).isdisjoint(self.parts)

    def config(self, base: Config) -> Config:
        """The config of one search.

        Args:
            base: Config that all searches of this problem and seed share.

        Raises:
            ValueError: The method's words do not go together, or it would measure more than
                the contest does.
        """
        total = base.evaluations or 0
        if self.evaluations is not None and self.evaluations > total:
            raise ValueError(
                f"method {self.label} asks for {self.evaluations} evaluations, more than the "
                f"contest's {total}"
            )
        if self.is_peer:
            return replace(base, evaluations=self.evaluations or total)
        said: dict[str, Any] = {
            "algorithm": next((p for p in self.parts if p in ALGORITHMS), base.algorithm),
            "surrogate": next((p for p in self.parts if p in MODELS), "none"),
            "fidelity": next((p for p in self.parts if p in FIDELITIES), None),
            "screen": "gp" if SCREEN in self.parts else "none",
        }
        try:
            return replace(
                base, **said, **dict(self.words), evaluations=self.evaluations or total
            )
        except ValueError as error:
            raise ValueError(f"method {self.label}: {error}") from error


def _check_parts(name: str, peers: Collection[str]) -> None:
    parts = name.split("+")
    for part in parts:
        if part not in PARTS:
            offered = [*PARTS, *peers]
            raise ValueError(
                f"unknown method {name!r}{nearest(part, offered)}; choose from "
                f"{', '.join(offered)}, or several of ours with a plus, as gp+moead"
            )
    for one_of in (ALGORITHMS, (*MODELS, SCREEN), FIDELITIES):
        if len(found := [part for part in parts if part in one_of]) > 1:
            raise ValueError(f"method {name!r} has {' and '.join(found)}; choose one of them")


def _budget(text: str, value: str) -> int:
    if not value.isdecimal() or int(value) < 2:
        raise ValueError(f"method {text}: {BUDGET} is {value!r}; expected a number from 2 on")
    return int(value)


def _value(text: str, word: str, value: str) -> Any:
    """The value of a method's own word, of the first kind that it can be read as."""
    if word in _SAID_BY_NAME:
        raise ValueError(f"method {text}: {word} is said by the method's name, as gp+moead")
    if word not in WORDS:
        raise ValueError(
            f"method {text}: {word} is no word of a method{nearest(word, WORDS)}, for all "
            f"methods of a contest search the same; its words are {', '.join((*WORDS, BUDGET))}"
        )
    for kind in _KINDS[word].split(" | "):
        try:
            return _READ[kind](value)
        except (KeyError, ValueError):
            continue
    expected = _KINDS[word].removesuffix(" | None")
    raise ValueError(f"method {text}: {word} is {value!r}; expected {expected}")


_READ: dict[str, Any] = {
    "int": int,
    "float": float,
    "bool": {"true": True, "false": False}.__getitem__,
    "str": str,
    "Sequence[str]": lambda value: tuple(value.split("+")),
}
