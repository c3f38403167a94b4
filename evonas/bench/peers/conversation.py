"""A peer in a process of its own, seen from the process that owns it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import Any, BinaryIO

import numpy as np

from evonas.bench.peers.task import PeerTask
from evonas.faults import tail

CHILD = Path(__file__).with_name("peer_process.py")
ALIKE = {  # one thread, and nothing that differs from process to process
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMBA_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
}
OURS = ("PYTHONPATH", "PYTHONHOME")  # which would lead another Python to the packages of this
N_LINES = 3  # of what a peer says last


def converse(task: PeerTask, *, file: Path, function: str, python: str, name: str) -> None:
    """Have a process search, and answer its questions, until it ends or ``task`` does.

    It works in a folder that is gone afterwards, and in a session of its own, so that Ctrl-C
    reaches this process alone, which leaves nothing of it behind.

    Args:
        task: the search to make.
        file: the peer's file, which may use the standard library and the peer's package.
        function: the name of the function there that takes the task.
        python: the Python to run it with.
        name: what to call the peer if it fails.

    Raises:
        SpentError: The budget of the task is spent.
        ChildProcessError: The process ended in the middle, or said what nobody can read.
    """
    with TemporaryFile() as said, _started(python, said) as process:
        _tell(process, {**_opening(task), "peer": str(file), "function": function})
        n_asked = 0
        for line in process.stdout or ():
            question = _understood(line, name)
            if "count" in question:
                genomes = [tuple(genome) for genome in question["count"]]
                _tell(process, np.asarray(task.count(genomes), dtype=float).tolist())
            else:
                values = task.measure(tuple(question["measure"]))
                _tell(process, [float(value) for value in values])
                n_asked += 1
        if status := process.wait():
            said.seek(0)
            last = "; ".join(tail(said.read().decode(errors="replace"))[-N_LINES:])
            raise ChildProcessError(
                f"peer {name} ended with status {status} after {n_asked} evaluations: "
                f"{last or 'it said nothing'}"
            )


def _opening(task: PeerTask) -> dict[str, Any]:
    return {
        "names": task.names,
        "sizes": task.sizes,
        "is_ordered": task.is_ordered,
        "n_objectives": task.n_objectives,
        "is_counted": task.is_counted,
        "reference": task.reference,
        "seed": task.seed,
        "n_evaluations": task.n_evaluations,
    }


@contextmanager
def _started(python: str, said: BinaryIO) -> Iterator[subprocess.Popen[bytes]]:
    """A process in a session and a folder of its own; all of it is gone at the end."""
    around = {name: value for name, value in os.environ.items() if name not in OURS}
    with TemporaryDirectory(prefix="evonas-peer-") as folder:
        process = subprocess.Popen(
            [python, str(CHILD)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=said,
            cwd=folder,
            env={**around, **ALIKE},
            start_new_session=True,
        )
        try:
            yield process
        finally:
            with suppress(OSError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            for end in (process.stdin, process.stdout):
                if end is not None:
                    with suppress(OSError):
                        end.close()


def _tell(process: subprocess.Popen[bytes], message: object) -> None:
    """Write a line; what has ended says of what when it is waited for."""
    if process.stdin is not None:
        with suppress(OSError):
            process.stdin.write(json.dumps(message).encode() + b"\n")
            process.stdin.flush()


def _understood(line: bytes, name: str) -> dict[str, Any]:
    """A question of a peer.

    Raises:
        ChildProcessError: It is none.
    """
    try:
        question = json.loads(line)
    except ValueError:
        question = None
    if not isinstance(question, dict) or question.keys() not in ({"count"}, {"measure"}):
        text = line.decode(errors="replace").strip()
        raise ChildProcessError(f"peer {name} asks what nobody understands: {text:.80}")
    return question
