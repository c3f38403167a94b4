"""A full training that somebody watches from Python, and may interrupt."""

from __future__ import annotations

import shlex
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

from evonas.interactive.full_training import Chosen
from evonas.interactive.interrupts import StoppedAtOnce, interrupts
from evonas.interactive.live import Cell, Place, View, in_notebook
from evonas.interactive.training_lines import end_lines, epoch_line
from evonas.interactive.training_orders import Terms
from evonas.interactive.training_starts import difference_line
from evonas.models.proxy_start import Start, start_in_words
from evonas.models.sittings import StoppedError
from evonas.reports.picking import Way
from evonas.runs.run import Run


def train(
    run: Run,
    *,
    way: Way,
    genome: str | None,
    terms: Terms,
    out: Path | None,
    progress: bool | None,
) -> Path:
    """Train an architecture of a run in full, and write a model folder.

    Args:
        run: The run.
        way: How to pick from the run's front.
        genome: In place of a pick, a short id of the run or the text of a genome.
        terms: How the network is to be trained.
        out: The model folder; ``models/NAME`` if ``None``.
        progress: Whether to show how the training gets on; ``None`` for in a notebook alone.

    Raises:
        ValueError: Nothing can be picked so, the problem builds no networks, the proxy's
            weights are wanted and cannot be had again, or the folder holds something else.
        DivergedError: The training diverged.
        KeyboardInterrupt: It was interrupted; the same call goes on.
    """
    chosen = Chosen.of_run(run, terms=terms, way=way, genome=genome or "")
    folder = chosen.folder(out)
    watch = Watch(_place(progress), chosen, folder.path)
    if folder.is_finished:
        folder.tidy(chosen.order)
        watch.end("It is finished: nothing is left to train.")
        return folder.path
    try:
        with interrupts([signal.SIGINT], say=watch.ask) as is_interrupted:
            facts = chosen.train(
                folder,
                on_start=watch.on_start,
                on_epoch=watch.on_epoch,
                should_stop=is_interrupted,
            )
    except (StoppedError, StoppedAtOnce):
        going_on = f"evonas train --resume {shlex.quote(str(folder.path))}"
        said = f"stopped; the same call goes on, and so does {going_on}"
        watch.end(said)
        raise KeyboardInterrupt(said) from None
    watch.end(*end_lines(facts, folder))
    return folder.path


class Lines:
    """Lines on standard error, for who has no place that can change; each is printed once."""

    def __init__(self) -> None:
        self._said: set[str] = set()

    def show(self, view: View) -> None:
        """Print what is new of a view."""
        for line in (*view.notes, view.line):
            if line not in self._said:
                print(line, file=sys.stderr, flush=True)
                self._said.add(line)


class Watch:
    """Shows how a training gets on.

    Args:
        place: Where it is shown; ``None`` for nowhere.
        chosen: What is trained, and how it was chosen.
        folder: Path of the model folder.
    """

    def __init__(self, place: Place | None, chosen: Chosen, folder: Path) -> None:
        self._place = place
        self._order = chosen.order
        self._notes = [*chosen.said, f"Model folder: {folder}"]
        self._show("Reading the data")

    def on_start(self, start: Start) -> None:
        """Note what the trainings begin with, and where it is not what the run had.

        Args:
            start: What came of the proxy training that was repeated.
        """
        proxy = self._order.proxy
        assert proxy is not None  # or nothing was repeated
        difference = difference_line(proxy, start)
        self._notes.append(
            f"Warning: {difference}" if difference else start_in_words(proxy, start)
        )

    def on_epoch(self, seed: int, row: Mapping[str, float]) -> None:
        """Show an epoch.

        Args:
            seed: The seed of the training.
            row: The new row of its curve.
        """
        n_epochs, seeds = self._order.recipe.epochs, self._order.seeds
        done = seeds.index(seed) * n_epochs + int(row["epoch"])
        line = epoch_line(seed, row, order=self._order)
        self._show(line, done=done, total=n_epochs * len(seeds))

    def ask(self, message: str) -> None:
        """Note that an end was asked for; it is shown with the epoch that is then finished.

        Args:
            message: What comes next, in words.
        """
        self._notes.append(message.replace("what is being measured", "this epoch"))

    def end(self, *lines: str) -> None:
        """Leave the last word.

        Args:
            lines: What came of it, the first line first.
        """
        self._notes += lines[1:]
        self._show(lines[0])

    def _show(self, line: str, *, done: int = 0, total: int | None = None) -> None:
        if self._place:
            self._place.show(View(line, done, total, tuple(self._notes)))


def _place(progress: bool | None) -> Place | None:
    if progress is False or (progress is None and not in_notebook()):
        return None
    return Cell() if in_notebook() else Lines()
