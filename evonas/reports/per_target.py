"""The best architecture for each of several targets, out of one search for all of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from evonas.hardware.target_metrics import metric_of, names_in, target_of
from evonas.hardware.targets import Target
from evonas.objectives import Constraint, Goals, Metric
from evonas.pareto.dominance import front
from evonas.record import Record
from evonas.reports.text import aligned, genome_text, number
from evonas.runs.run import Run
from evonas.space import Genome


@dataclass(frozen=True)
class BestThere:
    """Who is the best on one target, as if there were no other.

    Attributes:
        target: The target's text.
        goals: What counts there: the goals of the search without what is on other targets.
        limits: The constraints on the target itself.
        record: The architecture; ``None`` where none keeps the limits.
        way: How it was picked, in words.
    """

    target: str
    goals: Goals
    limits: tuple[Constraint, ...]
    record: Record | None
    way: str


def best_there(
    goals: Goals, records: Sequence[Record], *, metrics: Iterable[Metric], default: Target
) -> tuple[BestThere, ...]:
    """The best on each target that goals speak of, in the order of appearance.

    What is on other targets has no say. With limits on the target it is the best within them in
    the first objective that is on no target, else the knee of the front there.

    Args:
        goals: What the search was after.
        records: All that was measured.
        metrics: The metrics that are known, by which it is told whether a name without ``@`` is
            that of a metric on the target by default.
        default: That target.

    Returns:
        One for each target; none where there are fewer than two.
    """
    known = {metric.name: metric for metric in (*metrics, *goals.objectives)}
    places = {
        name: _targets(known[name], default) if name in known else frozenset()
        for name in goals.metrics
    }
    texts = dict.fromkeys(text for name in goals.metrics for text in sorted(places[name]))
    if len(texts) < 2:
        return ()
    measured = [record for record in records if record.error is None]
    return tuple(_best_on(text, goals, measured, places) for text in texts)


def best_of_run(run: Run) -> tuple[BestThere, ...]:
    """The best on each target of a run; none where it is not for several.

    Args:
        run: The run, finished or not.
    """
    default = run.config.targets[0]
    return best_there(run.goals, run.records, metrics=run.metrics, default=default)


def target_table(
    found: Sequence[BestThere], *, ids: Mapping[Genome, str]
) -> tuple[list[str], list[list[str]]]:
    """The best on each target: a header, and a row for each.

    Args:
        found: What ``best_there`` gives.
        ids: Short id by genome.
    """
    metrics = {metric.name: metric for each in found for metric in each.goals.objectives}
    header = ["target", "picked", "id", *(m.column for m in metrics.values()), "genome"]
    return header, [_row(each, list(metrics), ids) for each in found]


def target_lines(found: Sequence[BestThere], *, ids: Mapping[Genome, str]) -> list[str]:
    """The best on each target in words; none where there is none.

    Args:
        found: What ``best_there`` gives.
        ids: Short id by genome.
    """
    if not found:
        return []
    header, rows = target_table(found, ids=ids)
    told = "The best on each target, as if there were no other:"
    return [told, *aligned(header, rows, n_left=2)]


def _row(each: BestThere, names: Sequence[str], ids: Mapping[Genome, str]) -> list[str]:
    record = each.record
    if record is None:
        return [each.target, each.way, "-", *("-" for _ in names), "-"]
    values = [number(record.metrics[name]) if name in record.metrics else "-" for name in names]
    return [each.target, each.way, ids[record.genome], *values, genome_text(record.genome)]


def _targets(metric: Metric, default: Target) -> frozenset[str]:
    """The targets that a metric is on: several where it is computed from several."""
    texts = set()
    for name in [
        found for need in (metric.needs or (metric.name,)) for found in names_in(need)
    ]:
        is_bare = "@" not in name
        if is_bare and not metric.needs and metric.label != metric_of(name, default).label:
            continue  # a table's own
        texts.add(str(target_of(name, default)))
    return frozenset(texts)


def _best_on(
    target: str,
    goals: Goals,
    records: Sequence[Record],
    places: Mapping[str, Collection[str]],
) -> BestThere:
    from evonas.pareto.choice import best, knees  # pymoo, which one target does without

    def counts(name: str) -> bool:
        return not places[name] or target in places[name]

    chosen = tuple(o for o in goals.objectives if counts(o.name))
    kept = tuple(c for c in goals.constraints if counts(c.metric))
    limits = tuple(c for c in kept if target in places[c.metric])
    there = Goals(chosen or goals.objectives, kept)
    rows = [record for record in records if there.are_met(record.metrics)]
    said = " and ".join(map(str, limits))
    if not rows:
        return BestThere(target, there, limits, None, f"none keeps {said or 'the limits'}")
    F = np.array([there.scaled(record.metrics) for record in rows])
    members = np.flatnonzero(front(F))
    leading = next((i for i, o in enumerate(there.objectives) if not places[o.name]), None)
    if limits and leading is not None:
        choice = best(F[members], F[members][:, leading])
        way = f"best {there.objectives[leading].name} within {said}"
    else:
        choice = knees(F[members])
        way = f"knee of {', '.join(o.name for o in there.objectives)}"
        way += f" within {said}" if said else ""
    return BestThere(target, there, limits, rows[members[choice.order[0]]], way)
