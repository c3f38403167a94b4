"""Picking architectures from the front of a run: ``evonas pick RUN``."""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from evonas.commands.checks import way_of
from evonas.commands.parsers import pick_parser
from evonas.objectives import Constraint
from evonas.pareto.choice import Choice, best, knees, nearest_to, weighted
from evonas.parsing import name_and_value
from evonas.plugins.loading import nearest
from evonas.reports.shortlist import Shortlist
from evonas.reports.text import complain, number


def main(argv: Sequence[str] | None = None) -> int:
    """Pick from a run's front: say how, show what was picked and what comes next.

    Args:
        argv: the arguments; those of the process if left out.

    Returns:
        0, or 2 after a mistake, said in one line.
    """
    given = pick_parser().parse_args(argv)
    try:
        members, choice, how = picked(given)
        if given.out:
            _write(given.out, members, choice)
    except (ValueError, OSError) as error:
        return complain(error)
    lines = [how, members.origin(), "", *members.table(choice), *_warning(members)]
    print("\n".join([*lines, *(["", f"Written: {given.out}"] if given.out else [])]))
    return 0


def picked(given: argparse.Namespace) -> tuple[Shortlist, Choice, str]:
    """The members to pick from, the choice, and how it was made, in a line.

    Args:
        given: A run, and the way to pick from it, as ``parsers.add_ways`` reads it.

    Raises:
        ValueError: Two ways were named, or what was said does not fit the run.
        FileNotFoundError: The run is not there.
    """
    way = way_of(given)
    demands = [Constraint.parse(text) for text in given.where]
    members = Shortlist.read(given.run, demands=demands, wanted=given.best)
    return members, *_choice(members, way, getattr(given, way))


def _choice(members: Shortlist, way: str, text: str) -> tuple[Choice, str]:
    if way == "weights":
        return _by_weights(members, text)
    if way == "near":
        return _by_levels(members, text)
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


def _write(file: Path, members: Shortlist, choice: Choice) -> None:
    chosen = [members.members[i] for i in choice.order[: choice.n_chosen]]
    content = {
        "problem": members.run.config.problem,
        "genomes": [list(record.genome) for record in chosen],
        "metrics": [dict(record.metrics) for record in chosen],
    }
    try:
        with file.open("x", encoding="utf-8") as opened:
            opened.write(json.dumps(content, indent=2) + "\n")
    except FileExistsError:
        raise FileExistsError(f"{file} exists; give another file with --out") from None


def _warning(members: Shortlist) -> list[str]:
    """A line where a metric that no search may see has decided."""
    decided = {demand.metric for demand in members.demands}
    decided |= {members.wanted.name} if members.wanted else set()
    spoilt = [name for name in members.final if name in decided]
    if not spoilt:
        return []
    return [
        "",
        f"Picked by {', '.join(spoilt)}, which flatters the picks from now on: it is no longer "
        "of data that had no say.",
    ]
