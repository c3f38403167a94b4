"""Running a peer: in this process, in one of its own, or in another Python."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from evonas.bench.peers.conversation import converse
from evonas.bench.peers.registry import PEERS, Peer, check_peer, executable
from evonas.bench.peers.task import PeerTask, SpentError, Task
from evonas.space import Genome

MAX_ASKED = 10  # times the budget: what a peer may ask for, known or new, before it is ended


def run_peer(
    name: str,
    task: PeerTask,
    *,
    python: Mapping[str, str | Path] | str | Path | None = None,
) -> None:
    """Have a peer search until the budget of its task is spent, or it has asked too often.

    Args:
        name: one of ``PEERS``.
        task: the search to make.
        python: the Python that is to run the peer, or the folder of its virtual environment;
            or those of several peers by name, that of all others under the empty name. Without
            one, this Python runs it.

    Raises:
        ValueError: The peer's package is not installed there, or there is no such Python.
        ChildProcessError: The peer's process failed, or it asks for what is no architecture.
    """
    own = python.get(name, python.get("")) if isinstance(python, Mapping) else python
    check_peer(name, python=own)
    peer, limited = PEERS[name], _limited(task, name)
    with suppress(SpentError):
        if own is None and not peer.is_apart:
            _function(peer)(limited)
        else:
            converse(
                limited,
                file=peer.file,
                function=peer.function,
                python=sys.executable if own is None else str(executable(own)),
                name=name,
            )


def _limited(task: PeerTask, name: str) -> PeerTask:
    """The same task, which answers only so often, and only for genomes of its space."""
    n_asked = 0

    def measure(genome: Genome) -> Sequence[float]:
        nonlocal n_asked
        n_asked += 1
        if n_asked > MAX_ASKED * task.n_evaluations:
            raise SpentError
        try:
            task.space.check(genome)
        except ValueError as error:
            raise ChildProcessError(
                f"peer {name} asks for what is no architecture: {error}"
            ) from error
        return task.measure(genome)

    return replace(task, measure=measure)


def _function(peer: Peer) -> Callable[[Task], None]:
    module = importlib.import_module(f"evonas.bench.peers.{peer.module}")
    function: Callable[[Task], None] = getattr(module, peer.function)
    return function
