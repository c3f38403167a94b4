"""The words of a config that say where candidates are measured, and within which limits."""

from __future__ import annotations

import sys
from dataclasses import dataclass

from evonas.sections.words import settle, word


@dataclass(frozen=True, kw_only=True)
class WorkersSection:
    """Who measures, and how long and how much one candidate may take.

    Attributes:
        n_jobs: How many worker processes measure; with 0 this process does, for a debugger,
            and nothing then stops a candidate that ends it.
        timeout: Seconds that one candidate may take.
        memory_limit: Gigabytes that one worker process may take.

    Raises:
        ValueError: A value is out of range, or cannot be kept here.
    """

    n_jobs: int | None = word(None, shown="one per core; one on a GPU", least=0)
    timeout: float | None = word(None, shown="endless", unit="seconds")
    memory_limit: float | None = word(None, shown="endless", unit="gigabytes")

    def __post_init__(self) -> None:
        settle(self)
        self.check_limits_are_kept()

    def check_limits_are_kept(self) -> None:
        """Refuse a limit that nothing here can keep.

        Raises:
            ValueError: There are no worker processes, or the system has no such limit.
        """
        if self.memory_limit is not None and self.n_jobs == 0:
            raise ValueError("memory_limit is kept by worker processes; n_jobs=0 has none")
        if self.memory_limit is not None and sys.platform != "linux":
            raise ValueError(f"memory_limit needs Linux; {sys.platform} has no such limit")
