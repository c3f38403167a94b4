"""A run judged on other targets, as words to print and files to write."""

from __future__ import annotations

from dataclasses import fields
from html import escape
from pathlib import Path

from evonas.reports.retargeted import Retargeted
from evonas.reports.retargeted_files import write_all
from evonas.reports.retargeted_words import in_words


class OnTargets(Retargeted):
    """A run judged on other targets; made by ``Run.retarget``, and printed as words."""

    @classmethod
    def of(cls, found: Retargeted) -> OnTargets:
        """The same, with what one does next.

        Args:
            found: The run on its targets.
        """
        return cls(**{each.name: getattr(found, each.name) for each in fields(found)})

    def write(self, out: str | Path) -> list[Path]:
        """Write what ``evonas retarget`` writes: a table, pictures, and a start for a search.

        Args:
            out: The folder; files of an earlier call are replaced.

        Returns:
            The files that were written; ``start.json`` is what ``warm_start`` takes.
        """
        return write_all(self, Path(out))

    def __str__(self) -> str:
        return "\n".join(in_words(self))

    def __repr__(self) -> str:
        names = ", ".join(map(str, self.aims.targets))
        return f"<OnTargets {self.run.name}: {len(self.priced)} architectures on {names}>"

    def _repr_html_(self) -> str:
        return f"<pre>{escape(str(self))}</pre>"
