"""The end of a search in words: its front as a table, its files, and what it cost."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence

from evonas.algorithms.two_stages import tolerated, tolerated_share
from evonas.engine.result import Result
from evonas.faults import FAULT_KINDS
from evonas.objectives import Objective, nearest_to_kept, violation_of
from evonas.problem import is_on_accelerator
from evonas.record import Record
from evonas.reports.per_target import best_there, target_lines
from evonas.reports.rungs import rung_lines
from evonas.reports.text import aligned, genome_text, miss, note_lines, number
from evonas.short_ids import short_ids

MAX_ROWS = 30
BEYOND = "  beyond the tolerance"
LEAST_SHARE = 0.5  # of their time that workers are expected to be on a core
MAX_REASON = 100
OF_AN_EXIT = re.compile(r"test_(first_acc|acc_\d+)")  # there is a picture of them
MAX_KIND = max(map(len, FAULT_KINDS))


def summary(result: Result) -> str:
    """What a person wants to read when a search has ended."""
    lines = [f"Stopped: {result.stopped}. {_counted(result)}"]
    if result.front:
        lines += ["", *_front(result), "", *_per_target(result)]
        lines += [
            *_objectives(result),
            *_transfer(result),
            *_predictions(result),
            *rung_lines(result),
            _cost(result),
            *_times(result),
            *_waited(result),
        ]
    else:
        lines += ["", _nothing(result)]
    if result.failures:
        lines += ["", *_failures(result)]
    if notes := note_lines(getattr(result.problem, "notes", ())):
        lines += ["", *notes]
    if result.folder:
        lines += ["", f"Everything is in {result.folder}"]
    return "\n".join(lines)


def _counted(result: Result) -> str:
    n_failures = len(result.failures)
    n_failed = f", {n_failures} of them failed" if n_failures else ""
    left_out = ""
    if result.n_left_out:
        left_out = (
            f" {result.n_left_out} more were not: even at their best they could not have "
            "reached the front."
        )
    passed_over = ""
    if result.n_passed_over:
        were = "was" if result.n_passed_over == 1 else "were"
        passed_over = (
            f" {result.n_passed_over} {were} passed over: a training of theirs takes more "
            "FLOPs than were left."
        )
    return f"{len(result.records)} architectures measured{n_failed}.{left_out}{passed_over}"


def _front(result: Result) -> list[str]:
    metrics, answers = _columns(result), _answers(result)
    others = [record for record in result.front if record not in answers]
    beyond = BEYOND if answers else ""
    ranked = [*((record, "") for record in answers), *((record, beyond) for record in others)]
    ids = short_ids(record.genome for record in result.records)
    rows = [
        [
            ids[record.genome],
            *(
                number(record.metrics[metric.name]) if metric.name in record.metrics else "-"
                for metric in metrics
            ),
            genome_text(record.genome) + mark,
        ]
        for record, mark in ranked[:MAX_ROWS]
    ]
    n_more = len(result.front) - len(rows)
    lines = _answer(result, answers)
    lines += [f"The front, {len(result.front)} architectures:"]
    lines += aligned(["id", *(metric.column for metric in metrics), "genome"], rows)
    return lines + ([f"... and {n_more} more in front.csv"] if n_more > 0 else [])


def _answers(result: Result) -> list[Record]:
    """Who is tolerated after a search in two stages, the least costly first."""
    config, goals = result.config, result.goals
    if not config.then:
        return []
    n_first = len(config.objectives)
    first, cost = goals.objectives[:n_first], goals.objectives[n_first]
    best = {
        o.name: o.sign * min(o.sign * r.metrics[o.name] for r in result.front) for o in first
    }
    kept = tolerated(config, goals, best=best)
    met = [r for r in result.front if not violation_of(kept, r.metrics)]
    return sorted(met, key=lambda record: cost.sign * record.metrics[cost.name])


def _answer(result: Result, answers: Sequence[Record]) -> list[str]:
    """The best of a search in two stages, named before its front."""
    if not answers:
        return []
    config, best = result.config, answers[0]
    named = result.goals.objectives[: len(config.objectives) + 1]
    values = ", ".join(f"{o.name} {number(best.metrics[o.name])}" for o in named)
    share = tolerated_share(config)
    what = " and ".join(o.name for o in named[:-1])
    return [
        f"The answer, best in {named[-1].name} within {share:.2g} of the best {what}: "
        f"{genome_text(best.genome)} ({values})",
        "",
    ]


def _per_target(result: Result) -> list[str]:
    """Who is the best on each target, where there are several."""
    found = best_there(
        result.goals,
        result.records,
        metrics=result.problem.objectives,
        default=result.config.targets[0],
    )
    ids = short_ids(record.genome for record in result.records)
    return [*target_lines(found, ids=ids), ""] if found else []


def _columns(result: Result) -> list[Objective]:
    """Objectives, what they are computed from, and what only the front is measured for."""
    offered = {objective.name: objective for objective in result.problem.objectives}
    chosen = result.goals.objectives
    needed = [offered[name] for objective in chosen for name in objective.needs]
    final = [m for m in result.problem.final if not OF_AN_EXIT.fullmatch(m.name)]
    metrics = [*chosen, *needed, *final]
    return list({metric.name: metric for metric in metrics}.values())


def _cost(result: Result) -> str:
    spend, hypervolume = result.spend, ""
    if result.generations and result.generations[-1].hypervolume is not None:
        hypervolume = f"Hypervolume {result.generations[-1].hypervolume:.4f}. "
    return (
        f"{hypervolume}The search itself took {spend.cpu_seconds:.0f} core-seconds in "
        f"{spend.busy_seconds:.0f} seconds of its workers{_flops(spend.fpo)}: about "
        f"{1000 * spend.energy_kwh:.3g} Wh and {spend.co2_g:.3g} g CO2e ({spend.method}; "
        f"config.json has the assumptions).{_last(result)}{_opinion(result)}"
    )


def _times(result: Result) -> list[str]:
    """Where modelled times come from that were calibrated, in a line."""
    fitted = result.config.assumptions.calibration
    return [f"Modelled times were {fitted}."] if fitted else []


def _waited(result: Result) -> list[str]:
    """A warning where the workers of a processor were hardly on one."""
    spend = result.spend
    if (
        is_on_accelerator(result.problem)
        or spend.cpu_seconds >= LEAST_SHARE * spend.busy_seconds
    ):
        return []
    share = spend.cpu_seconds / spend.busy_seconds
    return [
        f"Its workers were on a core for {share:.0%} of their time: they waited, or the "
        "machine had other things to do. Energy is that of the cores."
    ]


def _objectives(result: Result) -> list[str]:
    """What each objective adds, in a line."""
    found = result.degeneracy
    if found is None:
        return []
    without = ", ".join(
        f"{size} without {name}"
        for name, size in zip(found.names, found.sizes_without, strict=True)
    )
    ranks = ", ".join(f"{one}~{other} {rank:.3f}" for one, other, rank in found.pairs)
    return [f"Front of {found.front_size}: {without}. Rank correlations: {ranks}."]


def _predictions(result: Result) -> list[str]:
    """How far they came true, in a line."""
    found = result.reliability
    if found is None or not found.n:
        return []
    ranked = ""
    if not math.isnan(found.spearman):
        ranked = (
            f"rank correlation with what was then measured {found.spearman:.2f} "
            f"(Kendall {found.kendall:.2f}), "
        )
    return [
        f"Predictions of {found.metric} by {found.model}, {found.n} in all: {ranked}"
        f"{found.within_90:.0%} within their 90 % intervals."
    ]


def _transfer(result: Result) -> list[str]:
    """How far a warm start was worth something, in a line."""
    parts = [f"{name} {rank:.2f}" for name, rank in result.transfer_correlation.items()]
    if not parts:
        return []
    return [f"Rank correlation of the warm start with what was measured: {', '.join(parts)}."]


def _last(result: Result) -> str:
    """How much of it the front's last measuring took, if there was one."""
    last = result.last_spend
    if last is None or not last.busy_seconds:
        return ""
    share = f" and {last.fpo:.3g} FLOPs" if last.fpo else ""
    return (
        f" Of this the last measuring of the front, which no budget limits, took "
        f"{last.cpu_seconds:.0f} core-seconds{share}."
    )


