"""What a person sees while a search runs: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from math import isnan
from typing import Any, TextIO

from tqdm import tqdm

from evonas.listener import Generation, Listener, Outcome, Start
from evonas.record import Record


class Progress(Listener):
    """Shows how a search gets on; one of the listeners of ``evonas.search``.

    Args:
        is_quiet: Whether to show nothing.
        stream: File that the bar or the lines are written to; standard error if left out.
    """

    def __init__(self, *, is_quiet: bool = False, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._is_quiet = is_quiet
        self._started = time.monotonic()
        self._n_expected: int | None = None
        self._bar: Any = None

    def on_start(self, start: Start) -> None:
        """Show the bar, as long as there is to do."""
        self._started = time.monotonic()
        self._n_expected = start.config.n_expected
        self._bar = tqdm(
            total=self._n_expected,
            unit="net",
            file=self._stream,
            disable=self._is_quiet or not self._stream.isatty(),
            dynamic_ncols=True,
            bar_format="{percentage:.0f}% {n_fmt}/{total_fmt} [{elapsed}<{remaining}{postfix}]",
        )

    def on_record(self, record: Record) -> None:
        """Count a candidate that was measured."""
        self._bar.update()

    def on_generation(self, generation: Generation) -> None:
        """Say where the search stands."""
        line = generation_line(generation)
        if not self._bar.disable:
            self._bar.set_postfix_str(line)
        elif not self._is_quiet:
            line = f"{generation.n_evaluations} measured, {line}{self._time_left(generation)}"
            print(line, file=self._stream, flush=True)

    def on_end(self, outcome: Outcome | None) -> None:
        """Leave the bar as it is."""
        self._bar.close()

    def _time_left(self, generation: Generation) -> str:
        elapsed = time.monotonic() - self._started
        n_expected = self._n_expected
        if n_expected is None or not generation.n_evaluations:
            return f", {_clock(elapsed)} gone"
        share = min(1.0, generation.n_evaluations / n_expected)
        return f", about {_clock(elapsed * (1 - share) / share)} left"


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


def _clock(seconds: float) -> str:
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
