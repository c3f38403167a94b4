"""What a search is expected to take, with the spread of that, and which budget ends it."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from itertools import pairwise

from evonas.carbon.spend import Budget
from evonas.config import Config
from evonas.engine.course import Course, Stage
from evonas.evaluation.played import Account

WIDE = 2.0  # standard deviations of the doubt, from what is expected to either end


@dataclass(frozen=True)
class Rates:
    """What seconds cost where the search runs, as the house's meter has it.

    Attributes:
        kwh_per_second: Kilowatt-hours of one second of a core that trains, PUE included.
        g_per_kwh: Grams of CO2e of a kilowatt-hour.
        start_seconds: Time that workers take to start, once.
    """

    kwh_per_second: float
    g_per_kwh: float
    start_seconds: float = 0.0


@dataclass(frozen=True)
class Totals:
    """What one course of a search comes to.

    Attributes:
        generations: How many generations there are.
        evaluations: Distinct architectures measured.
        trainings: Trainings of the search, steps from rung to rung counted separately.
        last: Trainings in the end, for the front alone.
        minutes: Time from the first candidate to the end.
        kwh: Kilowatt-hours, PUE included.
        co2_g: Grams of CO2e.
        flops: Floating-point operations of all trainings; 0 where nobody knows.
    """

    generations: float
    evaluations: float
    trainings: float
    last: float
    minutes: float
    kwh: float
    co2_g: float
    flops: float


@dataclass(frozen=True)
class Range:
    """A number that is not known yet.

    Attributes:
        low: It will hardly be less.
        expected: What it is expected to be.
        high: It will hardly be more.
    """

    low: float
    expected: float
    high: float


@dataclass(frozen=True)
class Allowance:
    """What one budget of a search allows, whatever the others do.

    Attributes:
        budget: The budget's word in a config.
        given: The budget as it was given, in words.
        generations: How many generations it is expected to pay for.
        evaluations: How many architectures it is expected to pay for.
        ends: Whether it is the first to be spent, and so ends the search.
    """

    budget: str
    given: str
    generations: Range
    evaluations: Range
    ends: bool


@dataclass(frozen=True)
class Expectation:
    """What a search is expected to take.

    Attributes:
        totals: A range for each field of ``Totals``.
        allowances: What each budget of the config allows, the one that ends the search first.
        ending: Why the search is expected to end, in words.
        n_known: Trainings that an earlier session has done already.
        n_played: Generations that were played through; what is beyond follows from them.
        is_cut: Whether there are more than were played.
        least_return: The return below which the search ends, at a time that is not known
            before, in words; empty if none is asked for.
    """

    totals: Mapping[str, Range]
    allowances: tuple[Allowance, ...]
    ending: str
    n_known: int
    n_played: int
    is_cut: bool
    least_return: str = ""


@dataclass(frozen=True)
class _State:
    """What a search has taken at some moment, in real numbers."""

    generations: float
    evaluations: float
    trainings: float
    wall: float
    cpu: float
    flops: float

    def towards(self, other: _State, share: float) -> _State:
        """The state so far on the way to another one; beyond it where the share is above 1."""
        return _State(
            *(
                getattr(self, field.name)
                + share * (getattr(other, field.name) - getattr(self, field.name))
                for field in fields(self)
            )
        )


def expect(
    config: Config, courses: Sequence[Course], *, rates: Rates, doubt: float
) -> Expectation:
    """What a search is expected to take.

    Args:
        config: The config of the search, which says its budgets.
        courses: Searches that were played through, at least one.
        rates: What seconds cost.
        doubt: Standard deviation of the logarithm of how long a training takes.
    """
    factors = (1.0, math.exp(-WIDE * doubt), math.exp(WIDE * doubt))
    found = [
        [_totals(config, course, rates=rates, factor=factor) for course in courses]
        for factor in factors
    ]
    totals = {
        field.name: _range([[getattr(each, field.name) for each in row] for row in found])
        for field in fields(Totals)
    }
    likely = _middle(courses, found[0])
    allowances = _allowances(config, courses, rates=rates, factors=factors)
    return Expectation(
        totals,
        tuple(allowances),
        ending=likely.stopped,
        n_known=likely.stages[-1].account.n_known,
        n_played=len(likely.stages),
        is_cut=likely.is_cut,
        least_return=config.budget_return or "",
    )


def _range(rows: Sequence[Sequence[float]]) -> Range:
    """The range of a number, by factor and course.

    Args:
        rows: The number for each course, first as it is likely, then if all goes quicker, then
            if all goes slower.
    """
    every = [value for row in rows for value in row]
    return Range(min(every), statistics.median_low(rows[0]), max(every))


def _middle(courses: Sequence[Course], totals: Sequence[Totals]) -> Course:
    """The course that takes longer than as many others as take longer than it."""
    minutes = [each.minutes for each in totals]
    return courses[minutes.index(statistics.median_low(minutes))]


def _totals(config: Config, course: Course, *, rates: Rates, factor: float) -> Totals:
    states = _states(course, rates=rates, factor=factor)
    ends = [_reached(states, measure, limit) for measure, limit in _limits(config, rates)]
    end = min(ends, key=lambda state: state.evaluations) if ends else states[-1]
    if not course.is_cut and states[-1].evaluations <= end.evaluations:
        end = states[-1]
    last, grown = course.last, _grown(end.evaluations, course.stages[-1].n_evaluations)
    seconds = end.cpu + factor * grown * last.cpu_seconds
    kwh = rates.kwh_per_second * seconds
    return Totals(
        generations=_whole(end.generations, math.ceil),
        evaluations=_whole(end.evaluations, round),
        trainings=_whole(end.trainings, round),
        last=round(grown * last.n_trainings),
        minutes=(end.wall + factor * grown * last.wall_seconds) / 60,
        kwh=kwh,
        co2_g=kwh * rates.g_per_kwh,
        flops=end.flops + grown * last.flops,
    )


def _grown(n: float, n_played: int) -> float:
    """How large the front is that ``n`` architectures leave, beside that of those played.

    Fronts are taken to grow as the root of what was measured.
    """
    return math.sqrt(n / n_played) if n_played and math.isfinite(n) else 1.0


def _whole(number: float, to: Callable[[float], int]) -> float:
    return to(round(number, 6)) if math.isfinite(number) else number


def _states(course: Course, *, rates: Rates, factor: float) -> list[_State]:
    """The state before the first generation, and after each."""
    return [
        _State(0, 0, 0, rates.start_seconds, 0.0, 0.0),
        *(_state(stage, rates=rates, factor=factor) for stage in course.stages),
    ]


def _state(stage: Stage, *, rates: Rates, factor: float) -> _State:
    account: Account = stage.account
    return _State(
        generations=stage.number,
        evaluations=stage.n_evaluations,
        trainings=account.n_trainings,
        wall=rates.start_seconds + factor * (stage.own_seconds + account.wall_seconds),
        cpu=factor * account.cpu_seconds,
        flops=account.flops,
    )


def _limits(config: Config, rates: Rates) -> list[tuple[str, float]]:
    """What ends a search, as a field of a state and its limit; each budget of the config."""
    return [(field, limit) for _, field, limit in _budgets(config, rates)]


def _budgets(config: Config, rates: Rates) -> list[tuple[str, str, float]]:
    """The budgets that hold: the config's word, the field of a state, and its limit."""
    budget: Budget = config.budget
    g_per_second = rates.kwh_per_second * rates.g_per_kwh
    limits = [
        ("generations", "generations", float(config.max_generations or math.inf)),
        ("evaluations", "evaluations", float(config.evaluations or math.inf)),
        ("budget_time", "wall", budget.seconds),
        ("budget_kwh", "cpu", _over(budget.kwh, rates.kwh_per_second)),
        ("budget_co2", "cpu", _over(budget.co2_g, g_per_second)),
        ("budget_flops", "flops", budget.flops),
    ]
    return [each for each in limits if math.isfinite(each[2])]


