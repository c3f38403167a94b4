"""What a notebook shows while a search runs: one output, which changes as it gets on."""

from __future__ import annotations

import contextvars
import threading
import time

from evonas.engine.listeners import INTERRUPTED
from evonas.interactive.live import Place, View
from evonas.listener import Generation, Listener, Outcome, Start
from evonas.record import Record
from evonas.reports.opening import opening
from evonas.reports.progress import Pace, clock

TICK_S = 1.0
LEAST_BETWEEN_S = 0.2  # two changes; more often nobody sees, and a kernel has to send them


class LiveProgress(Listener):
    """Shows how a search gets on in one place, and what came of it in the end.

    Args:
        place: Where it is shown.
        folder: How the run directory is spelt; empty where nothing is written.
    """

    def __init__(self, place: Place, *, folder: str = "") -> None:
        self._place = place
        self._folder = folder
        self._pace = Pace(None)
        self._total: int | None = None
        self._notes: tuple[str, ...] = ()
        self._n_measured = 0
        self._n_failed = 0
        self._generation: Generation | None = None
        self._request = ""
        self._begun = time.monotonic()
        self._shown_at = 0.0
        self._lock = threading.Lock()
        self._is_over = threading.Event()

    def on_start(self, start: Start) -> None:
        """Say what is searched, and let the clock tick while candidates take their time."""
        self._total = start.config.n_expected
        self._pace = Pace(self._total)
        self._notes = tuple(opening(start)) if start.resolved else ()
        self._show(is_due=True)
        context = contextvars.copy_context()  # which tells a kernel whose cell this is
        threading.Thread(target=context.run, args=(self._tick,), daemon=True).start()

    def on_record(self, record: Record) -> None:
        """Count a candidate that was measured."""
        self._n_measured += 1
        self._n_failed += record.error is not None
        self._pace.add(record.seconds, now=time.monotonic())
        self._show()

    def on_generation(self, generation: Generation) -> None:
        """Say where the search stands."""
        self._pace.close_generation(generation.n_evaluations, now=time.monotonic())
        self._generation = generation
        self._show()

    def on_end(self, outcome: Outcome | None) -> None:
        """Leave the last word: what was found, or how to go on."""
        self._is_over.set()
        with self._lock:
            self._place.show(self._broken_off() if outcome is None else self._last(outcome))

    def ask(self, message: str) -> None:
        """Show that an end was asked for.

        Args:
            message: What comes next, in words.
        """
        self._request = message  # a signal may come while the lock is held: the clock shows it

    def _tick(self) -> None:
        while not self._is_over.wait(TICK_S):
            self._show(is_due=True)

    def _show(self, *, is_due: bool = False) -> None:
        now = time.monotonic()
        with self._lock:
            is_early = now < self._shown_at + LEAST_BETWEEN_S and not is_due
            if is_early or self._is_over.is_set():
                return
            self._shown_at = now
            notes = (*self._notes, *filter(None, [self._request]))
            self._place.show(View(self._line(now), self._n_measured, self._total, notes))

    def _line(self, now: float) -> str:
        of = f" of {self._total:,}" if self._total else ""
        parts = [f"{self._n_measured:,}{of} measured"]
        if self._n_failed:
            parts.append(f"{self._n_failed:,} failed")
        if self._generation:
            parts.insert(0, f"generation {self._generation.number}")
            parts.append(f"{self._generation.front_size} on the front")
            if self._generation.hypervolume is not None:
                parts.append(f"hypervolume {self._generation.hypervolume:.4f}")
        parts.append(self._pace.told(now=now) or f"{clock(now - self._begun)} gone")
        return ", ".join(parts)

    def _last(self, outcome: Outcome) -> View:
        n, n_failed = len(outcome.records), len(outcome.failures)
        parts = [_counted(n), *([f"{n_failed:,} failed"] * bool(n_failed))]
        parts.append(f"{len(outcome.front)} on the front")
        if self._generation and self._generation.hypervolume is not None:
            parts.append(f"hypervolume {self._generation.hypervolume:.4f}")
        spend = outcome.spend
        parts += [
            f"took {clock(time.monotonic() - self._begun)}",
            f"{1000 * spend.energy_kwh:.3g} Wh, {spend.co2_g:.3g} g CO2e",
        ]
        notes = [f"Stopped: {outcome.stopped}."]
        notes += [self._going_on()] if outcome.stopped == INTERRUPTED else []
        return View(", ".join(parts), notes=(*self._notes, *notes))

    def _broken_off(self) -> View:
        return View(
            f"Broken off, {_counted(self._n_measured)}",
            notes=(*self._notes, self._going_on()),
        )

    def _going_on(self) -> str:
        if not self._folder:
            return "Nothing was written: with folder=... a search can be gone on with."
        return f"To go on: evonas.search(config, folder={self._folder!r}, resume=True)"


def _counted(n: int) -> str:
    return f"{n:,} architecture{'' if n == 1 else 's'} measured"
