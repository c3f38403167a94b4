"""The words of a config that say what the carbon model assumes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from evonas.carbon.assumptions import Assumptions
from evonas.carbon.files import CARBON_FLAGS, overruled, read_assumptions
from evonas.carbon.tracker import TRACKERS
from evonas.hardware.targets import Target
from evonas.sections.words import settle, word


@dataclass(frozen=True, kw_only=True)
class CarbonSection:
    """What the lives of networks, and the search itself, are assumed to emit.

    Attributes:
        carbon: What is assumed: on the command line a TOML or JSON file, in ``Config`` its
            content; the next seven take precedence.
        target: Device on which the network will live, such as ``a100``, or the way that it runs
            there as well, such as ``a100:bf16:b32``; ``this-machine`` guesses. CO2e is priced
            on the device of the first; of several, the metrics of each are counted.
        grid: Name of the electricity that feeds the device and this search, such as ``fra``
            or ``us-ca``.
        intensity_g_per_kwh: Grams of CO2e of a kilowatt-hour, in place of a grid.
        pue: Power usage effectiveness of the data centre.
        trainings: How often the network will be trained in its life.
        citations: Papers that cite the network, with 50 trainings each, in place of trainings.
        inferences: How many inputs the network will classify in its life.
        tracker: ``codecarbon``, for a second opinion on the energy of the search.

    Raises:
        ValueError: A word is unknown, a value out of range, or two contradict each other.
    """

    carbon: Mapping[str, Any] = word(dict, shown="none")
    target: Sequence[str] | None = word(None, shown="v100")
    grid: str | None = word(None, shown="world")
    intensity_g_per_kwh: float | None = word(None, shown="the grid's")
    pue: float | None = word(None, shown=f"{Assumptions.pue:g}")
    trainings: float | None = word(None, shown=f"{Assumptions.trainings:g}")
    citations: float | None = word(None, shown="none")
    inferences: float | None = word(None, shown=f"{Assumptions.inferences:,}")
    tracker: str | None = word(None, shown="none", offered=TRACKERS)

    def __post_init__(self) -> None:
        settle(self)
        self.assumptions, self.targets  # noqa: B018  they must parse

    @cached_property
    def assumptions(self) -> Assumptions:
        """What the carbon model assumes."""
        given = {name: getattr(self, name) for name in CARBON_FLAGS}
        if self.target is not None:
            given["target"] = self.target[0].partition(":")[0]
        return read_assumptions(overruled(self.carbon, given))

    @cached_property
    def targets(self) -> tuple[Target, ...]:
        """Where networks will live; by default on the device of the carbon model alone."""
        if self.target is None:
            return (Target(self.assumptions.device),)
        return tuple(dict.fromkeys(map(Target.parse, self.target)))
