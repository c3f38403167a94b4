"""Which executor a word stands for."""

from __future__ import annotations

from evonas.evaluation.executor import Executor, InProcess
from evonas.evaluation.pool import Pool
from evonas.plugins.loading import ProblemSpec


def make_executor(
    spec: ProblemSpec,
    *,
    engine: str = "local",
    n_jobs: int,
    memory_limit_gb: float | None = None,
) -> Executor:
    """The executor that measures a problem's candidates; nothing has begun yet.

    Args:
        spec: the problem, which every worker process opens.
        engine: ``local`` for processes of this machine; ``dask`` for a Dask cluster on this
            machine, begun and ended here; ``dask:ADDRESS`` for that of a running scheduler.
        n_jobs: how many candidates are measured at the same time; with 0, and locally, this
            process measures itself.
        memory_limit_gb: gigabytes that each worker process may take; ``None`` for no limit.

    Raises:
        ValueError: The engine is unknown, what it needs is not installed, or it cannot be
            reached.
    """
    name, _, address = engine.partition(":")
    if name == "dask":
        # It takes a second to import, and most searches do without.
        from evonas.evaluation.dask_executor import DaskExecutor

        return DaskExecutor(
            spec, address=address or None, n_jobs=n_jobs, memory_limit_gb=memory_limit_gb
        )
    if engine != "local":
        raise ValueError(f"unknown engine {engine!r}; choose from local, dask, dask:ADDRESS")
    if not n_jobs:
        return InProcess()
    return Pool(spec, n_jobs=n_jobs, memory_limit_gb=memory_limit_gb)
