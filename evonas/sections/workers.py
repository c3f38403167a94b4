"""The words of a config that say where candidates are measured, and within which limits."""

from __future__ import annotations

import sys
from dataclasses import dataclass

from evonas.sections.words import settle, word

ENGINES = ("local", "dask")
MOST_WORKERS = 1000  # beyond which a system runs out of threads, or a user has mistyped


@dataclass(frozen=True, kw_only=True)
class WorkersSection:
    """Who measures, and how long and how much one candidate may take.

    Attributes:
        n_jobs: How many worker processes measure; with 0 this process does, for a debugger,
            and nothing then stops a candidate that ends it.
        engine: ``local`` for processes of this machine, ``dask`` for a Dask cluster on it, or
            ``dask:ADDRESS`` for that of a running scheduler.
        timeout: Seconds that one candidate may take.
        memory_limit: Gigabytes that one worker process may take.

    Raises:
        ValueError: A value is out of range, or cannot be kept here.
    """

    n_jobs: int | None = word(None, shown="one per core; one on a GPU", least=0)
    engine: str = word("local")
    timeout: float | None = word(None, shown="endless", unit="seconds")
    memory_limit: float | None = word(None, shown="endless", unit="gigabytes")

    def __post_init__(self) -> None:
        settle(self)
        self.check_limits_are_kept()
        self.check_engine()

    def check_engine(self) -> None:
        """Refuse an engine that there is not, and one that has no workers.

        Raises:
            ValueError: The engine is neither ``local`` nor of Dask, or n_jobs is 0 with Dask.
        """
        name, colon, address = self.engine.partition(":")
        if name not in ENGINES or (colon and (name == "local" or not address)):
            raise ValueError(
                f"unknown engine {self.engine!r}; choose from local, dask, dask:ADDRESS"
            )
        if self.n_jobs is not None and self.n_jobs > MOST_WORKERS:
            raise ValueError(f"n_jobs must be at most {MOST_WORKERS:,}, got {self.n_jobs}")
        if name == "dask" and self.n_jobs == 0:
            raise ValueError("the engine dask has workers; n_jobs=0 is for the engine local")

    def check_limits_are_kept(self) -> None:
        """Refuse a limit that nothing here can keep.

        Raises:
            ValueError: There are no worker processes, or the system has no such limit.
        """
        if self.memory_limit is not None and self.n_jobs == 0:
            raise ValueError("memory_limit is kept by worker processes; n_jobs=0 has none")
        if self.memory_limit is not None and sys.platform != "linux":
            raise ValueError(f"memory_limit needs Linux; {sys.platform} has no such limit")
