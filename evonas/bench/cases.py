"""The problems of a contest, each with its objectives and options."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from evonas.bench.notation import Entry, values_in_turn
from evonas.config import Config
from evonas.engine.plan import SearchPlan
from evonas.parsing import listed, name_and_value
from evonas.problem import Problem

OWN_WORDS = ("objectives", "cost", "label")  # every other is an option of the problem


@dataclass(frozen=True)
class Case:
    """One problem of a contest.

    Attributes:
        label: What tables, pictures and files call it.
        base: Config that all searches of it share. The value of an option may be a range,
            such as ``0..9``, whose values the seeds take in turn.
        objectives: Names of the objectives.
        cost: Name of the metric that says what measuring an architecture takes.
    """

    label: str
    base: Config
    objectives: tuple[str, ...]
    cost: str

    @classmethod
    def of(cls, text: str, *, base: Config, cost: str | None = None) -> Case:
        """Read what a user wrote, and open the problem.

        Args:
            text: ``NAME[:objectives=NAME,...][:OPTION=VALUE]...[:cost=METRIC][:label=TEXT]``,
                where the name may be ``FILE.py:CLASS``.
            base: Config of the contest; its objectives and options hold where the text says
                nothing else.
            cost: The metric of the contest that says what measuring takes; the problem's
                effort, or else the first metric that it knows beforehand, if left out.

        Raises:
            ValueError: The text cannot be read, or the problem cannot be opened as it says.
            OSError: A file is not there.
        """
        entry = Entry.of(text)
        own = {word: value for word, value in entry.words if word in OWN_WORDS}
        options = [f"{word}={v}" for word, v in entry.words if word not in OWN_WORDS]
        named = replace(
            base,
            problem=entry.name,
            objectives=listed(own.get("objectives", base.objectives)),
            option=_merged(base.option, options),
        )
        plan = SearchPlan.of(in_turn(named, seed=0))
        names = tuple(objective.name for objective in plan.goals.objectives)
        return cls(
            label=_as_file_name(own.get("label") or _label(named, names)),
            base=named,
            objectives=names,
            cost=own.get("cost") or cost or _default_cost(plan.problem),
        )

    def instance(self, seed: int) -> Config:
        """The problem as the searches with a seed meet it: a config that they share.

        Args:
            seed: The seed, which says which value of a range an option has.
        """
        return in_turn(self.base, seed=seed)


def in_turn(config: Config, *, seed: int) -> Config:
    """A config whose options have, of every range, the value of a seed.

    Args:
        config: The config.
        seed: The seed: that of value i is i, and beyond the last it begins anew.
    """
    pairs = [(name, values_in_turn(text)) for name, text in config.options]
    chosen = tuple(f"{name}={values[seed % len(values)]}" for name, values in pairs)
    return replace(config, option=chosen)


def read_cases(path: Path) -> list[str]:
    """The problems in a file, one in a line; what follows ``#`` is no part of it.

    Args:
        path: The file.

    Raises:
        ValueError: There is no problem in it.
        OSError: It cannot be read.
    """
    lines = path.read_text(encoding="utf-8").splitlines()
    found = [line.partition("#")[0].strip() for line in lines]
    if not any(found):
        raise ValueError(f"{path} names no problem; expected one in a line, as with --problem")
    return [text for text in found if text]


def _merged(shared: Sequence[str], own: Sequence[str]) -> tuple[str, ...]:
    """Options, where a problem's own take the place of those of the contest."""
    named = dict(name_and_value(text, "option", "noisy=true") for text in (*shared, *own))
    return tuple(f"{name}={value}" for name, value in named.items())


def _label(config: Config, objectives: Sequence[str]) -> str:
    place = config.problem.rpartition(":")[2] if ":" in config.problem else config.problem
    words = [_in_short(name, value) for name, value in config.options]
    return "-".join([Path(place).stem, *objectives, *words])


def _as_file_name(label: str) -> str:
    return re.sub(r"[^\w.+@-]", "-", label)


def _in_short(name: str, value: str) -> str:
    """An option in a word: ``noisy`` for ``noisy=true``, ``seed3`` for ``seed=3``."""
    if value.lower() == "true":
        return name
    return value if value[0].isalpha() and value.lower() != "false" else f"{name}{value}"


def _default_cost(problem: Problem) -> str:
    """What the problem names as its effort, or the first metric that it knows beforehand."""
    cheap = [o.name for o in problem.objectives if o.name in problem.cheap]
    chosen = problem.effort or next(iter(cheap), None)
    if chosen is None:
        offered = ", ".join(objective.name for objective in problem.objectives)
        raise ValueError(
            f"name the metric that says what measuring takes with --cost: {offered}"
        )
    return chosen
