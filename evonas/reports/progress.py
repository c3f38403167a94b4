"""What a person sees while a search runs: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import threading
import time
from math import isnan
from typing import Any, TextIO

from tqdm import tqdm

from evonas.listener import Generation, Listener, Outcome, Start
from evonas.record import Record
from evonas.reports.estimate import Estimate, agenda
from evonas.reports.opening import opening

LEAST_MEASURED = 5  # before anything is said of the time that is left
TICK_S = 1.0


class Progress(Listener):
    """Shows how a search gets on; one of the listeners of ``evonas.search``.

    On a terminal the clock ticks on while candidates take their time.

    Args:
        is_quiet: Whether to show nothing.
        stream: File that the bar or the lines are written to; standard error if left out.
    """

    def __init__(self, *, is_quiet: bool = False, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._is_quiet = is_quiet
        self._pace = Pace(None)
        self._line = ""
        self._bar: Any = None
        self._is_over = threading.Event()
        self._estimate: Estimate | None = None  # until the first generation is complete
        self._begun = 0.0

    def on_start(self, start: Start) -> None:
        """Say what is searched, and show the bar."""
        self._pace = Pace(start.config.n_expected)
        if start.resolved and not self._is_quiet:
            lines = [*opening(start), agenda(start.config)]
            print("\n".join(lines), file=self._stream, flush=True)
            self._estimate = Estimate(start)
        self._begun = time.monotonic()
        self._bar = tqdm(
            total=start.config.n_expected,
            unit="net",
            file=self._stream,
            disable=self._is_quiet or not self._stream.isatty(),
            dynamic_ncols=True,
            bar_format="{percentage:.0f}% {n_fmt}/{total_fmt} [{elapsed}{postfix}]",
        )
        if not self._bar.disable:
            threading.Thread(target=self._tick, daemon=True).start()

    def on_record(self, record: Record) -> None:
        """Count a candidate that was measured."""
        now = time.monotonic()
        self._pace.add(record.seconds, now=now)
        self._bar.update()
        if self._estimate and (line := self._estimate.add(record, gone_s=now - self._begun)):
            self._say(line)

    def on_generation(self, generation: Generation) -> None:
        """Say where the search stands."""
        self._pace.close_generation(generation.n_evaluations, now=time.monotonic())
        self._line = generation_line(generation)
        if self._estimate:
            for line in self._estimate.told(generation):
                self._say(line)
            self._estimate = None
        if not self._bar.disable:
            self._bar.set_postfix_str(self._told())
        elif not self._is_quiet:
            line = f"{generation.n_evaluations} measured, {self._told()}"
            print(line, file=self._stream, flush=True)

    def on_end(self, outcome: Outcome | None) -> None:
        """Leave the bar as it is."""
        self._is_over.set()
        self._bar.close()

    def _say(self, line: str) -> None:
        """Say something that stays, above the bar where there is one."""
        self._bar.write(line, file=self._stream)
        self._stream.flush()

    def _tick(self) -> None:
        while not self._is_over.wait(TICK_S):
            self._bar.set_postfix_str(self._told())

    def _told(self) -> str:
        return ", ".join(filter(None, [self._line, self._pace.told(now=time.monotonic())]))


class Pace:
    """How long the rest of a search takes, by all that this session has measured.

    Time runs from the beginning of the first candidate, for starting up happens once. It is
    judged when a generation is complete: within one the dearest candidates come first.

    Args:
        n_expected: How many architectures the search measures; ``None`` where that is open.
    """

    def __init__(self, n_expected: int | None) -> None:
        self._n_expected = n_expected
        self._begun: float | None = None
        self._n_measured = 0
        self._end: float | None = None  # as expected, on the same clock

    def add(self, seconds: float, *, now: float) -> None:
        """Count a candidate.

        Args:
            seconds: How long it took.
            now: When it came, in seconds on any clock that never goes back.
        """
        if self._begun is None:
            self._begun = now - seconds
        self._n_measured += 1

    def close_generation(self, n_evaluations: int, *, now: float) -> None:
        """Judge anew when the search ends.

        Args:
            n_evaluations: Architectures measured so far, those of earlier sessions included.
            now: When the generation was complete, on the clock of ``add``.
        """
        if self._n_expected is None or self._begun is None:
            return
        if self._n_measured >= LEAST_MEASURED:
            n_left = max(0, self._n_expected - n_evaluations)
            self._end = now + n_left * (now - self._begun) / self._n_measured

    def told(self, *, now: float) -> str:
        """The time left in words, or that gone where an end is open; empty while unknown.

        Args:
            now: The present, on the clock of ``add``.
        """
        if self._end is not None:
            return f"about {clock(max(0.0, self._end - now))} left"
        if self._n_expected is None and self._begun is not None:
            return f"{clock(now - self._begun)} gone"
        return ""


def generation_line(generation: Generation) -> str:
    """A generation in one line."""
    parts = [f"gen {generation.number}"]
    if generation.n_failures:
        parts.append(f"{generation.n_failures} failed")
    best = {name: value for name, value in generation.best.items() if not isnan(value)}
    parts += [f"{name} {value:.4g}" for name, value in best.items()]
    if generation.hypervolume is not None:
        parts.append(f"hypervolume {generation.hypervolume:.4f}")
    if generation.reliability and not isnan(generation.reliability.spearman):
        parts.append(f"predicted with rank correlation {generation.reliability.spearman:.2f}")
    spend = generation.spend
    parts.append(f"{spend.energy_kwh:.2g} kWh, {spend.co2_g:.2g} g CO2")
    return ", ".join(parts)


def clock(seconds: float) -> str:
    """Seconds as a clock shows them, such as 0:07 or 1:02:03."""
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