def _flops(fpo: float) -> str:
    return f" and {fpo:.3g} FLOPs" if fpo else ""


def _opinion(result: Result) -> str:
    said = result.opinion
    if said is None:
        return ""
    return (
        f" This session by {said.method}: {1000 * said.energy_kwh:.3g} Wh and "
        f"{said.co2_g:.3g} g in {said.country}."
    )


def _nothing(result: Result) -> str:
    if result.records and len(result.failures) == len(result.records):
        return "Every candidate failed, so there is no front."
    constraints = ", ".join(map(str, result.goals.constraints))
    if result.records and constraints:
        return (
            f"No candidate keeps every constraint ({constraints}), so there is no front"
            f"{_nearest(result)}."
        )
    return "Nothing was measured, so there is no front."


def _nearest(result: Result) -> str:
    """The candidate that misses the constraints least, if that can be told."""
    rows = [record.metrics for record in result.records]
    measured = [c for c in result.goals.constraints if any(c.metric in row for row in rows)]
    place = nearest_to_kept(measured, rows) if measured else None
    if place is None:
        return ""
    record = result.records[place]
    values = [(constraint, record.metrics[constraint.metric]) for constraint in measured]
    misses = [miss(c, value) for c, value in values if c.violation(value) > 0]
    return f"; closest is {genome_text(record.genome)}, with {' and '.join(misses)}"


def _failures(result: Result) -> list[str]:
    """A line by kind, with the commonest reason of each; all of them are in failures.csv."""
    rows = []
    by_kind = Counter(record.kind for record in result.failures)
    for kind, n in by_kind.most_common():
        reasons = Counter(r.error for r in result.failures if r.kind == kind)
        (reason, n_same), *others = reasons.most_common()
        rest = f" ({n_same} times; other reasons: {len(others)})" if others else ""
        rows.append(f"{n:6}  {kind:{MAX_KIND}}  {_shortened(reason or '')}{rest}")
    how = f"To see one fail, with its full traceback: evonas rerun {result.folder} --failed"
    return ["Failures, by kind:", *rows, *([how] if result.folder else [])]


def _shortened(reason: str) -> str:
    return reason if len(reason) <= MAX_REASON else f"{reason[: MAX_REASON - 4]} ..."
