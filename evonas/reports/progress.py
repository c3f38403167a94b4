"""What a person sees while a search runs: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from math import isnan
from types import TracebackType
from typing import Self, TextIO

from tqdm import tqdm

from evonas.config import Config
from evonas.engine.generations import Generation
from evonas.record import Record


class Progress:
    """Shows how a search gets on.

    Use it as a context, and hand its methods to ``evonas.search``.

    Args:
        config: Of the search; tells how much there is to do.
        is_quiet: Show nothing.
        stream: Where to; standard error if left out.
    """

    def __init__(
        self, config: Config, *, is_quiet: bool = False, stream: TextIO | None = None
    ) -> None:
        stream = stream or sys.stderr
        self._config = config
        self._stream = stream
        self._is_quiet = is_quiet
        self._started = time.monotonic()
        self._bar = tqdm(
            total=config.n_expected,
            unit="net",
            file=stream,
            disable=is_quiet or not stream.isatty(),
            dynamic_ncols=True,
            bar_format="{percentage:.0f}% {n_fmt}/{total_fmt} [{elapsed}<{remaining}{postfix}]",
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.close()

    def on_record(self, record: Record) -> None:
        """Count a candidate that was measured."""
        self._bar.update()

    def on_generation(self, generation: Generation) -> None:
        """Say where the search stands."""
        line = describe(generation)
        if not self._bar.disable:
            self._bar.set_postfix_str(line)
        elif not self._is_quiet:
            line = f"{generation.n_evaluations} measured, {line}{self._time_left(generation)}"
            print(line, file=self._stream, flush=True)

    def _time_left(self, generation: Generation) -> str:
        elapsed = time.monotonic() - self._started
        n_expected = self._config.n_expected
        if n_expected is None or not generation.n_evaluations:
            return f", {_clock(elapsed)} gone"
        share = min(1.0, generation.n_evaluations / n_expected)
        return f", about {_clock(elapsed * (1 - share) / share)} left"


def describe(generation: Generation) -> str:
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
