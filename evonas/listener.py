"""What a search tells whoever listens: its start, every record and generation, and its end."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from evonas.carbon.spend import Spend
from evonas.config import Config
from evonas.hardware.roofline import Cost
from evonas.record import Record
from evonas.reliability import Reliability
from evonas.space import Genome

METERED = "metered [kWh]"  # a column of the generations' table
Table = tuple[Sequence[str], Sequence[Sequence[Any]]]  # a header with units, and rows


@dataclass(frozen=True)
class Start:
    """What there is to know of a search before it measures anything.

    Attributes:
        config: The config of the search, completely.
        resolved: Everything that was settled beyond the config, JSON-able: the objectives with
            units and directions, the reference point, the number of workers and so on.
        spend: Gives what the search has taken so far, whenever it is called.
    """

    config: Config
    resolved: Mapping[str, Any]
    spend: Callable[[], Spend]


@dataclass(frozen=True)
class Generation:
    """Where a search stands after one generation.

    Attributes:
        number: The generation's number, from 1.
        n_evaluations: Distinct architectures measured so far.
        n_failures: How many of the architectures measured so far failed.
        front_size: Distinct points on the front so far.
        hypervolume: The hypervolume of the front, as a share of the box between ideal and
            reference point; ``None`` where there is no reference point.
        best: The best value of each objective so far, in natural units; NaN if there is
            none.
        spend: What the search has taken so far.
        metered_kwh: The part of the search's energy that meters in the machine have counted, in
            kilowatt-hours.
        reliability: How far the predictions of this generation came true; ``None`` if there
            were none.
    """

    number: int
    n_evaluations: int
    n_failures: int
    front_size: int
    hypervolume: float | None
    best: dict[str, float]
    spend: Spend
    metered_kwh: float = 0.0
    reliability: Reliability | None = None

    def row(self) -> dict[str, Any]:
        """The generation as a row of a table, with units in the names of its columns."""
        best = {
            f"best_{name}": "" if math.isnan(value) else value
            for name, value in self.best.items()
        }
        return {
            "generation": self.number,
            "evaluations": self.n_evaluations,
            "failures": self.n_failures,
            "front_size": self.front_size,
            "hypervolume": self.hypervolume,
            "wall [s]": round(self.spend.wall_seconds, 3),
            "busy [s]": round(self.spend.busy_seconds, 3),
            "cpu [s]": round(self.spend.cpu_seconds, 3),
            "fpo [FLOP]": f"{self.spend.fpo:.10g}",
            "energy [kWh]": f"{self.spend.energy_kwh:.6g}",
            "co2 [g]": f"{self.spend.co2_g:.6g}",
            METERED: f"{self.metered_kwh:.6g}",
            **best,
            **(self.reliability.row() if self.reliability else {}),
        }


class Outcome(Protocol):
    """What a listener is told of in the end: an ``evonas.Result``, of which this is a part."""

    @property
    def front(self) -> Sequence[Record]:
        """The records on the front, by the first objective, best first."""

    @property
    def records(self) -> Sequence[Record]:
        """All records, in the order of asking."""

    @property
    def failures(self) -> Sequence[Record]:
        """The records of candidates that failed, in the order of asking."""

    @property
    def stopped(self) -> str:
        """Why the search ended, in words."""

    @property
    def spend(self) -> Spend:
        """What the search itself took, the last measuring of the front included."""

    @property
    def last_spend(self) -> Spend | None:
        """The part of ``spend`` that the last measuring of the front took, if it is known."""

    def costs(self) -> Mapping[Genome, Cost]:
        """What the front's networks cost, by genome; empty where nothing is counted."""

    def tables(self) -> Mapping[str, Table]:
        """All that is worth a table, by name, the front's table first."""


class Listener:
    """Someone who is told how a search gets on; override what you want to hear of.

    One of your own goes into ``evonas.search(..., listeners=[...])``. It is told everything
    after the run directory: a record that it hears of is in the journal already. All is told
    from one thread, one thing after the other, except that ``why_stop`` may be asked from
    another. If a method of yours raises an error, the search ends in order, with all that was
    measured kept and every other listener told, and then raises a ``ListenerError``.
    """

    def on_start(self, start: Start) -> None:
        """Hear that the search begins; nothing was measured yet."""

    def on_record(self, record: Record) -> None:
        """Hear of a measured candidate as it arrives, also of one that a resumed run knew."""

    def on_generation(self, generation: Generation) -> None:
        """Hear where the search stands, after every generation."""

    def on_end(self, outcome: Outcome | None) -> None:
        """Hear that the search has ended, once; whoever was told of a start is told of an end.

        Args:
            outcome: The ``Result`` of the search; ``None`` if an error, or a second Ctrl-C,
                ended it.
        """

    def why_stop(self) -> str:
        """Ask for an end, with the reason in words; with an empty text the search goes on.

        It is asked before every candidate. What is being measured is then finished, and the
        front is measured as it always is in the end.
        """
        return ""


class ListenerError(RuntimeError):
    """A listener raised an error; all that was measured is kept.

    Attributes:
        result: What the search has found until the listener failed.
    """

    def __init__(self, message: str, *, result: Outcome) -> None:
        super().__init__(message)
        self.result = result
