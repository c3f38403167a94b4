"""How a problem declares its metrics: in one collection, or in the five of older files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from evonas.objectives import Metric, When

Read = Callable[[tuple[Metric, ...]], Any]


class View:
    """One of the five older collections, read from ``metrics``, of a class or of an object.

    A class or an object that has a value of its own for the collection hides the view.

    Args:
        read: Takes the collection out of the metrics that a problem states.

    Attributes:
        of: Takes the collection out of any metrics.
    """

    def __init__(self, read: Read) -> None:
        self.of = read

    def __get__(self, problem: Any, owner: type | None = None) -> Any:
        """The collection of the object, or of the class if there is no object."""
        return self.of(_stated(owner if problem is None else problem))


class Translated:
    """The ``metrics`` of a problem that declares them in the five older collections."""

    def __get__(self, problem: Any, owner: type | None = None) -> tuple[Metric, ...]:
        """All metrics of the object, or of the class if there is no object."""
        return translated(owner if problem is None else problem)


def _names(when: When) -> Read:
    return lambda metrics: frozenset(m.name for m in metrics if m.when == when)


OLDER: Mapping[str, Any] = {
    "objectives": View(lambda metrics: tuple(m for m in metrics if m.when != "final")),
    "cheap": View(_names("counted")),
    "hints": View(_names("hinted")),
    "effort": View(lambda metrics: next((m.name for m in metrics if m.is_effort), None)),
    "final": View(lambda metrics: tuple(m for m in metrics if m.when == "final")),
}


def settle(problem: Any) -> None:
    """Make both forms of a problem's class agree, whichever its author wrote.

    What a class says goes before what its parents say, in whichever form they say it. Within
    one class an older collection goes before ``metrics``.

    Args:
        problem: A subclass of ``evonas.Problem``, just defined.
    """
    own = vars(problem)
    if "metrics" in own:
        for word in OLDER.keys() - own.keys():
            setattr(problem, word, OLDER[word])
    elif not OLDER.keys().isdisjoint(own):
        problem.metrics = Translated()


def state(problem: Any, metrics: tuple[Metric, ...]) -> None:
    """Let one object have metrics of its own, whichever form its class declares them in.

    Args:
        problem: The problem, an object.
        metrics: All its metrics from now on.
    """
    problem.metrics = metrics
    for word, view in OLDER.items():  # an older file's own collections hide those views
        setattr(problem, word, view.of(metrics))


def translated(problem: Any) -> tuple[Metric, ...]:
    """All metrics of a problem or its class, each saying when it is known.

    Args:
        problem: The problem, or its class; it has the five older collections, its own or as
            views of its metrics.
    """

    def dated(metric: Metric) -> Metric:
        is_counted, is_hinted = metric.name in problem.cheap, metric.name in problem.hints
        when: When = "counted" if is_counted else "hinted" if is_hinted else "trained"
        return replace(metric, when=when, is_effort=metric.name == problem.effort)

    final = (replace(metric, when="final", is_effort=False) for metric in problem.final)
    return (*map(dated, problem.objectives), *final)


def _stated(problem: Any) -> tuple[Metric, ...]:
    """The nearest metrics that a problem or one of its parents states, in the newer form."""
    classes = problem.__mro__ if isinstance(problem, type) else type(problem).__mro__
    for place in (problem, *classes):
        found = vars(place).get("metrics")
        if found is not None and not isinstance(found, Translated):
            return found  # type: ignore[no-any-return]
    return ()
