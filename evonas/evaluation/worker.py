"""One worker process, seen from the process that owns it."""

from __future__ import annotations

import json
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import cache
from io import FileIO
from multiprocessing.connection import wait
from typing import Any

from evonas.deadline import late
from evonas.evaluation.candidate import Terms, Trial
from evonas.evaluation.frames import framed, unframed
from evonas.evaluation.worker_process import BEGINNING, REPORT_SIGNAL, Refusal, Task
from evonas.faults import MAX_LINE, N_TRACE_LINES, Fault, reason_of, tail
from evonas.record import Record
from evonas.runs.journal import logger

BOOT = (
    "import sys, json; sys.path[:] = json.loads(sys.argv[1]); "
    "from evonas.evaluation.worker_process import main; main(*map(int, sys.argv[2:]))"
)
# Sums depend on the number of threads, so that it must not depend on the number of workers.
_COUNTED = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)
# The order in which a set of texts is gone through must be the same in all of them.
ALIKE = {**dict.fromkeys(_COUNTED, "1"), "PYTHONHASHSEED": "0"}
START_LIMIT_S = 600.0  # to open the problem and read its data
GRACE_S = 1.0  # between the end of a candidate's time and the end of its process
REPORT_S, REST_S = 0.3, 0.02  # for a process to write where it is, and for the rest of that
LOOK_S = 0.2  # between looks at a process whose pipes a child of its own holds open
FAREWELL_S = 2.0  # for an idle process to end by itself
N_BLOCKS = 64  # of what a dead process wrote, at most
BLOCK, MAX_SAID = 1 << 16, 1 << 14
SIGNAL_NAMES = {number.value: number.name for number in signal.Signals}
OWN_FILES = (
    '"<string>"',
    "evonas/evaluation/worker_process.py",
    "evonas/evaluation/candidate.py",
)
REPLACED = "a candidate changed %s for good; worker processes are replaced after such a one"
MARK = "most recent call first"  # faulthandler's, and only its


class WorkerError(RuntimeError):
    """A worker process could not begin."""


class LostError(Exception):
    """The process is gone, and with it the candidate that it was measuring.

    Attributes:
        fault: What happened: kind ``died``, or ``timeout`` if the owner had to kill it.
        seconds: How long the candidate had taken.
    """

    def __init__(self, fault: Fault, seconds: float) -> None:
        super().__init__(fault.reason)
        self.fault = fault
        self.seconds = seconds


