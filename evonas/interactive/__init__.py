"""What a person does by hand, in a shell or a notebook: search, look, train.

Modules:
    architectures: What one does with the architectures of a search, whether it was just run or
        read.
    full_training: From a chosen architecture to a model folder, by whatever way it was chosen.
    interrupts: Signals that ask for an end, in order the first time and at once the second.
    live: A place in a notebook that shows how something gets on, and changes as it does.
    live_progress: What a notebook shows while a search runs.
    on_targets: A run judged on other targets, as words to print and files to write.
    result: What a search found, with what one does with it next.
    run: A run that was read, with what one does with it next.
    search: The search as one calls it from Python, which shows how it gets on.
    training_lines: A full training in lines: each of its epochs, and what came of it.
    training_listeners: Telling listeners of a full training.
    training_orders: The terms of a full training, and the order that they make of an
        architecture.
    training_starts: What a full training begins with: random weights, or those of a search's
        short training.
    watched_training: A full training that somebody watches from Python, and may interrupt.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from evonas.lazy import attach

if TYPE_CHECKING:
    from evonas.interactive.result import Result as Result
    from evonas.interactive.run import Run as Run
    from evonas.interactive.run import open_run as open_run

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "result": ["Result"],
        "run": ["Run", "open_run"],
    },
)
