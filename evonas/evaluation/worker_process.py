"""The process in which candidates are measured, and which may die of one.

Its owner starts it with three pipes. Over two of them go messages, each a pickle behind its
length. The third carries nothing: when the owner's end of it closes, however the owner ended,
the kernel kills this process and whatever it started. It leads a session of its own, so that
Ctrl-C reaches the owner alone, and the owner can kill it with all its children.
"""

from __future__ import annotations

import faulthandler
import fcntl
import os
import pickle
import resource
import select
import signal
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from evonas.evaluation.candidate import Order, attempt
from evonas.evaluation.frames import HEAD_BYTES, framed, n_further, unframed
from evonas.faults import reason_of
from evonas.plugins.loading import ProblemSpec
from evonas.space import Genome

OUTPUT, BEGINNING = 1, b"\0"  # where a process prints; what stands before each candidate there
REPORT_SIGNAL = signal.SIGUSR1  # on it a worker writes where it is, even inside native code


@dataclass(frozen=True)
class Task:
    """A candidate to be measured, and its own seed.

    Attributes:
        genome: Canonical genome of the candidate.
        seed: Fixes whatever is random in measuring it.
    """

    genome: Genome
    seed: int


@dataclass(frozen=True)
class Refusal:
    """Why a worker could not begin.

    Attributes:
        reason: What went wrong, in one line.
    """

    reason: str


def main(requests: int, answers: int, lifeline: int) -> None:
    """Serve until the owner closes its end.

    Args:
        requests: File descriptor to read from: first what to open, then one order and its
            tasks at a time.
        answers: File descriptor to write to: ``None`` or a refusal first, then a trial for
            each task, up to one that has changed this process for good.
        lifeline: File descriptor that reads nothing, and then the end.
    """
    _die_with_owner(lifeline)
    faulthandler.enable()
    faulthandler.register(REPORT_SIGNAL, all_threads=False)
    pid = os.getpid()
    with open(requests, "rb") as inbox, open(answers, "wb", buffering=0) as outbox:
        spec = _open(_read(inbox))
        _write(outbox, spec if isinstance(spec, Refusal) else None)
        while isinstance(spec, ProblemSpec) and (message := _read(inbox)) is not None:
            terms, tasks = pickle.loads(message)
            order = Order(spec, **vars(terms))
            for task in tasks:
                with suppress(OSError):  # a candidate may have closed it
                    os.write(OUTPUT, BEGINNING)
                trial = attempt(order, task.genome, seed=task.seed)
                if os.getpid() != pid:  # a candidate forked, and its child came back as well
                    os._exit(0)
                _write(outbox, trial)
                if trial.lasting:  # nothing more is to be measured here
                    return


def _open(message: bytes | None) -> ProblemSpec | Refusal:
    try:
        spec: ProblemSpec
        spec, memory_limit_gb = pickle.loads(message or b"")
        spec.open().warm_up()
        _limit_memory(memory_limit_gb)
    except Exception as error:
        return Refusal(reason_of(error))
    return spec


def _read(inbox: BinaryIO) -> bytes | None:
    head = bytearray(inbox.read(HEAD_BYTES))
    return unframed(head + inbox.read(n_further(head))) if head else None


def _write(outbox: Any, answer: object) -> None:
    message = memoryview(framed(pickle.dumps(answer)))
    while message:
        message = message[outbox.write(message) :]


def _die_with_owner(lifeline: int) -> None:
    """Have the kernel send SIGIO, which ends a process, to this process and its children."""
    signal.signal(signal.SIGIO, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGIO})
    fcntl.fcntl(lifeline, fcntl.F_SETOWN, -os.getpgrp())
    fcntl.fcntl(lifeline, fcntl.F_SETFL, os.O_ASYNC | os.O_NONBLOCK)
    if select.select([lifeline], [], [], 0)[0]:
        sys.exit("the owner is gone already")


def _limit_memory(gigabytes: float | None) -> None:
    """Let allocations beyond that fail; Linux counts all private writable memory."""
    if gigabytes is None:
        return
    taken = used_memory_gb()
    if taken >= gigabytes:
        raise MemoryError(
            f"the memory limit of {gigabytes:g} GB is less than the {taken:.2g} GB that a "
            "worker takes before its first candidate"
        )
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (int(gigabytes * 1e9), hard))


def used_memory_gb() -> float:
    """Gigabytes of this process that count against a memory limit."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    (kilobytes,) = (line.split()[1] for line in status.splitlines() if "VmData" in line)
    return int(kilobytes) * 1024 / 1e9
