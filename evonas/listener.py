"""What a search or a training tells whoever listens: its start, each step, and its end."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
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
        folder: The run directory; ``None`` for a search that writes nothing.
        is_resumed: Whether the search goes on with an earlier session of the same run, all of
            which is told again before anything new is.
    """

    config: Config
    resolved: Mapping[str, Any]
    spend: Callable[[], Spend]
    folder: Path | None = None
    is_resumed: bool = False


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


@dataclass(frozen=True)
class Training:
    """What there is to know of the full training of a chosen network before its first epoch.

    Attributes:
        name: A short name of the architecture: its problem, and its short id.
        folder: The model folder.
        settings: All that the weights depend on, by name: the words of the problem's config and
            of the recipe, the genome, the seeds and the threads; JSON-able.
        is_resumed: Whether the training goes on with an earlier sitting, whose epochs are told
            again before anything new is.
    """

    name: str
    folder: Path
    settings: Mapping[str, Any]
    is_resumed: bool = False


@dataclass(frozen=True)
class Epoch:
    """One epoch of a full training.

    Attributes:
        seed: The seed of the training.
        number: The epoch's number, from 1.
        values: What the epoch showed, by name: the mean training ``loss``, the task's scores on
            the validation part, such as ``acc``, the learning ``rate`` of its last step, and
            the ``seconds`` and ``cpu_seconds`` that it took.
    """

    seed: int
    number: int
    values: Mapping[str, float]


class Listener:
    """Someone who is told how a search or a training gets on; override what you want to hear.

    One of your own goes into ``evonas.search(..., listeners=[...])``, or is named in the config
    as ``track="mine.py:Mine"``. It is told everything after the run directory: a record that it
    hears of is in the journal already.

    **Threads.** All is told from the thread that called ``search``, one thing after the other,
    and the search waits until a method returns; ``why_stop`` alone may be asked from another
    thread meanwhile. Nothing is told in the worker processes.

    **Errors.** No listener ends a search. If a method of yours raises an error, one warning
    says so with the listener's name, and from then on it is told nothing more but the end, so
    that it may close what it has open. Whoever wants the search to end with it catches its own
    error and gives the reason in ``why_stop``. A ``KeyboardInterrupt`` is passed on.

    **Resumption.** A run that goes on tells everything again from its beginning, to listeners
    that are new objects: the records that the journal holds, and its generations under the same
    numbers. Within a generation, records may come in another order than before, for they come
    as they arrive. ``Start.is_resumed`` says so; who keeps what it is told outside the process
    skips the generations that it has, and the records that came with them. In the same way a
    training tells the epochs of earlier sittings again.
    """

    def on_start(self, start: Start) -> None:
        """Hear that a search begins; nothing was measured yet.

        Args:
            start: The config, what was settled beyond it, and where the run directory is.
        """

    def on_record(self, record: Record) -> None:
        """Hear of a measured candidate as it arrives, also of one that a resumed run knew.

        A search with rungs tells of an architecture once for each rung that it is measured at.
        What is measured in the end for the front alone is told with the end.

        Args:
            record: The measurement, its learning curve included; one that failed has an
                ``error``, and no metrics.
        """

    def on_generation(self, generation: Generation) -> None:
        """Hear where the search stands, after every generation and all of its records.

        Args:
            generation: The counts, the hypervolume, the best values and what was spent so far.
        """

    def on_end(self, outcome: Outcome | None) -> None:
        """Hear that the search has ended, once; whoever was told of a start is told of an end.

        Args:
            outcome: The ``evonas.Result`` of the search, of the same class that
                ``evonas.search`` returns; ``None`` if an error, or a second Ctrl-C, ended it.
        """

    def why_stop(self) -> str:
        """Ask for an end of the search, with the reason in words; an empty text lets it go on.

        It is asked before every candidate, so it should be quick. What is being measured is
        then finished, and the front is measured as it always is in the end.
        """
        return ""

    def on_training_start(self, training: Training) -> None:
        """Hear that ``evonas train`` begins, or goes on.

        Args:
            training: What is trained, and the model folder.
        """

    def on_epoch(self, epoch: Epoch) -> None:
        """Hear of an epoch once it is safe on disk, also of one that a resumed training knew.

        Several seeds are trained one after the other.

        Args:
            epoch: The seed, the epoch's number, and what it showed.
        """

    def on_training_end(self, scores: Mapping[str, float] | None) -> None:
        """Hear that the training has ended, once, and how good the network is.

        Args:
            scores: The accuracy of the kept network on each part of the data in percent, by
                name: ``validation`` and ``test``; ``None`` if the training was stopped or
                failed.
        """
