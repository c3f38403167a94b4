"""What a problem must keep, checked before a search trusts a night to it."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from threading import Timer
from typing import Any

import numpy as np

from evonas.declaration import Translated
from evonas.objectives import Metric
from evonas.problem import Problem
from evonas.space import Genome, SearchSpace

logger = logging.getLogger("evonas")
N_REHEARSED = 16  # genomes
N_TRIED = 3  # of them, until one goes well
NAME = re.compile(r"(?!known$)[A-Za-z][\w+.-]*(?<!\.json)")  # of an architecture
PATIENCE_S = 10.0  # with one of those, before somebody is told what is waited for


def check_declaration(problem: Problem, name: str) -> None:
    """Refuse a problem whose class attributes do not fit together.

    Raises:
        ValueError: A class attribute is missing or of the wrong kind; the message names it.
    """
    if not hasattr(problem, "space"):
        raise ValueError(f"{name} is not finished: it lacks 'space', an evonas.SearchSpace")
    if not isinstance(problem.space, SearchSpace):
        raise ValueError(
            f"the space of {name} is a {type(problem.space).__name__}; expected an "
            "evonas.SearchSpace"
        )
    stated = vars(problem).get("metrics", vars(type(problem)).get("metrics"))
    if not isinstance(stated, (Translated, type(None))):
        _check_metrics(stated, name)
    if not problem.objectives:
        raise ValueError(
            f"{name} is not finished: it lacks 'metrics', a tuple of evonas.Metric"
        )
    for field in ("objectives", "final"):
        _check_kind(getattr(problem, field), f"{field} of {name}")
    names = [objective.name for objective in problem.objectives]
    _check_known(problem.default_objectives, names, f"default_objectives of {name}")
    _check_known(problem.cheap, names, f"cheap metrics of {name}")
    _check_known(problem.hints, names, f"hints of {name}")
    if problem.effort is not None and problem.effort not in problem.cheap:
        raise ValueError(f"effort of {name}: {problem.effort!r} is none of its cheap metrics")
    _check_architectures(problem, name)


def rehearse(problem: Problem, name: str, *, wanted: Collection[str] = ()) -> None:
    """Ask a problem, on a few genomes, for all but to measure, and to try one of them out.

    Args:
        problem: The problem that a search is to be trusted to.
        name: What an error calls the problem.
        wanted: Names of the metrics that the search will ask for.

    Raises:
        ValueError: The problem cannot do what a problem must; the message says what.
        OSError: Something that the problem needs is not there.
    """
    told(f"cannot prepare {name}", problem.prepare)
    described = told(f"cannot describe {name}", problem.describe)
    try:
        json.dumps(described)
    except (TypeError, ValueError) as error:
        raise ValueError(f"what {name} describes cannot be kept as JSON: {error}") from None
    for genome in problem.space.sample(N_REHEARSED, np.random.default_rng(0)):
        folded = problem.canonical(genome)
        if problem.canonical(folded) != folded:
            raise ValueError(
                f"the fold of {name} maps {genome} to {folded}, and that to "
                f"{problem.canonical(folded)}; folding twice must change nothing"
            )
        told(f"cannot decode genomes of {name}", partial(problem.decode, folded))
    _try_out(problem, name, wanted)


def _try_out(problem: Problem, name: str, wanted: Collection[str]) -> None:
    """Rehearse genomes until one goes well, for one bad architecture is no bad problem."""
    failures: list[BaseException] = []
    for genome in problem.space.sample(N_TRIED, np.random.default_rng(0)):
        try:
            with _patience(name, genome):
                problem.rehearse(problem.canonical(genome), wanted)
        except (Exception, SystemExit) as error:  # of a user's code
            failures.append(error)
        else:
            return
    first, said = failures[0], " ".join(str(failures[0]).split())
    kind = "" if isinstance(first, ValueError) else f"{type(first).__name__}: "
    raise ValueError(f"cannot train networks of {name}: {kind}{said}") from first


@contextmanager
def _patience(name: str, genome: Genome) -> Iterator[None]:
    """Say what is being waited for where it takes long: nothing ends a problem's own code."""
    timer = Timer(
        PATIENCE_S,
        logger.warning,
        (
            "one network of %s is tried out before the search begins, and takes longer than "
            "%g s (genome %s); Ctrl-C ends it",
            *(name, PATIENCE_S, list(genome)),
        ),
    )
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _check_metrics(stated: object, name: str) -> None:
    _check_kind(stated, f"metrics of {name}")
    metrics: tuple[Metric, ...] = tuple(stated)  # type: ignore[arg-type]  # as just checked
    names = [metric.name for metric in metrics]
    twice = [word for word in names if names.count(word) > 1]
    if twice:
        raise ValueError(f"metrics of {name}: two are named {twice[0]!r}; rename one")
    efforts = [metric for metric in metrics if metric.is_effort]
    if len(efforts) > 1:
        found = " and ".join(metric.name for metric in efforts)
        raise ValueError(f"metrics of {name}: {found} are both its effort; choose one")
    if efforts and efforts[0].when != "counted":
        raise ValueError(
            f"metrics of {name}: its effort {efforts[0].name!r} is {efforts[0].when}; "
            "expected one that is counted"
        )


def _check_kind(values: object, what: str) -> None:
    held = list(values) if isinstance(values, (tuple, list)) else [values]
    wrong = [value for value in held if not isinstance(value, Metric)]
    if wrong or not isinstance(values, (tuple, list)):
        found = f"{wrong[0]!r}" if wrong else "a single one"
        raise ValueError(f"{what}: found {found}; expected a tuple of evonas.Metric")


def _check_known(words: Iterable[str], known: Iterable[str], what: str) -> None:
    unknown = [word for word in words if word not in known]
    if unknown:
        raise ValueError(f"{what}: unknown {unknown[0]!r}; choose from {', '.join(known)}")


def _check_architectures(problem: Problem, name: str) -> None:
    for word, architecture in problem.known.items():
        if not NAME.fullmatch(word):
            raise ValueError(
                f"known architectures of {name}: {word!r} is no name for one; expected a word "
                "that begins with a letter, other than 'known' and names of files"
            )
        try:
            problem.space.encode(architecture)
        except ValueError as error:
            raise ValueError(f"known architecture {word!r} of {name}: {error}") from None


def told(failure: str, call: Callable[[], Any]) -> Any:
    """Call what a user wrote.

    Raises:
        ValueError: The call fails with anything but a ``ValueError`` or ``OSError`` of its own;
            the message begins with ``failure``.
    """
    try:
        return call()
    except (ValueError, OSError):  # of what the user gave, and said in the problem's words
        raise
    except (Exception, SystemExit) as error:
        raise ValueError(f"{failure}: {type(error).__name__}: {error}") from error
