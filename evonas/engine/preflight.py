"""Before a search: its extremes, what it would take, and whether its bounds can be kept."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from evonas.engine.course import Course, play
from evonas.engine.expectation import Expectation, expect
from evonas.engine.feasibility import Bound, judged
from evonas.engine.plan import SearchPlan
from evonas.engine.sampling import (
    Recorded,
    SpaceInNumbers,
    cost_metric,
    counted,
    in_numbers,
    recorded,
    sampled,
)
from evonas.engine.timed_candidates import Extreme, TimedCandidates
from evonas.evaluation.counts import Counts
from evonas.evaluation.pace import Pace
from evonas.evaluation.played import Scores
from evonas.record import Record
from evonas.runs.journal import Key
from evonas.space import Genome

PLAYING_S = 12.0  # after which a course is left, and no other is begun
# Of a made-up score with what its training takes: nobody knows, so evenly from none to much.
CORRELATIONS = (0.4, 0.0, 0.2, 0.6, 0.8)


@dataclass(frozen=True)
class Preflight:
    """All that is known of a search before it begins.

    Attributes:
        space: The space in numbers.
        cost_metric: Name of the counted metric by which an architecture is small or large;
            empty where nothing is counted.
        n_counted: How many architectures were counted.
        is_whole_space: Whether these are all that there are.
        extremes: The smallest and the largest; one alone, or none, where nothing is counted.
        n_timed: How many candidates were timed.
        n_steps: Steps that each of them was trained in a round; 0 where they were measured as
            a whole.
        bounds: Whether each constraint can be kept.
        expectation: What the search would take; ``None`` where no candidate could be timed.
        why_unknown: Why no candidate could be timed, in words; empty where one was.
        method: How its energy comes about, in words.
        recorded: What a table says that its architectures have taken.
    """

    space: SpaceInNumbers
    cost_metric: str
    n_counted: int
    is_whole_space: bool
    extremes: tuple[Extreme, ...]
    n_timed: int
    n_steps: int
    bounds: tuple[Bound, ...]
    expectation: Expectation | None
    why_unknown: str
    method: str
    recorded: tuple[Recorded, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """All of it as keys and values, JSON-able; what has no end is ``None``."""
        found: dict[str, Any] = _finite(asdict(self))
        return found


def preflight(
    plan: SearchPlan,
    *,
    known: Mapping[Key, Sequence[Record]] | None = None,
    on_step: Callable[[str], object] = lambda step: None,
) -> Preflight:
    """Look ahead at a search; nothing is written, and nothing of it is kept.

    Architectures are counted and a few trained for some steps, by the executor of the search
    and under its limits. Then the search is played through with made-up scores.

    Args:
        plan: The search, checked, its executor open.
        known: What an earlier session of it has measured, by genome and fidelity.
        on_step: Told what is done next, in words.
    """
    counts = Counts(plan.executor, plan.order)
    metric = cost_metric(plan.problem, counts)
    on_step("counting a sample of the space")
    sample, is_all = sampled(plan.problem)
    ordered = counted(counts, sample, metric)
    is_all = is_all and len(ordered) == len(sample)
    if not ordered:
        raise ValueError(
            f"none of {len(sample)} architectures of {plan.config.problem} could be counted; "
            "evonas show --problem with one of them says why"
        )
    on_step("timing a few candidates")
    candidates = TimedCandidates(plan, counts, metric)
    candidates.run(ordered)
    pace, errors = candidates.pace(), [r.error for r in candidates.records.values() if r.error]
    if plan.goals.constraints:
        on_step("looking for architectures that keep the constraints")
    bounds = judged(plan, counts, ordered, is_whole=is_all)
    expectation = None
    if pace is not None:
        on_step("playing the search through with made-up scores")
        courses = _courses(plan, counts, ordered, pace=pace, known=known or {})
        expectation = expect(plan.config, courses, rates=candidates.rates(), doubt=pace.doubt)
    return Preflight(
        in_numbers(plan.problem),
        metric,
        len(ordered) if counts.names else 0,
        is_all,
        candidates.extremes(ordered),
        n_timed=len(candidates.timed),
        n_steps=candidates.n_steps,
        bounds=bounds,
        expectation=expectation,
        why_unknown="" if pace else str(errors[0]) if errors else "nothing was timed",
        method=candidates.method,
        recorded=recorded(plan.problem, ordered),
    )


def _courses(
    plan: SearchPlan,
    counts: Counts,
    ordered: Sequence[Genome],
    *,
    pace: Pace,
    known: Mapping[Key, Sequence[Record]],
) -> list[Course]:
    """The search played through, once for each correlation that there is time for."""
    problem, started = plan.problem, time.monotonic()
    metrics = {m.name: m for m in (*problem.objectives, *problem.final)}
    costs = [pace.cost(row) for row in counts(ordered)]
    courses: list[Course] = []
    for place, correlation in enumerate(CORRELATIONS):
        if courses and time.monotonic() - started > PLAYING_S:
            break
        scores = Scores(metrics, costs, correlation, seed=place)
        courses.append(play(plan, counts, scores, pace=pace, known=known, limit_s=PLAYING_S))
    return courses


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
