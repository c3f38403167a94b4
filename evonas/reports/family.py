"""A trained family in words: its members as a table, and whether the proxy was right."""

from __future__ import annotations

import math
from collections.abc import Sequence

from evonas.models.family import Family, Member
from evonas.objectives import Metric
from evonas.pareto.correlation import FEWEST, N_FOR_INTERVAL, Agreement, Estimate
from evonas.reports.text import aligned, duration, genome_text, number


def family_table(members: Sequence[Member], *, metric: Metric) -> list[str]:
    """The members as a table, and below it what went wrong.

    Args:
        members: The members, in the order of the rows.
        metric: The score that the proxy is compared by.
    """
    unit = f" [{metric.unit}]" if metric.unit else ""
    scores = [f"{part} {metric.name}{unit}" for part in ("proxy", "final", "test")]
    several = any(m.spreads["test"].n > 1 for m in members if m.is_finished)
    header = ["id", "params", "flops [FLOP]", *scores]
    header += [f"test mean ± s.d.{unit}"] * several
    rows = [
        [
            member.id,
            *(number(float(n)) for n in (member.cost.params, member.cost.flops)),
            *(_percent(x) for x in (member.proxy, member.validation, member.test)),
            *([_spread(member)] * several),
            *(_short(x) for x in (member.minutes, member.co2_g)),
            genome_text(member.genome),
        ]
        for member in members
    ]
    lines = aligned([*header, "minutes", "co2 [g]", "genome"], rows)
    lines += [f"{m.id} failed: {m.error}" for m in members if m.error]
    lines += [
        f"{m.id} has no {name}: {said}" for m in members for name, said in m.missing.items()
    ]
    return lines


def agreement_words(found: Agreement, *, metric: Metric) -> str:
    """Whether the proxy was right, in a sentence or two.

    Args:
        found: How alike proxy and final score order the members.
        metric: The score that they are compared by.
    """
    n, values = found.n, (found.spearman, found.kendall)
    if math.isnan(found.kendall.value):
        return (
            f"Was the proxy right? That takes two members with different {metric.name}; there "
            f"are {n} with both numbers."
        )
    both = f"Spearman {values[0].value:.2f}, Kendall {values[1].value:.2f} (n = {n})"
    chance = " and ".join(f"{100 * each.chance:.3g} %" for each in values)
    luck = f"orders at random agree as well in {chance} of cases"
    if n < FEWEST:
        return f"Was the proxy right? {n} members are too few to say: {both}, and {luck}."
    return (
        f"Was the proxy right? Its {metric.name} and the final one on validation: {both}; "
        f"{luck}. {_interval(values)}"
    )


def cost_words(members: Sequence[Member], family: Family) -> str:
    """What the trainings of a family took, in a sentence.

    Args:
        members: The members.
        family: What was to be trained.
    """
    done = [member for member in members if member.is_finished]
    minutes, grams = sum(m.minutes for m in done), sum(m.co2_g for m in done)
    said = f"All trainings took {duration(60 * minutes)} and {grams:.3g} g CO2e"
    if family.trial_seconds:
        said += (
            f"; the trials before them {duration(family.trial_seconds)} and "
            f"{family.trial_co2_g:.3g} g"
        )
    return f"{said}."


def _interval(values: Sequence[Estimate]) -> str:
    found = [each.interval for each in values if each.interval]
    if len(found) < len(values):
        return f"An interval takes {N_FOR_INTERVAL} members."
    ends = " and ".join(f"{low:.2f} to {high:.2f}" for low, high in found)
    return f"95 % intervals, by a bootstrap over members: {ends}."


def _spread(member: Member) -> str:
    spread = member.spreads.get("test")
    return f"{spread.mean:.2f} ± {spread.sd:.2f} ({spread.n})" if spread else "-"


def _percent(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.2f}"


def _short(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.3g}"
