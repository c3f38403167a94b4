"""A run on other targets, in lines for people."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan

from evonas.carbon.deployment import METRICS, SEPARATOR
from evonas.hardware.targets import Target
from evonas.objectives import Constraint, Metric, nearest_to_kept
from evonas.pareto.bands import Standing
from evonas.reports.aims import target_text
from evonas.reports.retargeted import Disagreement, Retargeted, TargetFront
from evonas.reports.text import aligned, genome_text, miss, number

MOST_NAMED = 6  # members in one line
MOST_DISAGREEING = 3  # pairs of targets that are told of
MEANINGS: dict[Standing, str] = {
    "necessary": "on the front whatever point of its own band each member takes",
    "robust": "on the front with all members at the low end, in the middle and at the high end",
    "central": "on the front in the middle, but not at both ends",
}


def in_words(found: Retargeted) -> list[str]:
    """The fronts as tables, the best within limits, and what the targets disagree about."""
    n, names = len(found.priced), ", ".join(map(str, found.aims.targets))
    lines = [
        f"Run {found.run.name}: {n} architecture{'s' if n > 1 else ''} priced for {names} by "
        "analysis (roofline); nothing was trained.",
        *(f"Note: {note}." for note in found.notes),
    ]
    for each in found.fronts:
        lines += ["", *_front(found, each)]
    used = {word for each in found.fronts for word in each.standings}
    meanings = [f"  {word}: {said}" for word, said in MEANINGS.items() if word in used]
    lines += ["", "How surely a member is on its front:", *meanings] if meanings else []
    if found.disagreements:
        lines += ["", "What the targets disagree about:", *disagreement_lines(found)]
    return lines


def disagreement_lines(found: Retargeted) -> list[str]:
    """What every two targets disagree about, those that do most first, in three lines each."""
    lines = []
    for each in found.disagreements[:MOST_DISAGREEING]:
        lines += _disagreement(found, each)
    n_more = len(found.disagreements) - MOST_DISAGREEING
    if n_more > 0:
        lines.append(f"  ... and {n_more} more pairs of targets, which disagree less")
    return lines


def _front(found: Retargeted, front: TargetFront) -> list[str]:
    names = ", ".join(metric.name for metric in front.objectives)
    limits = f" that keep {', '.join(map(str, front.limits))}" if front.limits else ""
    sure = sum(front.standings[i] in ("necessary", "robust") for i in front.members)
    possible = front.standings.count("possible")
    if not front.members:
        return [f"{front.name}: {_closest(found, front.limits)}"]
    lines = [
        f"{front.name}: {_members(len(front.members))} on the front of {names}{limits}, {sure} "
        f"of them at both ends of the band too; {possible} more could be on it",
        *_table(found, front),
    ]
    return [*lines, *_best(found, front)]


def _table(found: Retargeted, front: TargetFront) -> list[str]:
    shown = [*front.objectives, *_others(front)]
    header = ["id"]
    for metric in shown:
        header += [_short_column(metric, front.target)]
        header += ["low", "high"] if metric in front.objectives and _has_band(metric) else []
    rows = []
    for i in front.members:
        metrics, bands = found.priced[i].at("central"), found.priced[i].bands
        row = [found.id_of(i)]
        for metric in shown:
            row.append(number(metrics[metric.name]))
            if metric in front.objectives and _has_band(metric):
                band = bands[metric.name]
                row += [f"{band.low:.3g}", f"{band.high:.3g}"]
        rows.append([*row, front.standings[i], genome_text(found.priced[i].record.genome)])
    return aligned([*header, "front", "genome"], rows)


def _others(front: TargetFront) -> list[Metric]:
    """Metrics of a target that are shown though they decide nothing."""
    if front.target is None:
        return []
    known = {metric.name for metric in front.objectives}
    names = {f"{name}{SEPARATOR}{front.target}": metric for name, metric in METRICS.items()}
    return [
        Metric(name, metric.unit, metric.label, metric.sign, best=metric.best)
        for name, metric in names.items()
        if name not in known
    ]


def _short_column(metric: Metric, target: Target | None) -> str:
    """The header of a column; without the target, where the table is of that alone."""
    return metric.column if target is None else metric.column.replace(f"@{target}", "")


def _has_band(metric: Metric) -> bool:
    return bool(target_text(metric.name)) and not metric.name.startswith("model_size")


def _best(found: Retargeted, front: TargetFront) -> list[str]:
    """The best member within the limits, and whether it keeps them at the other end too."""
    if not front.limits:
        return []
    i, first = front.members[0], front.objectives[0]
    metrics = found.priced[i].at("central")
    values = ", ".join(
        f"{m.name} {number(metrics[m.name])} {m.unit}".strip() for m in front.objectives
    )
    missed = [
        miss(c, value)
        for c in front.limits
        for value in [_worst(found, i, c)]
        if c.violation(value) > 0
    ]
    surely = f"; at the far end of the band {', '.join(missed)}" if missed else ", for sure"
    return [f"Best in {first.name} within the limits{surely}: {found.id_of(i)} ({values})"]


def _worst(found: Retargeted, place: int, limit: Constraint) -> float:
    """A metric at the end of its band where it keeps a limit least."""
    ends = [found.priced[place].at("low"), found.priced[place].at("high")]
    return max((each[limit.metric] for each in ends), key=limit.violation)


def _closest(found: Retargeted, limits: Sequence[Constraint]) -> str:
    rows = [each.at("central") for each in found.priced]
    closest = nearest_to_kept(limits, rows)
    assert closest is not None  # for every row has every metric
    broken = [
        miss(c, rows[closest][c.metric])
        for c in limits
        if c.violation(rows[closest][c.metric]) > 0
    ]
    return (
        f"no architecture keeps {', '.join(map(str, limits))}; closest is "
        f"{found.id_of(closest)}, with {', '.join(broken)}"
    )


def _disagreement(found: Retargeted, each: Disagreement) -> list[str]:
    one, other = each.targets
    if isnan(each.kendall):
        return [f"  {one} and {other}: {each.metric} is the same for all on one of them"]
    lines = [
        f"  {one} and {other} order {_count(each.n, 'architecture')} by {each.metric} with a "
        f"rank correlation (Kendall) of {each.kendall:.3f}",
        f"  {_only(found, each.own[0], one, other)}; {_only(found, each.own[1], other, one)}",
    ]
    if each.ranks[0] != each.ranks[1]:
        lines.append(
            f"  they differ most about {found.id_of(each.furthest)}: place {each.ranks[0]} in "
            f"{each.metric} on {one}, place {each.ranks[1]} on {other}"
        )
    return lines


def _only(found: Retargeted, places: Sequence[int], here: Target, there: Target) -> str:
    n = next(len(front.members) for front in found.fronts if front.target == here)
    if not n:
        return f"nothing is on the front of {here}"
    if not places:
        return f"the whole front of {here} is on that of {there}"
    ids = ", ".join(found.id_of(i) for i in places[:MOST_NAMED])
    more = f" and {len(places) - MOST_NAMED} more" if len(places) > MOST_NAMED else ""
    verb = "is" if len(places) == 1 else "are"
    part = f"{len(places)} of {n} on the front of {here}"
    return f"{part} {verb} not on that of {there}: {ids}{more}"


def _members(n: int) -> str:
    return _count(n, "architecture")


def _count(n: int, what: str) -> str:
    return f"{n} {what}{'' if n == 1 else 's'}"
