"""Who listens to a search: telling them in order, and those that the engine has of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from evonas.carbon.meter import Meter
from evonas.carbon.spend import Budget, Spend
from evonas.carbon.tracker import CodeCarbon, Opinion
from evonas.faults import reason_of
from evonas.listener import Epoch, Generation, Listener, Outcome, Start, Training
from evonas.record import Record
from evonas.runs.journal import logger

INTERRUPTED = "it was interrupted"


class Spending(Listener):
    """The budgets of time, energy and emissions: asks for an end when one of them is spent.

    Args:
        budget: How much the search may spend.
        meter: Measures energy; read before every candidate, for some of its counters begin
            again now and then.
    """

    def __init__(self, budget: Budget, meter: Meter) -> None:
        self._budget = budget
        self._meter = meter
        self._is_limited = budget != Budget()
        self._spend: Callable[[], Spend] | None = None

    def on_start(self, start: Start) -> None:
        """Learn where to read what the search has taken."""
        self._spend = start.spend

    def why_stop(self) -> str:
        """Which budget is spent, in words; empty while none is."""
        self._meter.poll()
        if self._spend is None or not self._is_limited:
            return ""
        return self._budget.why_over(self._spend())


class Tracking(Listener):
    """A second opinion on what the search takes, from its start to its end.

    Args:
        tracker: Counts beside our own account.
        keep: Called with the tracker's opinion, JSON-able, once a search has ended in order;
            ``None`` if nobody keeps it.

    Attributes:
        opinion: What the tracker counted, once the search has ended.
    """

    def __init__(
        self, tracker: CodeCarbon, *, keep: Callable[[Mapping[str, Any]], None] | None = None
    ) -> None:
        self.opinion: Opinion | None = None
        self._tracker = tracker
        self._keep = keep

    def on_start(self, start: Start) -> None:
        """Start counting."""
        self._tracker.start()

    def on_end(self, outcome: Outcome | None) -> None:
        """Stop counting, and keep what was counted."""
        self.opinion = self._tracker.stop()
        if self._keep and outcome is not None:
            self._keep(self.opinion.as_dict())


class Shorthand(Listener):
    """Functions in place of a listener's methods.

    Args:
        on_record: Told of every measured candidate as it arrives.
        on_generation: Told where the search stands, after every generation.
    """

    def __init__(
        self,
        *,
        on_record: Callable[[Record], None] | None = None,
        on_generation: Callable[[Generation], None] | None = None,
    ) -> None:
        self._on_record = on_record
        self._on_generation = on_generation

    def on_record(self, record: Record) -> None:
        """Pass a record on."""
        if self._on_record:
            self._on_record(record)

    def on_generation(self, generation: Generation) -> None:
        """Pass a generation on."""
        if self._on_generation:
            self._on_generation(generation)


class Guest(Listener):
    """A listener of the user's, which cannot end a search or a training by an error.

    At its first error one warning names it, and it is told no more but the end.

    Args:
        listener: The user's own.
        name: What a message calls it; the name of its class if left out.

    Attributes:
        error: What it raised first, if anything.
    """

    def __init__(self, listener: Listener, *, name: str = "") -> None:
        self.error: Exception | None = None
        self._listener = listener
        self._name = name or type(listener).__qualname__

    def on_start(self, start: Start) -> None:
        """Pass the start on."""
        self._tell(lambda: self._listener.on_start(start))

    def on_record(self, record: Record) -> None:
        """Pass a record on."""
        self._tell(lambda: self._listener.on_record(record))

    def on_generation(self, generation: Generation) -> None:
        """Pass a generation on."""
        self._tell(lambda: self._listener.on_generation(generation))

    def on_end(self, outcome: Outcome | None) -> None:
        """Pass the end on, also to one that has failed: it may have something to close."""
        self._tell(lambda: self._listener.on_end(outcome), is_last=True)

    def why_stop(self) -> str:
        """What the listener says; nothing once it has failed."""
        reasons: list[str] = []
        self._tell(lambda: reasons.append(str(self._listener.why_stop() or "")))
        return reasons[0] if reasons else ""

    def on_training_start(self, training: Training) -> None:
        """Pass the start of a training on."""
        self._tell(lambda: self._listener.on_training_start(training))

    def on_epoch(self, epoch: Epoch) -> None:
        """Pass an epoch on."""
        self._tell(lambda: self._listener.on_epoch(epoch))

    def on_training_end(self, scores: Mapping[str, float] | None) -> None:
        """Pass the end of a training on, also to one that has failed."""
        self._tell(lambda: self._listener.on_training_end(scores), is_last=True)

    def _tell(self, tell: Callable[[], None], *, is_last: bool = False) -> None:
        if self.error is not None and not is_last:
            return
        try:
            tell()
        except Exception as error:
            if self.error is None:
                said = "listener %s raised %s; it is told nothing more, all else goes on"
                logger.warning(said, self._name, reason_of(error))
            self.error = self.error or error


class Audience(Listener):
    """All who listen to one search or training, told one after the other.

    The engine's own come first, in the given order, and the run directory is the first of them;
    then come the user's, in theirs. An error of the engine's own, such as a full disk, ends the
    search at once; one of the user's does not.

    Args:
        own: Listeners of the engine, in the order in which they are told.
        guests: Listeners of the user, in the order in which they are told.
    """

    def __init__(self, own: Sequence[Listener], guests: Sequence[Guest]) -> None:
        self._all = (*own, *guests)
        self._present: list[Listener] = []

    def on_start(self, start: Start) -> None:
        """Tell all of the start; only those who were told of it hear the rest."""
        for listener in self._all:
            listener.on_start(start)
            self._present.append(listener)

    def on_record(self, record: Record) -> None:
        """Tell all of a record, which the journal holds already."""
        for listener in self._present:
            listener.on_record(record)

    def on_generation(self, generation: Generation) -> None:
        """Tell all of a generation."""
        for listener in self._present:
            listener.on_generation(generation)

    def on_end(self, outcome: Outcome | None) -> None:
        """Tell all of the end, whatever becomes of one of them.

        Raises:
            Exception: What the first of the engine's own raised that failed, once all are told;
                nothing where an error has ended the search already.
        """
        errors = []
        for listener in self._present:
            try:
                listener.on_end(outcome)
            except Exception as error:
                errors.append(error)
        if errors and outcome is not None:
            raise errors[0]

    def why_stop(self) -> str:
        """The reason of the first who asks for an end; empty if nobody does."""
        return next((why for listener in self._present if (why := listener.why_stop())), "")

    def on_training_start(self, training: Training) -> None:
        """Tell all of the start of a training."""
        for listener in self._all:
            listener.on_training_start(training)

    def on_epoch(self, epoch: Epoch) -> None:
        """Tell all of an epoch."""
        for listener in self._all:
            listener.on_epoch(epoch)

    def on_training_end(self, scores: Mapping[str, float] | None) -> None:
        """Tell all of the end of a training."""
        for listener in self._all:
            listener.on_training_end(scores)


class Stop:
    """Whether a search is to end, and why; made once, of all who may ask for it.

    Once there is a reason it stays.

    Args:
        is_interrupted: Whether a person wants an end.
        why_stop: The reason of whoever else does; empty if nobody does.

    Attributes:
        reason: Why the search is to end, in words; empty while it goes on.
    """

    def __init__(
        self, is_interrupted: Callable[[], bool], *, why_stop: Callable[[], str]
    ) -> None:
        self.reason = ""
        self._is_interrupted = is_interrupted
        self._why_stop = why_stop

    def __call__(self) -> bool:
        """Ask all, until one has given a reason."""
        if not self.reason:
            self.reason = INTERRUPTED if self._is_interrupted() else self._why_stop()
        return bool(self.reason)


def invited(
    listeners: Sequence[Listener],
    *,
    on_record: Callable[[Record], None] | None = None,
    on_generation: Callable[[Generation], None] | None = None,
) -> list[Guest]:
    """The user's listeners, and functions in place of them, made safe.

    Args:
        listeners: The user's own, in the order in which they are told.
        on_record: Told of every measured candidate as it arrives.
        on_generation: Told where the search stands, after every generation.

    Raises:
        ValueError: One of them is no listener.
    """
    for listener in listeners:
        if not isinstance(listener, Listener):
            raise ValueError(
                f"{listener!r} is no listener; expected an instance of a class that derives "
                "from evonas.Listener"
            )
    guests = [Guest(listener) for listener in listeners]
    if on_record:
        guests.append(Guest(Shorthand(on_record=on_record), name="on_record"))
    if on_generation:
        guests.append(Guest(Shorthand(on_generation=on_generation), name="on_generation"))
    return guests
