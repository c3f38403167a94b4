"""What to improve, and what to demand."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, TypeVar, get_args

if TYPE_CHECKING:
    import numpy as np

    Values = TypeVar("Values", float, np.ndarray)

When = Literal["counted", "hinted", "trained", "final"]
_KEPT = ("name", "unit", "label", "sign", "best", "worst", "when")


@dataclass(frozen=True)
class Metric:
    """What is known of an architecture, with all that is needed to improve, print and plot it.

    The sign is the one place where a direction flips: everything that is stored, printed or
    plotted stays in natural units and natural direction.

    Attributes:
        name: The metric's word in command lines, journals and tables.
        unit: The unit of the stored number; empty for a plain number.
        label: What the metric's axis in a plot says.
        sign: The direction: +1 if smaller is better, -1 if larger is better.
        best: A value that nothing can improve on; the hypervolume is scaled by it.
        worst: A value that everything improves on, where one is known beforehand. Without it
            the reference point of a counted metric comes from a fixed sample of the space.
        needs: The metrics from which ``compute`` derives this one.
        compute: Derives the value from the needed metrics. Without it the problem measures it.
        when: When the value is known. ``counted`` is exact and cheap, without a training;
            ``hinted`` takes no training either but longer than counting, and only hints at what
            one would show; ``trained`` takes a training; ``final`` is measured for the members
            of the final front alone, and no search sees it.
        is_effort: Whether a counted metric is the number of FLOPs that measuring takes. A
            search keeps account of them.

    Raises:
        ValueError: The sign or ``when`` is none of the values above.
    """

    name: str
    unit: str
    label: str
    sign: Literal[-1, 1]
    best: float | None = 0.0
    worst: float | None = None
    needs: tuple[str, ...] = ()
    compute: Callable[[Mapping[str, float]], float] | None = None
    when: When = field(default="trained", kw_only=True)
    is_effort: bool = field(default=False, kw_only=True)

    def __post_init__(self) -> None:
        if self.sign not in (-1, 1):
            raise ValueError(
                f"the sign of metric {self.name!r} is {self.sign!r}; expected +1 if smaller is "
                "better or -1 if larger is better"
            )
        if self.when not in get_args(When):
            raise ValueError(
                f"metric {self.name!r} is known when {self.when!r}; choose from "
                f"{', '.join(get_args(When))}"
            )

    @property
    def column(self) -> str:
        """The header of a table's column: the name, and the unit in brackets."""
        return f"{self.name} [{self.unit}]" if self.unit else self.name

    def as_dict(self) -> dict[str, Any]:
        """What a reader of numbers must know, JSON-able: not how the value is computed."""
        return {name: getattr(self, name) for name in _KEPT}

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> Metric:
        """The metric that ``as_dict`` wrote, as one that is measured and not computed.

        Raises:
            ValueError: A field of the metric is missing, or is of the wrong kind.
        """
        missing = [name for name in _KEPT if name not in kept]
        if missing:
            raise ValueError(f"metric {kept.get('name', '')!r} lacks {', '.join(missing)}")
        texts = [kept[name] for name in ("name", "unit", "label")]
        ends = [kept[name] for name in ("best", "worst") if kept[name] is not None]
        wrong = [text for text in texts if not isinstance(text, str)]
        wrong += [end for end in ends if type(end) not in (int, float)]
        if wrong:
            raise ValueError(f"metric {kept['name']!r} holds {wrong[0]!r} in a wrong place")
        return cls(**{name: kept[name] for name in _KEPT})


Objective = Metric
"""A metric that a search improves; the word of older files for every metric."""

ACC = Metric("acc", "%", "validation accuracy", -1, best=100.0, worst=0.0)
TEST_ACC = Metric("test_acc", "%", "test accuracy", -1, best=100.0, worst=0.0, when="final")
FLOPS = Metric("flops", "FLOP", "FLOPs of one input", +1, when="counted")
MACS = Metric("macs", "MAC", "multiply-accumulates of one input", +1, when="counted")
PARAMS = Metric("params", "", "trainable parameters", +1, when="counted")
CO2 = Metric("co2", "kg", "lifetime CO2e", +1, when="counted")
CO2_TRAINING = Metric("co2_training", "kg", "CO2e of all trainings", +1, when="counted")
CO2_INFERENCE = Metric("co2_inference", "kg", "CO2e of all inferences", +1, when="counted")
FPO = Metric("fpo", "FLOP", "FLOPs of the proxy training", +1, when="counted", is_effort=True)

Relation = Literal["<=", ">="]
# A name may go on with where the metric is taken, as in latency@a100:bf16:b32.
_CONSTRAINT = re.compile(r"\s*([A-Za-z_]\w*(?:@[\w.:-]+)?)\s*(<=|>=)\s*(\S+)\s*")


