"""What is known of a search before it begins, in words."""

from __future__ import annotations

import math
from collections.abc import Sequence

from evonas.engine.expectation import Allowance, Expectation, Range
from evonas.engine.feasibility import Bound
from evonas.engine.preflight import Preflight
from evonas.engine.timed_candidates import Extreme
from evonas.objectives import Constraint
from evonas.reports.text import aligned, duration, energy, genome_text, mass, miss, number
from evonas.short_ids import short_id

UNKNOWN = "-"
MAX_GENOME = 60  # characters of a genome that a table shows


def forecast(found: Preflight) -> list[str]:
    """All that a dry run says, line by line.

    Args:
        found: What is known of the search.
    """
    parts = [
        _space(found),
        _extremes(found),
        _bounds(found.bounds),
        _expected(found),
        _recorded(found),
        _how(found),
    ]
    lines = [line for part in parts if part for line in ("", *part)]
    return lines[1:]


def _space(found: Preflight) -> list[str]:
    space = found.space
    if not space.cardinality:
        return [f"Space: {space.n_genes} variables of a plain pymoo problem."]
    low, mean, high = space.n_active
    size = f"{space.cardinality:,}" if space.cardinality < 10**9 else f"{space.cardinality:.1e}"
    active = f"all {space.n_genes}" if low == high == space.n_genes else f"{mean:.0f}"
    spread = "" if low == high else f" ({low:.0f} to {high:.0f})"
    return [
        f"Space: {space.n_genes} genes, {size} genomes; {active} of the genes{spread} make a "
        "difference to an architecture."
    ]


def _extremes(found: Preflight) -> list[str]:
    if not found.extremes:
        return []
    which = "all" if found.is_whole_space else "a sample and the corners of the space"
    how = "measured as candidates are"
    if found.n_steps:
        how = f"built and trained as candidates are, {found.n_steps} steps at a time"
    names = [
        name
        for name in dict.fromkeys((found.cost_metric, "flops", "params"))
        if all(name in extreme.metrics for extreme in found.extremes)
    ]
    header = ["", "id", *names, "step", "whole", "genome"]
    rows = [
        _extreme_row(extreme, which_end, names)
        for extreme, which_end in zip(found.extremes, ("smallest", "largest"), strict=False)
    ]
    failed = [
        f"The {end} could not be timed: {extreme.error}."
        for extreme, end in zip(found.extremes, ("smallest", "largest"), strict=False)
        if extreme.error
    ]
    return [
        f"By {found.cost_metric}, of {found.n_counted} that were counted ({which}), {how}:",
        *aligned(header, rows, n_left=2),
        *failed,
    ]


def _extreme_row(extreme: Extreme, end: str, names: Sequence[str]) -> list[str]:
    step, whole = (
        UNKNOWN if seconds is None else _short(seconds)
        for seconds in (extreme.step_seconds, extreme.seconds)
    )
    genome = genome_text(extreme.genome)
    shown = genome if len(genome) <= MAX_GENOME else f"{genome[: MAX_GENOME - 3]}..."
    values = [number(float(extreme.metrics[name])) for name in names]
    return [end, short_id(extreme.genome), *values, step, whole, shown]


def _short(seconds: float) -> str:
    return f"{1e3 * seconds:.3g} ms" if seconds < 1 else f"{seconds:.3g} s"


def _bounds(bounds: Sequence[Bound]) -> list[str]:
    return [_bound(bound) for bound in bounds]


def _bound(bound: Bound) -> str:
    if not bound.is_counted or bound.nearest is None:
        return f"Constraint {bound.constraint}: known once candidates are measured, not before."
    what = "architectures" if bound.is_whole_space else "sampled architectures"
    share = f"Constraint {bound.constraint}: {bound.n_met} of {bound.n_counted} {what} meet it"
    if bound.n_met:
        return f"{share}."
    named = f"{short_id(bound.nearest)} ({genome_text(bound.nearest)})"
    if bound.is_whole_space:
        return f"{share}, so nothing can; the nearest is {_told(bound)}: {named}."
    looked = f"{bound.n_looked_at} more, found by changing gene by gene"
    if bound.is_met:
        return f"{share}; of {looked}, {named} does{_value(bound)}. It will be hard to find."
    return f"{share}, nor does any of {looked}; the nearest is {_told(bound)}: {named}."


