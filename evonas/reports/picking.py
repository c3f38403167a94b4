"""Picking architectures from the front of a run, and how that was done in words."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from evonas.objectives import Constraint
from evonas.pareto.choice import Choice, best, knees, nearest_to, weighted
from evonas.parsing import name_and_value, nearest
from evonas.record import Record
from evonas.reports.shortlist import Shortlist
from evonas.reports.text import number
from evonas.runs.run import Run

Levels = str | Mapping[str, float]  # as a text such as acc=2,co2=1, or by name


@dataclass(frozen=True, kw_only=True)
class Way:
    """How to pick from a front: by one of the first four words, or by the knee without any.

    Attributes:
        knee: Whether to pick where leaving loses most for the gain.
        best: The metric to pick the best in.
        weights: Gains in proportion, by objective; what is not named has no say.
        near: Levels of all objectives; what misses them least is picked.
        where: Constraints on any metric that was measured; the front of what keeps them is
            picked from.

    Raises:
        ValueError: Two ways are named, or a constraint cannot be read.
    """

    knee: bool = False
    best: str | None = None
    weights: Levels | None = None
    near: Levels | None = None
    where: Sequence[str] = ()

    def __post_init__(self) -> None:
        if len(self.named) > 1:
            raise ValueError(
                f"{' and '.join(self.named)} exclude each other: give one way to pick"
            )
        if isinstance(self.where, str):
            object.__setattr__(self, "where", (self.where,))
        for text in self.where:
            Constraint.parse(text)

    @property
    def named(self) -> tuple[str, ...]:
        """The ways that are named, which is one at most."""
        words = ("knee", "best", "weights", "near")
        return tuple(word for word in words if getattr(self, word) not in (None, False))


@dataclass(frozen=True)
class Pick:
    """What was picked from a run's front.

    Attributes:
        members: All that could be picked.
        choice: The order of preference, and how many of the first are chosen.
        how: How the choice was made, in a line.
    """

    members: Shortlist
    choice: Choice
    how: str

    @property
    def chosen(self) -> tuple[Record, ...]:
        """The records that were picked, the first choice first."""
        order = self.choice.order[: self.choice.n_chosen]
        return tuple(self.members.members[i] for i in order)


def pick(run: Run, way: Way) -> Pick:
    """Pick from the front of a run.

    Args:
        run: The run, finished or not.
        way: How to pick.

    Raises:
        ValueError: There is nothing to pick from, or what was said does not fit the run.
    """
    demands = [Constraint.parse(text) for text in way.where]
    members = Shortlist.of(run, demands=demands, wanted=way.best)
    return Pick(members, *_choice(members, way))


def _text(levels: Levels) -> str:
    """Levels by name as the command line has them."""
    if isinstance(levels, str):
        return levels
    return ",".join(f"{name}={value!r}" for name, value in levels.items())


def _choice(members: Shortlist, way: Way) -> tuple[Choice, str]:
    if way.weights is not None:
        return _by_weights(members, _text(way.weights))
    if way.near is not None:
        return _by_levels(members, _text(way.near))
    if members.wanted:
        adverb = "lowest" if members.wanted.sign > 0 else "highest"
        choice = best(members.F, members.costs(members.wanted))
        return choice, f"Picked for the {adverb} {members.wanted.name}."
    choice = knees(members.F)
    if len(choice.order) == 1:
        return choice, "Picked as the only one to choose from."
    if choice.is_compromise:
        return choice, (
            "No knee stands out, so the best compromise is picked: its largest loss, as a "
            "share of an objective's range, is the smallest."
        )
    knee = "the knee" if choice.n_chosen == 1 else f"{choice.n_chosen} knees"
    return choice, (
        f"Picked as {knee}: a step to any neighbour loses far more for what it gains than "
        "elsewhere on the front (high trade-off)."
    )


def _by_weights(members: Shortlist, text: str) -> tuple[Choice, str]:
    by_name = _assigned(text, "weights", members)
    names = [objective.name for objective in members.objectives]
    weights = np.array([by_name.get(name, 0.0) for name in names])
    if (weights < 0).any() or not weights.any():
        raise ValueError(
            f"--weights {text!r}: weights must not be negative, nor zero throughout"
        )
    choice = weighted(members.F, weights)
    portions = weights / weights.max()
    portions = 100 * portions / portions.sum()
    aims = [f"{name} {p:.3g} %" for name, p in zip(names, portions, strict=True) if p]
    idle = [name for name, weight in zip(names, weights, strict=True) if not weight]
    rest = f"; {', '.join(idle)} had no say" if idle else ""
    return choice, (
        f"Picked by pseudo weights: its gains over the front's worst are nearest to the "
        f"proportion {', '.join(aims)}{rest}."
    )


def _by_levels(members: Shortlist, text: str) -> tuple[Choice, str]:
    objectives = members.objectives
    names = [objective.name for objective in objectives]
    if "=" in text:
        by_name = _assigned(text, "near", members)
    else:
        values = [_number(word, "near") for word in text.split(",")]
        by_name = dict(zip(names, values, strict=False)) if len(values) == len(names) else {}
    if len(by_name) < len(names):
        raise ValueError(
            f"--near {text!r} does not give one level for each of the {len(names)} objectives: "
            f"{', '.join(names)}"
        )
    levels = np.array([o.sign * by_name[o.name] for o in objectives])
    choice = nearest_to(members.F, levels)
    shortfalls = members.F[choice.order[0]] - levels
    missed = [
        f"{o.name} by {number(float(excess))}{f' {o.unit}' if o.unit else ''}"
        for o, excess in zip(objectives, shortfalls, strict=True)
        if excess > 0
    ]
    aims = ", ".join(f"{name}={number(by_name[name])}" for name in names)
    outcome = f"misses {', '.join(missed)}" if missed else "reaches all of it"
    return choice, f"Picked by achievement scalarising: nearest to {aims}; it {outcome}."


def _assigned(text: str, flag: str, members: Shortlist) -> dict[str, float]:
    """Number by objective, from a text such as ``acc=2,co2=1``."""
    names = [objective.name for objective in members.objectives]
    found: dict[str, float] = {}
    for word in text.split(","):
        name, value = name_and_value(word, f"part of --{flag}", f"{names[0]}=1")
        if name not in names:
            raise ValueError(
                f"--{flag}: unknown objective {name!r}{nearest(name, names)}; run "
                f"{members.run.name} has {', '.join(names)}"
            )
        if name in found:
            raise ValueError(f"--{flag} names {name} twice")
        found[name] = _number(value, flag)
    return found


def _number(text: str, flag: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ValueError(f"--{flag}: {text!r} is no finite number")
    return value