def _over(amount: float, rate: float) -> float:
    return amount / rate if rate else math.inf


def _reached(states: Sequence[_State], field: str, limit: float) -> _State:
    """The state in which a field reaches its limit, maybe beyond the last that is known.

    Beyond it all goes on as in the second half of what is known.
    """
    for before, after in pairwise(states):
        if getattr(after, field) >= limit:
            gained = getattr(after, field) - getattr(before, field)
            share = (limit - getattr(before, field)) / gained if gained else 1.0
            return before.towards(after, max(0.0, share))
    middle, last = states[(len(states) - 1) // 2], states[-1]
    gained = getattr(last, field) - getattr(middle, field)
    if gained <= 0:  # what is measured takes nothing of what is limited
        return _State(*(math.inf for _ in fields(last)))
    return middle.towards(last, (limit - getattr(middle, field)) / gained)


def _allowances(
    config: Config, courses: Sequence[Course], *, rates: Rates, factors: Sequence[float]
) -> list[Allowance]:
    """What each budget allows, the first to be spent first."""
    found = []
    for word, field, limit in _budgets(config, rates):
        ends = [
            [
                _reached(_states(course, rates=rates, factor=factor), field, limit)
                for course in courses
            ]
            for factor in factors
        ]
        generations, evaluations = (
            _range([[getattr(state, name) for state in row] for row in ends])
            for name in ("generations", "evaluations")
        )
        given = getattr(config, word) or config.max_generations
        found.append(Allowance(word, f"{given}", generations, evaluations, ends=False))
    found.sort(key=lambda each: each.evaluations.expected)
    own_end = [c.stages[-1].n_evaluations for c in courses if not c.is_cut]
    if found and not (own_end and max(own_end) < found[0].evaluations.expected):
        found[0] = replace(found[0], ends=True)
    return found