def _value(bound: Bound) -> str:
    if bound.value is None:
        return ""
    return f", with {Constraint.parse(bound.constraint).metric} {number(bound.value)}"


def _told(bound: Bound) -> str:
    if bound.value is None:
        return "the one that misses them least"
    return miss(Constraint.parse(bound.constraint), bound.value)


def _expected(found: Preflight) -> list[str]:
    expectation = found.expectation
    if expectation is None:
        return [f"What the search would take is not known: {found.why_unknown}."]
    totals = expectation.totals
    words = {
        "generations": "generations",
        "evaluations": "architectures",
        "trainings": "trainings of the search" if found.n_steps else "measurements",
        "last": "more for the front in the end",
        "minutes": "time",
        "kwh": "energy",
        "co2_g": "CO2e",
        "flops": "FLOPs of all trainings",
    }
    rows = [
        [word, *(_told_as(name, value) for value in _ends(totals[name]))]
        for name, word in words.items()
        if totals[name].high
    ]
    return [
        *aligned(["The search would take", "low", "expected", "high"], rows, n_left=1),
        *_known(expectation),
        *_ending(expectation),
        *(_allowance(each) for each in expectation.allowances if not each.ends),
    ]


def _told_as(name: str, value: float) -> str:
    """A number of ``Totals`` in words, by its name there."""
    if name == "minutes":
        return duration(60 * value)
    if name == "flops":
        return f"{value:.2g}"
    return {"kwh": energy, "co2_g": mass}.get(name, _count)(value)


def _ends(found: Range) -> tuple[float, float, float]:
    return found.low, found.expected, found.high


def _count(value: float) -> str:
    return f"{value:,.0f}" if math.isfinite(value) else "no end"


def _known(expectation: Expectation) -> list[str]:
    if not expectation.n_known:
        return []
    return [f"{expectation.n_known} more are in the journal already, and are not done again."]


def _ending(expectation: Expectation) -> list[str]:
    first = next((each for each in expectation.allowances if each.ends), None)
    word, n = f"--budget-return {expectation.least_return}", expectation.n_played
    if first is None and expectation.least_return and expectation.is_cut:
        told = (
            f"The table is of {n} generations: {word} ends the search, but what a search brings"
        )
        return [f"{told} is not known before."]
    sooner = f"{word} may end it sooner; what a search brings is not known before."
    told = f"It would end because {expectation.ending}."
    if first is not None:
        told = f"It would end with {_named(first)}: {_spelt(first)}."
    return [told, *([sooner] if expectation.least_return else [])]


def _allowance(allowance: Allowance) -> str:
    return f"It would not reach {_named(allowance)}, enough for {_spelt(allowance)}."


def _named(allowance: Allowance) -> str:
    return f"--{allowance.budget.replace('_', '-')} {allowance.given}"


def _spelt(allowance: Allowance) -> str:
    told = []
    for values, what in (
        (allowance.generations, "generations"),
        (allowance.evaluations, "architectures"),
    ):
        low, expected, high = map(_count, _ends(values))
        spread = "" if low == high else f" ({low} to {high})"
        told.append(f"{expected} {what}{spread}")
    return " or ".join(told)


def _recorded(found: Preflight) -> list[str]:
    lines = []
    for each in found.recorded:
        spread = f"{number(each.least)} to {number(each.most)}"
        line = f"The table's {each.label}: {number(each.mean)} {each.unit} ({spread}) each"
        if found.expectation is not None:
            n = found.expectation.totals["evaluations"].expected
            line += (
                f", {number(float(f'{n * each.mean:.3g}'))} {each.unit} for {n:,.0f} of them"
            )
        lines.append(f"{line}.")
    return lines


def _how(found: Preflight) -> list[str]:
    expectation = found.expectation
    if expectation is None:
        return []
    how = "measured"
    if found.n_steps:
        how = f"trained for a few steps, {found.n_steps} at a time,"
    n = expectation.n_played
    played = f"the first {n} generations" if expectation.is_cut else f"all {n} generations"
    return [
        f"How that is known: {found.n_timed} candidates were {how} by the search's own "
        f"workers, and {played} were played through with made-up scores, which only decide "
        "who would be asked for.",
        f"Energy by {found.method}.",
    ]
