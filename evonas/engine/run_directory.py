"""The run directory as a search enters it: checked, opened, and closed again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from evonas.engine.plan import SearchPlan
from evonas.runs.audit import check_records
from evonas.runs.folder import CHECKPOINTS, RunFolder, check_free
from evonas.runs.manifest import check_resumable, check_same_prices
from evonas.runs.places import without_link


def check_place(plan: SearchPlan, folder: str | Path | None, *, resume: bool) -> None:
    """Refuse, before the problem is opened, a directory that cannot be begun or gone on with.

    Args:
        plan: The search, whose config a run that is to go on must share.
        folder: Path of the directory; ``None`` for a search that writes nothing.
        resume: Whether the directory holds a run that is to go on.

    Raises:
        ValueError: The run to go on with has another configuration.
        FileNotFoundError: There is no run to go on with.
        FileExistsError: There is something where a new run is to be.
    """
    if folder is not None:
        check_resumable(Path(folder), plan.config) if resume else check_free(Path(folder))


@contextmanager
def opened(
    plan: SearchPlan, folder: str | Path | None, *, resume: bool
) -> Iterator[RunFolder | None]:
    """The run directory, if there is to be one, its records checked; closed in the end.

    Args:
        plan: The search, whose problem is asked whether the records are its own.
        folder: Path of the directory; ``None`` for a search that writes nothing.
        resume: Whether the directory holds a run that is to go on.

    Raises:
        ValueError: The run to go on with has another configuration or prices, or is damaged.
        FileNotFoundError: There is no run to go on with.
        FileExistsError: There is something where a new run is to be.
        BusyError: Another process is writing to the directory.
        FolderError: A file cannot be written.
    """
    if folder is None:
        yield None
        return
    resolved = plan.resolved()
    if resume:
        check_same_prices(Path(folder), resolved)
    start = RunFolder.resume if resume else RunFolder.create
    run_folder = start(Path(folder), plan.config, resolved=resolved)
    try:
        check_records(
            run_folder.journal,
            plan.problem,
            metrics=plan.goals.metrics,
            constraints=plan.goals.constraints,
            seed=plan.config.seed,
        )
        yield run_folder
    finally:
        run_folder.close()


@contextmanager
def work_place(folder: RunFolder | None) -> Iterator[Path]:
    """Where trainings leave what a later step needs: in the run directory, if there is one."""
    if folder:
        yield without_link(folder.path.absolute() / CHECKPOINTS)
        return
    with TemporaryDirectory() as scratch:
        yield Path(scratch)
