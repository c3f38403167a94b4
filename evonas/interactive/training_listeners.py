"""Telling listeners of a full training."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from evonas.engine.listeners import Audience, invited
from evonas.listener import Epoch, Training
from evonas.models.card import Facts
from evonas.plugins.listening import make_listener


class Telling:
    """Tells those whom a config names of one training.

    Args:
        named: Listeners by name, each as ``--track`` takes it.

    Raises:
        ValueError: There is no such listener, or it cannot be made.
        FileNotFoundError: There is no such file.
    """

    def __init__(self, named: Sequence[str]) -> None:
        self._audience = Audience([], invited([make_listener(word) for word in named]))
        self._scores: Mapping[str, float] | None = None

    @contextmanager
    def of(self, training: Training) -> Iterator[None]:
        """Tell of the start of a training, and of its end whatever becomes of it.

        Args:
            training: What is trained, and the model folder.
        """
        self._audience.on_training_start(training)
        try:
            yield
        finally:
            self._audience.on_training_end(self._scores)

    def on_epoch(self, seed: int, row: Mapping[str, float]) -> None:
        """Tell of an epoch.

        Args:
            seed: The seed of the training.
            row: The row of its curve.
        """
        values = {name: value for name, value in row.items() if name != "epoch"}
        self._audience.on_epoch(Epoch(seed, int(row["epoch"]), values))

    def on_finish(self, facts: Facts) -> None:
        """Note how good the network is, for the end.

        Args:
            facts: What the card of the model tells.
        """
        self._scores = {part: judged.accuracy for part, judged in facts.judgements.items()}