class Worker:
    """Starts a process, which opens the problem while the owner goes on.

    Args:
        opening: a pickle of the problem's spec and the memory limit in GB or ``None``.
        path: where the process looks for modules; where this one does if left out.
        folder: working directory of the process; that of this one if left out.

    Attributes:
        is_fit: whether no candidate has changed the process for good.
    """

    def __init__(
        self,
        opening: bytes,
        *,
        path: Sequence[str] | None = None,
        folder: str | None = None,
    ) -> None:
        theirs_requests, requests = os.pipe()
        answers, theirs_answers = os.pipe()
        theirs_lifeline, lifeline = os.pipe()
        output, theirs_output = os.pipe()
        self._requests = FileIO(requests, "w")
        self._answers = FileIO(answers)
        self._lifeline = FileIO(lifeline, "w")
        self._output = FileIO(output)
        theirs = (theirs_requests, theirs_answers, theirs_lifeline)
        try:
            self._process = subprocess.Popen(
                [
                    sys.executable,
                    "-c",
                    BOOT,
                    json.dumps([*map(str, sys.path if path is None else path)]),
                    *map(str, theirs),
                ],
                stdin=subprocess.DEVNULL,
                stdout=theirs_output,
                stderr=theirs_output,
                pass_fds=theirs,
                start_new_session=True,
                cwd=folder,
                env={**ALIKE, **os.environ},
            )
        finally:
            for end in (*theirs, theirs_output):
                os.close(end)
        self._buffer = bytearray()
        self._said = bytearray()
        self._sources = [self._output]  # empty once it has closed its end
        self._is_ready = False
        self._lock = threading.Lock()
        self._is_gone = False
        self._opening = opening
        self.is_fit = True

    def begin(self) -> None:
        """Wait until the process has opened the problem; no matter if it was ready before.

        Raises:
            WorkerError: The process cannot open the problem.
        """
        if self._is_ready:
            return
        self._send(self._opening)
        try:
            refusal = self._receive(START_LIMIT_S)
        except TimeoutError:
            refusal = Refusal(f"it took longer than {START_LIMIT_S:g} s")
        except LostError as loss:
            refusal = Refusal("; ".join((loss.fault.reason, *loss.fault.trace[-1:])))
        if refusal is not None:
            raise WorkerError(f"a worker process cannot open the problem: {refusal.reason}")
        self._is_ready = True

    def measure(self, terms: Terms, tasks: Sequence[Task]) -> Iterator[Record]:
        """One record per task, in order; fewer where the process is no longer fit.

        Args:
            terms: what the order says but for the problem, which the process has opened.
            tasks: the candidates, each with its own seed.

        Raises:
            LostError: The process died, had to be killed, or gave an answer that cannot be
                read.
            WorkerError: The process could not open the problem.
        """
        self.begin()
        self._send(pickle.dumps((terms, tasks)))
        limit = None if terms.timeout is None else terms.timeout + GRACE_S
        for task in tasks:
            started = time.monotonic()
            try:
                trial = self._receive(limit)
            except TimeoutError:
                raise LostError(self._overdue(terms.timeout or 0.0), limit or 0.0) from None
            if not _answers(trial, task):
                seconds = time.monotonic() - started
                raise self._unreadable("it is another one", seconds)
            self.is_fit = not trial.lasting
            yield trial.record
            if not self.is_fit:
                _tell(", ".join(trial.lasting))
                return

    def kill(self) -> None:
        """End the process and its children; whoever waits for it in another thread is told."""
        with self._lock:  # once it is reaped, its number may be another's
            if not self._is_gone:
                with suppress(OSError):
                    os.killpg(self._process.pid, signal.SIGKILL)

    def dispose(self) -> None:
        """Kill it, if need be, and leave nothing of it behind: no zombie, no open pipe."""
        self.kill()
        with self._lock:
            if self._is_gone:
                return
            self._is_gone = True
            self._process.wait()
        for end in (self._requests, self._answers, self._lifeline, self._output):
            end.close()

    def dismiss(self) -> None:
        """Let an idle process end by itself, and then dispose of it."""
        self._requests.close()
        _ready([self._answers], FAREWELL_S)  # it closes its end by ending
        self.dispose()

    def _send(self, message: bytes) -> None:
        remaining = memoryview(framed(message))
        while remaining:
            try:
                remaining = remaining[self._requests.write(remaining) :]
            except OSError:  # it has died, and receiving will tell of what
                return

    def _receive(self, limit_s: float | None) -> Any:
        """The next answer.

        Raises:
            TimeoutError: There is none in time.
            LostError: The process died, or the answer cannot be read.
        """
        started = time.monotonic()
        while True:
            try:
                if (answer := unframed(self._buffer)) is not None:
                    return pickle.loads(answer)
            except Exception as error:  # a candidate can do anything to its answer
                seconds = time.monotonic() - started
                raise self._unreadable(reason_of(error), seconds) from error
            remaining = LOOK_S
            if limit_s is not None:
                remaining = min(LOOK_S, started + limit_s - time.monotonic())
                if remaining <= 0:
                    raise TimeoutError
            ready = _ready([self._answers, *self._sources], remaining)
            if self._output in ready:
                self._listen()
            if self._answers in ready:
                block = self._answers.read(BLOCK) or b""
                self._buffer += block
                if not block:
                    raise self._loss(time.monotonic() - started)
            elif not ready and self._process.poll() is not None:
                raise self._loss(time.monotonic() - started)

    def _unreadable(self, reason: str, seconds: float) -> LostError:
        """What is said of an answer that cannot be read; its process is not asked again."""
        self.kill()
        return LostError(Fault("died", f"its answer cannot be read: {reason}"), seconds)

    def _listen(self) -> None:
        """Take up what the process prints, and keep the end of it."""
        self._said += self._read_output()
        del self._said[:-MAX_SAID]

    def _read_output(self) -> bytes:
        block = self._output.read(BLOCK) or b""
        if not block:
            self._sources.clear()
        return block

    def _loss(self, seconds: float) -> LostError:
        try:
            status = self._process.wait(GRACE_S)
        except subprocess.TimeoutExpired:  # it closed its pipe, and lives
            self.kill()
            status = self._process.wait()
        for _ in range(N_BLOCKS):
            if not _ready(self._sources, 0.0):
                break
            self._listen()
        del self._said[: self._said.rfind(BEGINNING) + 1]  # of candidates before this one
        how = f"ended with status {status}"
        if status < 0:
            how = f"was killed by {SIGNAL_NAMES.get(-status, f'signal {-status}')}"
        return LostError(Fault("died", f"its worker process {how}", self._trace()), seconds)

    def _overdue(self, timeout_s: float) -> Fault:
        """What is said of a candidate that must be killed, and where it was."""
        with suppress(OSError):
            os.kill(self._process.pid, REPORT_SIGNAL)
        heard, end = bytearray(), time.monotonic() + REPORT_S
        while (remaining := end - time.monotonic()) > 0 and self._sources:
            if _ready(self._sources, remaining):
                heard += self._read_output()  # the report may stand amid what it prints
            if MARK.encode() in heard:
                end = min(end, time.monotonic() + REST_S)
            else:
                del heard[:-BLOCK]
        start = max(0, heard.rfind(MARK.encode()) - MAX_LINE)
        self._said = heard[start : start + MAX_SAID]
        reason = f"{reason_of(late(timeout_s))}; its worker process was killed"
        return Fault("timeout", reason, self._trace())

    def _trace(self) -> tuple[str, ...]:
        """What the process said last; a report of where it was as Python orders it."""
        said = self._said.decode(errors="replace")
        before, mark, report = said.rpartition(MARK)
        if not mark:
            return tail(said)
        places = [line for line in report.splitlines() if line.startswith("  File ")]
        theirs = [line for line in places if not any(own in line for own in OWN_FILES)]
        return (*tail(before)[-2:-1], *theirs[N_TRACE_LINES - 1 :: -1])


@cache  # said once, for many candidates may do the same
def _tell(lasting: str) -> None:
    logger.warning(REPLACED, lasting)


def _answers(trial: object, task: Task) -> bool:
    """Whether this is what measuring a task gives."""
    if not (isinstance(trial, Trial) and isinstance(trial.record, Record)):
        return False
    return trial.record.genome == task.genome and trial.record.seed == task.seed


def _ready(sources: Sequence[FileIO], seconds: float) -> list[FileIO]:
    """Those that can be read, waiting so long for the first."""
    numbers = wait([source.fileno() for source in sources], seconds)
    return [source for source in sources if source.fileno() in numbers]
