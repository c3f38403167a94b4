"""One objective out of several metrics: a regularised sum, or a weighted product."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from evonas.hardware.target_metrics import NAME, without_targets
from evonas.objectives import Objective

_NUMBER = r"[0-9.]+(?:[eE][+-]?[0-9]+)?"
_TERM = re.compile(rf"\s*([+-]?)\s*(?:({_NUMBER})\s*\*\s*)?({NAME})\s*")
_FACTOR = re.compile(rf"\s*({NAME})\s*(?:\^\s*(-?\s*{_NUMBER})\s*)?")


def is_expression(word: str) -> bool:
    """Whether a word combines metrics, such as ``acc-0.5*co2``, and does not name one."""
    bare = without_targets(word)
    return ":" not in bare and any(mark in bare for mark in "+-*^")


def read_fitness(text: str, offered: Mapping[str, Objective]) -> Objective:
    """The objective that an expression stands for.

    ``acc - 0.5*co2`` is a fitness with a term of regularisation, the third way of Fu et al.
    2021 (section 3.1) to search for networks that emit less; the weight's unit is that of the
    first metric per unit of the other. ``acc * co2^-0.07`` is a weighted product (Tan et al.
    2019, MnasNet, eq. 2). Its direction is that of its first metric.

    Args:
        text: A sum of metrics with weights, or a product of metrics with exponents.
        offered: The metrics to choose from, by name.

    Raises:
        ValueError: The text is neither, names an unknown metric, or rewards what is to be kept
            low.
    """
    weights, is_sum = _sum(text), True
    if weights is None:
        weights, is_sum = _product(text), False
    if weights is None:
        raise ValueError(
            f"cannot read the objective {text!r}; expected a sum such as 'acc-0.5*co2' or a "
            "product such as 'acc*co2^-0.07'"
        )
    for name in weights:
        if name not in offered:
            raise ValueError(
                f"objective {text!r} needs {name!r}, which the problem does not measure; "
                f"choose from {', '.join(offered)}"
            )
    first, *others = weights
    direction = math.copysign(1, weights[first]) * offered[first].sign
    for name in others:
        if weights[name] * offered[name].sign * direction < 0:
            wanted = "low" if offered[name].sign > 0 else "high"
            raise ValueError(
                f"objective {text!r} works against {name}, which is to be {wanted}; turn its "
                "sign"
            )
    compute = _Sum(weights) if is_sum else _Product(weights)
    sign = offered[first].sign if weights[first] > 0 else -offered[first].sign
    return Objective(
        name=re.sub(r"\s", "", text),
        unit="",
        label=re.sub(r"\s", "", text),
        sign=1 if sign > 0 else -1,
        best=None,
        needs=tuple(weights),
        compute=compute,
    )


@dataclass(frozen=True)
class _Sum:
    weight_by_metric: Mapping[str, float]

    def __call__(self, metrics: Mapping[str, float]) -> float:
        return math.fsum(
            weight * metrics[name] for name, weight in self.weight_by_metric.items()
        )


@dataclass(frozen=True)
class _Product:
    exponent_by_metric: Mapping[str, float]

    def __call__(self, metrics: Mapping[str, float]) -> float:
        exponents = self.exponent_by_metric.items()
        return float(math.prod(metrics[name] ** exponent for name, exponent in exponents))


def _sum(text: str) -> dict[str, float] | None:
    """Weight by metric, or nothing where the text is no sum of distinct metrics."""
    weights: dict[str, float] = {}
    place = 0
    while place < len(text):
        match = _TERM.match(text, place)
        if match is None or match[3] in weights or (place and not match[1]):
            return None
        weight = _number(match[2] or "1")
        if not weight:
            return None
        weights[match[3]] = -weight if match[1] == "-" else weight
        place = match.end()
    return weights


def _product(text: str) -> dict[str, float] | None:
    """Exponent by metric, or nothing where the text is no product of distinct metrics."""
    exponents: dict[str, float] = {}
    for part in text.split("*"):
        match = _FACTOR.fullmatch(part)
        exponent = _number((match[2] or "1").replace(" ", "")) if match else 0.0
        if match is None or match[1] in exponents or not exponent:
            return None
        exponents[match[1]] = exponent
    return exponents


def _number(text: str) -> float:
    """Zero where the text is no finite number."""
    try:
        value = float(text)
    except ValueError:
        return 0.0
    return value if math.isfinite(value) else 0.0
