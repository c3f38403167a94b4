"""What a model folder tells of the exits of its network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from evonas.networks.exits import Exits
from evonas.whole_files import read_value


@dataclass(frozen=True)
class KnownExits:
    """What the exits of a trained network cost, and when an image leaves.

    Attributes:
        flops: FLOPs of the answer of each exit, where no other one answers.
        flops_in_turn: FLOPs of the answer of each exit after all before it have answered.
        levels: The confidence from which an image leaves at each exit, set on the validation
            part; empty where the task sets none.
    """

    flops: tuple[float, ...]
    flops_in_turn: tuple[float, ...]
    levels: tuple[float, ...] = ()

    @property
    def costs(self) -> Exits:
        """What the exits cost."""
        return Exits(self.flops, self.flops_in_turn)

    def as_dict(self) -> dict[str, Any]:
        """The exits as keys and values, JSON-able."""
        return {name: list(values) for name, values in asdict(self).items()}

    @classmethod
    def of(cls, costs: Exits, task: object) -> KnownExits:
        """The exits of a network with the thresholds that its task has set.

        Args:
            costs: What the exits cost.
            task: The task, settled by the validation part.
        """
        return cls(costs.alone, costs.in_turn, getattr(task, "levels", None) or ())


def read_exits(file: Path) -> KnownExits | None:
    """The exits that a model folder tells of; ``None`` where it tells of none.

    Args:
        file: The file that tells of the architecture.

    Raises:
        ValueError: What is there cannot be read.
    """
    return read_value(file, lambda kept: _read(kept.get("exits")))


def _read(told: Mapping[str, Any] | None) -> KnownExits | None:
    if not told:
        return None
    names = ("flops", "flops_in_turn", "levels")
    found = KnownExits(*(tuple(map(float, told[name])) for name in names))
    found.costs  # noqa: B018  they must go together
    return found
