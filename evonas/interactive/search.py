"""The search as one calls it from Python: it shows how it gets on where somebody looks."""

from __future__ import annotations

import signal
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from evonas.config import Config
from evonas.engine import search as engine
from evonas.interactive.interrupts import interrupts
from evonas.interactive.live import Cell, in_notebook
from evonas.interactive.live_progress import LiveProgress
from evonas.interactive.result import Result
from evonas.listener import Generation, Listener
from evonas.problem import Problem
from evonas.record import Record
from evonas.reports.progress import Progress


def search(
    config: Config | None = None,
    *,
    problem: type[Problem] | None = None,
    folder: str | Path | None = None,
    resume: bool = False,
    progress: bool | None = None,
    listeners: Sequence[Listener] = (),
    on_generation: Callable[[Generation], None] | None = None,
    on_record: Callable[[Record], None] | None = None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Result:
    """Search for the Pareto front of a problem.

    Args:
        config: Config of the search; all defaults if left out.
        problem: A problem class, in place of the config's reference to one.
        folder: Where to keep the run; nothing is written if left out.
        resume: Whether ``folder`` holds a run that is to go on. Its records answer for what
            they know, so the end is that of an uninterrupted run.
        progress: Whether to show how the search gets on; in a notebook alone if left out.
            Where it is shown, Ctrl-C, or interrupting the kernel, ends the search in order:
            what is being measured is finished and the result returned, and a run with a folder
            can be gone on with. A second one raises ``KeyboardInterrupt`` at once, and the
            folder can be gone on with as well.
        listeners: Told of the start, of records and generations, and of the end, in this order,
            after the run directory and before those that the config names; see
            ``evonas.Listener``. One that raises an error is told no more; the search goes on.
        on_generation: In place of a listener of its own: called with every generation.
        on_record: In place of a listener of its own: called with every measured candidate.
        should_stop: Whether a person wants an end. Asked before every candidate, also of the
            last ones that are measured for the front alone; the search then ends with what is
            there. A listener's ``why_stop`` leaves the front time to be measured.

    Returns:
        The front, and all that led to it.

    Raises:
        ValueError: Something in the config does not fit, or the run to go on with is damaged;
            the message names it.
        FileNotFoundError: A file or folder is not there.
        FileExistsError: ``folder`` exists and ``resume`` is false.
        BusyError: Another process is writing to ``folder``.
        FolderError: ``folder`` cannot be written any more; what was written can be read.
        WorkerError: A worker process cannot open the problem.
    """
    shown, interruption = _shown(progress, "" if folder is None else str(folder))
    with interruption as is_interrupted:
        found = engine.search(
            config,
            problem=problem,
            folder=folder,
            resume=resume,
            listeners=[*shown, *listeners],
            on_generation=on_generation,
            on_record=on_record,
            should_stop=lambda: is_interrupted() or should_stop(),
            as_result=Result.of,
        )
    assert isinstance(found, Result)
    return found


def _shown(
    progress: bool | None, folder: str
) -> tuple[list[Listener], AbstractContextManager[Callable[[], bool]]]:
    """Who shows progress, if anyone, and what takes an interruption meanwhile."""
    if progress is False or (progress is None and not in_notebook()):
        return [], nullcontext(lambda: False)
    if not in_notebook():
        return [Progress()], interrupts([signal.SIGINT])
    live = LiveProgress(Cell(), folder=folder)
    return [live], interrupts([signal.SIGINT], say=live.ask)
