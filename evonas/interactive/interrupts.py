"""Signals that ask for an end, in order the first time and at once the second time."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from evonas.reports.text import complain

STOPPING = (signal.SIGINT, signal.SIGTERM)


def _complain(message: str) -> None:
    complain(message, status=0)


class StoppedAtOnce(KeyboardInterrupt):
    """A second signal asked for an end."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.status = 128 + number


@contextmanager
def interrupts(
    signals: Sequence[signal.Signals] = STOPPING, *, say: Callable[[str], None] = _complain
) -> Iterator[Callable[[], bool]]:
    """Ctrl-C or SIGTERM asks for an end after what is being measured, a second one at once.

    Outside of the main thread, where no signal can be taken, nothing changes.

    Args:
        signals: The signals that are taken, until the end of the block.
        say: Told, after the first one, what comes next.

    Yields:
        Whether a signal has asked for an end.
    """
    asked: list[int] = []

    def ask(number: int, frame: object) -> None:
        if asked:
            for ignored in signals:  # or a third would leave something behind
                signal.signal(ignored, signal.SIG_IGN)
            raise StoppedAtOnce(number)
        asked.append(number)
        say("stopping after what is being measured; Ctrl-C again stops at once")

    is_main = threading.current_thread() is threading.main_thread()
    before = {number: signal.signal(number, ask) for number in signals if is_main}
    try:
        yield lambda: bool(asked)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