@dataclass(frozen=True)
class Constraint:
    """A bound that a metric must keep."""

    metric: str
    relation: Relation
    bound: float

    @classmethod
    def parse(cls, text: str) -> Constraint:
        """Read ``METRIC<=NUMBER`` or ``METRIC>=NUMBER``.

        Raises:
            ValueError: The text is of neither form.
        """
        match = _CONSTRAINT.fullmatch(text)
        bound = _finite(match[3]) if match else None
        if match is None or bound is None:
            raise ValueError(
                f"cannot read the constraint {text!r}; expected METRIC<=NUMBER or "
                "METRIC>=NUMBER, as in 'params<=200000'"
            )
        relation: Relation = "<=" if match[2] == "<=" else ">="
        return cls(match[1], relation, bound)

    def violation(self, value: Values) -> Values:
        """How far a value breaks the bound, relative to it; zero or less where it is kept.

        Args:
            value: A number, or an array of them.
        """
        excess = value - self.bound if self.relation == "<=" else self.bound - value
        return excess / (abs(self.bound) or 1.0)

    def __str__(self) -> str:
        bound = repr(float(self.bound)).removesuffix(".0")  # all digits, so that it parses back
        return f"{self.metric}{self.relation}{bound}"


@dataclass(frozen=True)
class Goals:
    """What a search is after: objectives, constraints, and the scale to judge them on.

    Attributes:
        objectives: What is to be improved; whatever lists the objectives keeps this order.
        constraints: The bounds that are to be kept.
        reference: The value of an objective that counts as no progress at all, by objective
            name. With the objective's ``best`` it spans the scale of ``scaled`` and of the
            hypervolume.
    """

    objectives: tuple[Objective, ...]
    constraints: tuple[Constraint, ...] = ()
    reference: Mapping[str, float] = field(default_factory=dict)

    @property
    def metrics(self) -> tuple[str, ...]:
        """Names of all metrics that a candidate needs, the objectives' first."""
        names = [objective.name for objective in self.objectives]
        return tuple(dict.fromkeys(names + [c.metric for c in self.constraints]))

    @cached_property
    def is_scaled(self) -> bool:
        """Whether every objective has both ends of its scale."""
        return all(o.best is not None and o.name in self.reference for o in self.objectives)

    def natural(self, metrics: Mapping[str, float]) -> list[float]:
        """The objectives' values in natural units and direction."""
        return [metrics[objective.name] for objective in self.objectives]

    def scaled(self, metrics: Mapping[str, float]) -> list[float]:
        """The objectives to be minimised: 0 at their best, 1 at the reference point.

        Without a full scale they are merely turned to be minimised.
        """
        return [self._scaled(o, metrics[o.name]) for o in self.objectives]

    def violations(self, metrics: Mapping[str, float]) -> list[float]:
        """By how much each constraint is broken; zero or less where it is kept."""
        return [c.violation(metrics[c.metric]) for c in self.constraints]

    def are_met(self, metrics: Mapping[str, float]) -> bool:
        """Whether all is measured and every constraint kept."""
        return all(name in metrics for name in self.metrics) and not broken(
            self.constraints, metrics
        )

    def _scaled(self, objective: Objective, value: float) -> float:
        if not self.is_scaled or objective.best is None:
            return objective.sign * value
        span = abs(self.reference[objective.name] - objective.best) or 1.0
        return objective.sign * (value - objective.best) / span


def violation_of(constraints: Sequence[Constraint], metrics: Mapping[str, float]) -> float:
    """How far metrics break constraints in all; 0 where they keep every one."""
    return sum(max(0.0, c.violation(metrics[c.metric])) for c in constraints)


def nearest_to_kept(
    constraints: Sequence[Constraint], rows: Sequence[Mapping[str, float]]
) -> int | None:
    """Which metrics miss constraints least, by the largest relative miss; ``None`` for none.

    Rows that lack a metric of a constraint are passed over.
    """
    misses = {
        i: max(c.violation(metrics[c.metric]) for c in constraints)
        for i, metrics in enumerate(rows)
        if all(c.metric in metrics for c in constraints)
    }
    return min(misses, key=lambda i: misses[i], default=None)


def broken(constraints: tuple[Constraint, ...], metrics: Mapping[str, float]) -> list[str]:
    """The constraints that the given metrics break, as text; unknown metrics break none."""
    return [
        str(constraint)
        for constraint in constraints
        if constraint.metric in metrics and constraint.violation(metrics[constraint.metric]) > 0
    ]


def _finite(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
