"""The process of a peer, which may be of a Python that has no evonas.

It is started as a script, from this file, and uses the standard library alone. Over its
standard streams go lines of JSON: the owner says first what to search in, and then answers one
question at a time. Whatever the peer itself prints goes to standard error. When the owner is
gone, this process ends itself with all that it started, wherever it is.
"""

from __future__ import annotations

import importlib.util
import json
import os
import queue
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TextIO

FOLDER = Path(__file__).resolve().parent


class RemoteTask:
    """A task whose questions are answered by another process.

    Args:
        opening: what the owner says first: all but ``peer`` and ``function`` is a word below.
        ask: has the owner answer a question.

    Attributes:
        names: the names of the genes.
        sizes: how many choices each gene has.
        is_ordered: for each gene, whether its neighbouring choices are alike.
        n_objectives: how many objectives there are, all to be minimised.
        is_counted: for each objective, whether it is known without a training.
        reference: the objectives that count as no progress at all, if known.
        seed: fixes whatever the peer draws.
        n_evaluations: how many architectures may be measured.
    """

    def __init__(self, opening: dict[str, Any], ask: Callable[[Any], Any]) -> None:
        self.names: list[str] = opening["names"]
        self.sizes: list[int] = opening["sizes"]
        self.is_ordered: list[bool] = opening["is_ordered"]
        self.n_objectives: int = opening["n_objectives"]
        self.is_counted: list[bool] = opening["is_counted"]
        self.reference: list[float] | None = opening["reference"]
        self.seed: int = opening["seed"]
        self.n_evaluations: int = opening["n_evaluations"]
        self._ask = ask

    def count(self, genomes: Sequence[Sequence[int]]) -> list[list[float]]:
        """The counted objectives of genomes: a row for each, which costs nothing."""
        rows: list[list[float]] = self._ask({"count": [list(genome) for genome in genomes]})
        return rows

    def measure(self, genome: Sequence[int]) -> list[float]:
        """All objectives of a genome; the owner ends this process when it has had enough."""
        row: list[float] = self._ask({"measure": list(genome)})
        return row


def main() -> None:
    """Search for the owner until it, or the peer, ends the search."""
    sys.path[:] = [place for place in sys.path if Path(place or ".").resolve() != FOLDER]
    questions = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # a peer may print what it likes
    answers: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(sys.stdin, answers), daemon=True).start()

    def ask(question: Any) -> Any:
        questions.write(json.dumps(question) + "\n")
        questions.flush()
        return json.loads(answers.get())

    opening = json.loads(answers.get())
    _function(Path(opening["peer"]), opening["function"])(RemoteTask(opening, ask))


def _listen(owner: TextIO, answers: queue.SimpleQueue[str]) -> None:
    """Pass on what the owner says; end everything once it can say no more."""
    for line in owner:
        answers.put(line)
    if os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(1)


def _function(path: Path, name: str) -> Callable[[RemoteTask], None]:
    """The function of a peer's file; its folder is no place to import from."""
    spec = importlib.util.spec_from_file_location(f"peer_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is no file of Python")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    function: Callable[[RemoteTask], None] = getattr(module, name)
    return function


if __name__ == "__main__":
    main()
