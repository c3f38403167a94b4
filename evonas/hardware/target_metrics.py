"""Metrics of a network on a target, by name: ``latency@a100:bf16:b32``."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from evonas.hardware.devices import DEVICES
from evonas.hardware.roofline import Operation
from evonas.hardware.targets import Target, forward_pass
from evonas.hardware.this_machine import NAME as THIS_MACHINE
from evonas.objectives import Metric
from evonas.parsing import nearest


@dataclass(frozen=True)
class Quantity:
    """What can be told of a network on any target.

    Attributes:
        unit: The unit of the number.
        label: What is told, as axes of plots say it before the target.
        sign: +1 if smaller is better, -1 if larger is better.
    """

    unit: str
    label: str
    sign: Literal[-1, 1] = 1


QUANTITIES: Mapping[str, Quantity] = {
    "latency": Quantity("s", "latency of a batch"),
    "energy": Quantity("J", "energy of an input"),
    "throughput": Quantity("1/s", "inputs per second", -1),
    "memory": Quantity("B", "peak memory"),
    "model_size": Quantity("B", "size of the model"),
}
_NAMES = "|".join(QUANTITIES)
_DEVICES = "|".join(map(re.escape, sorted([*DEVICES, THIS_MACHINE], key=len, reverse=True)))
# A minus may follow the device in an expression, and stands within some devices' names.
_ON_LISTED = rf"@(?:{_DEVICES})(?!\w)(?::\w+)*"
NAME = rf"[A-Za-z_]\w*(?:{_ON_LISTED})?"  # of any metric, on a target or not
_NAMED = re.compile(rf"(?<![\w@.:])((?:{_NAMES})(?:{_ON_LISTED})?)(?![\w@.:(])")
_PLACE = re.compile(_ON_LISTED)
_MEANT = re.compile(rf"(?<![\w@.:/\\])(?:{_NAMES})@([\w.:-]*)(?![\w/\\])")


def without_targets(word: str) -> str:
    """A word with the targets of its metrics left out: ``acc-latency`` of ``acc-latency@t4``.

    Args:
        word: The name of a metric, an expression of several, or anything else.
    """
    return _PLACE.sub("", word)


def names_in(word: str) -> tuple[str, ...]:
    """The names of metrics on targets that a word holds, each once; none for anything else.

    Args:
        word: The name of a metric such as ``latency@t4``, or an expression of several.

    Raises:
        ValueError: A device is not listed, or cannot run as its target says.
    """
    found = tuple(dict.fromkeys(_NAMED.findall(word)))
    if unread := _MEANT.search(without_targets(word)):
        Target.parse(unread[1])
    for name in found:
        if "@" in name:
            Target.parse(name.partition("@")[2])
    return found


def beside(word: str) -> tuple[str, ...]:
    """The names of everything on the target that a misspelt name says; none without ``@``.

    Args:
        word: What a user wrote, such as ``latancy@t4``.
    """
    place = word.partition("@")[2]
    return tuple(f"{name}@{place}" for name in QUANTITIES) if place else ()


def target_of(name: str, default: Target) -> Target:
    """The target that the name of a metric says, or the one by default.

    Args:
        name: The name of a metric on a target, with or without ``@``.
        default: The target that is meant where none is named.

    Raises:
        ValueError: The target cannot be read.
    """
    place = name.partition("@")[2]
    return Target.parse(place) if place else default


def metric_of(name: str, default: Target) -> Metric:
    """A metric on a target as searches, tables and plots know it.

    The hypervolume's best throughput is that of a network of a single kernel that has nothing
    to do, which no network can surpass; everything else is best at zero.

    Args:
        name: The name of the metric, with or without ``@``; it stays as it is.
        default: The target that is meant where none is named.

    Raises:
        ValueError: There is no such metric, or the target cannot be read.
    """
    word = name.partition("@")[0]
    if word not in QUANTITIES:
        raise ValueError(
            f"unknown metric {word!r} of a target{nearest(word, QUANTITIES)}; choose from "
            f"{', '.join(QUANTITIES)}"
        )
    target, quantity = target_of(name, default), QUANTITIES[word]
    return Metric(
        name,
        quantity.unit,
        f"{quantity.label} on {target}",
        quantity.sign,
        best=0.0 if quantity.sign > 0 else _most_per_second(target),
        when="counted",
    )


def names_on(targets: Sequence[Target]) -> tuple[str, ...]:
    """The names of everything that can be told on some targets, target by target.

    Args:
        targets: Where networks are to live.
    """
    return tuple(f"{word}@{target}" for target in targets for word in QUANTITIES)


def _most_per_second(target: Target) -> float | None:
    seconds = forward_pass([Operation(0.0, 0.0, 0.0)], target).seconds
    return target.batch / seconds if seconds > 0 else None
