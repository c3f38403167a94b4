"""One full training in a shell: its terms, its progress, and how to go on with it."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from evonas.commands.training_checks import DATA
from evonas.commands.training_parsers import DEVICE, SEEDS, recipe_of, seeds_of
from evonas.interactive.full_training import Chosen
from evonas.interactive.training_lines import epoch_line
from evonas.interactive.training_orders import Terms
from evonas.interactive.training_starts import difference_line
from evonas.models.card import Facts
from evonas.models.family import FAMILY
from evonas.models.folder import ModelFolder
from evonas.models.order import TRAINING
from evonas.models.proxy_start import Start, start_in_words
from evonas.reports.text import complain


def terms_of(given: argparse.Namespace) -> Terms:
    """How the arguments say that a network is to be trained.

    Args:
        given: The arguments of ``evonas train``.

    Raises:
        ValueError: A value is out of its range, or a word unknown.
    """
    data = {name: v for name in DATA if (v := getattr(given, name)) is not None}
    if given.option:
        data["option"] = tuple(given.option)
    return Terms(
        recipe=recipe_of(given),
        seeds=seeds_of(SEEDS if given.seeds is None else given.seeds),
        n_threads=given.threads,
        data={"device": DEVICE, **data},
        from_proxy=given.from_proxy,
        track=given.track or (),
    )


def train_one(
    chosen: Chosen, folder: ModelFolder, *, should_stop: Callable[[], bool], is_quiet: bool
) -> Facts:
    """Train, or go on with a training, and write its model folder.

    Args:
        chosen: What is to be trained.
        folder: Where the model shall stand.
        should_stop: Asked after every epoch whether to end.
        is_quiet: Whether to show no progress.

    Raises:
        StoppedError: It was asked to end, and can be gone on with.
        DivergedError: A training diverged.
        ValueError: A checkpoint cannot be read, or the data cannot be had.
        OSError: A file cannot be read or written.
    """

    def on_start(start: Start) -> None:
        _tell_start(chosen, start, is_quiet=is_quiet)

    def on_epoch(seed: int, row: Mapping[str, float]) -> None:
        if not is_quiet:
            print(epoch_line(seed, row, order=chosen.order), file=sys.stderr, flush=True)

    return chosen.train(folder, on_start=on_start, on_epoch=on_epoch, should_stop=should_stop)


def way_on(folder: Path) -> str:
    """How to go on with what was to be trained in a folder, in words.

    Args:
        folder: A model folder or that of a family, or where it was to be.
    """
    if (folder / TRAINING).is_file() or (folder / FAMILY).is_file():
        return f"evonas train --resume {shlex.quote(str(folder))} goes on"
    return "nothing was trained yet: give the same command again"


def _tell_start(chosen: Chosen, start: Start, *, is_quiet: bool) -> None:
    """Say what the trainings begin with, and warn where it is not what the run had."""
    proxy = chosen.order.proxy
    assert proxy is not None  # or nothing was repeated
    if difference := difference_line(proxy, start):
        complain(difference, status=0)
    elif not is_quiet:
        print(start_in_words(proxy, start), file=sys.stderr, flush=True)
