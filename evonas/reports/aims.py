"""What a run is judged by on other targets: objectives and limits, as a user writes them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from evonas.carbon.deployment import METRICS, SEPARATOR, metric_on
from evonas.hardware.targets import Target
from evonas.objectives import Constraint, Metric
from evonas.parsing import nearest
from evonas.runs.run import Run

USUAL = "latency"
_LIMIT = re.compile(r"\s*(.+?)\s*(<=|>=)\s*(.+?)\s*")


@dataclass(frozen=True)
class Aims:
    """What counts, on which targets.

    Attributes:
        targets: The targets, in the order in which they were named.
        objectives: What is to be improved: metrics that the run has measured, and metrics on
            targets.
        limits: Bounds on either.
    """

    targets: tuple[Target, ...]
    objectives: tuple[Metric, ...]
    limits: tuple[Constraint, ...] = ()

    @property
    def measured(self) -> tuple[Metric, ...]:
        """The objectives that the run has measured."""
        return tuple(metric for metric in self.objectives if not target_text(metric.name))

    def on(self, target: Target) -> tuple[Metric, ...]:
        """The objectives on one target."""
        return tuple(m for m in self.objectives if target_text(m.name) == str(target))

    def limits_on(self, target: Target) -> tuple[Constraint, ...]:
        """The limits on one target, and those on what the run has measured."""
        return tuple(c for c in self.limits if target_text(c.metric) in ("", str(target)))


def target_text(name: str) -> str:
    """The target in the name of a metric; empty where there is none."""
    return name.partition(SEPARATOR)[2]


def read_targets(texts: Sequence[str]) -> tuple[Target, ...]:
    """Targets as a user writes them.

    Args:
        texts: The texts of ``Target.parse``.

    Raises:
        ValueError: There is none, one cannot be read, or one is named twice.
    """
    targets = tuple(map(Target.parse, texts))
    if not targets:
        raise ValueError("nothing to aim at: name a target, such as raspberry-pi-4")
    named = [str(target) for target in targets]
    twice = next((name for name in named if named.count(name) > 1), None)
    if twice:
        raise ValueError(f"target {twice} is named twice")
    return targets


def read_limit(text: str) -> tuple[str, Constraint]:
    """The name that a limit is on, and the limit, on that name as it is written.

    Args:
        text: Such as ``latency@raspberry-pi-4<=0.05`` or ``params<=1e5``.

    Raises:
        ValueError: The text cannot be read.
    """
    found = _LIMIT.fullmatch(text)
    try:
        bound = Constraint.parse(f"value{found[2]}{found[3]}" if found else "")
    except ValueError:
        raise ValueError(
            f"cannot read the limit {text!r}; expected METRIC<=NUMBER or METRIC>=NUMBER, as in "
            "'latency@raspberry-pi-4<=0.05'"
        ) from None
    assert found is not None  # or the constraint would not have been read
    return found[1], replace(bound, metric=found[1])


def read_aims(
    run: Run,
    targets: Sequence[Target],
    *,
    objectives: Sequence[str] = (),
    limits: Sequence[str] = (),
) -> Aims:
    """What counts, by the words that a user has for it.

    Args:
        run: The run, whose metrics may be named.
        targets: The targets; a metric of one without ``@`` is meant on the first.
        objectives: Names of metrics; if empty, the run's trained objectives, or its first
            where none takes a training, and the latency on each target.
        limits: Bounds on metrics, as ``read_limit`` has them.

    Raises:
        ValueError: A word is unknown, or no objective is on some target or of the run.
    """
    names = objectives or [*_trained(run), *(f"{USUAL}@{target}" for target in targets)]
    wanted = dict.fromkeys(_metric(name, run, targets) for name in names)
    bounds = []
    for text in limits:
        name, limit = read_limit(text)
        bounds.append(replace(limit, metric=_metric(name, run, targets).name))
    aims = Aims(tuple(targets), tuple(wanted), tuple(bounds))
    if not aims.measured:
        raise ValueError(
            f"nothing that run {run.name} has measured is among the objectives "
            f"{', '.join(names)}; name one, such as {_trained(run)[0]}"
        )
    bare = next((target for target in targets if not aims.on(target)), None)
    if bare:
        raise ValueError(
            f"no objective is on target {bare}; name one, such as {USUAL}@{bare}, or leave "
            "that target out"
        )
    return aims


def _trained(run: Run) -> list[str]:
    """Names of the run's objectives that take a training; of the first where none does."""
    if not run.objectives:
        raise ValueError(f"run {run.name} has no objectives; name some")
    when = {metric.name: metric.when for metric in run.metrics}
    names = [objective.name for objective in run.objectives]
    return [name for name in names if when.get(name, "trained") == "trained"] or names[:1]


def _metric(word: str, run: Run, targets: Sequence[Target]) -> Metric:
    name, at, text = word.strip().partition(SEPARATOR)
    if not at and name in run.shared:
        return run.metric(name)
    if name not in METRICS:
        known = (*run.shared, *METRICS)
        raise ValueError(
            f"unknown metric {name!r}{nearest(name, known)}; run {run.name} has "
            f"{', '.join(run.shared)}, and a target {', '.join(METRICS)}"
        )
    target = Target.parse(text) if at else targets[0]
    if target not in targets:
        raise ValueError(
            f"{word} is on no target that was named: {', '.join(map(str, targets))}; name "
            f"{target} as well"
        )
    return metric_on(name, target)
