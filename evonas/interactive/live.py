"""A place in a notebook that shows how something gets on, and changes as it does."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from html import escape
from typing import Any, Protocol

from evonas.faults import printable

KERNEL = "ZMQInteractiveShell"  # of every notebook, that of Colab and of VS Code as well


@dataclass(frozen=True)
class View:
    """What is shown at a time.

    Attributes:
        line: How it gets on, in a line.
        done: How much is done.
        total: How much there is to do; ``None`` where that is open.
        notes: What stays to be read, a line each.
    """

    line: str
    done: int = 0
    total: int | None = None
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        share = f"{min(1.0, self.done / self.total):.0%} " if self.total else ""
        return "\n".join([share + self.line, *self.notes])

    def _repr_html_(self) -> str:
        bar = ""
        if self.total:
            done = min(self.done, self.total)
            bar = f'<progress value="{done}" max="{self.total}"></progress> '
        rest = "".join(f"<br><small>{escape(printable(note))}</small>" for note in self.notes)
        return f"<div>{bar}{escape(printable(self.line))}{rest}</div>"


class Place(Protocol):
    """Where a view is shown, in place of the one before."""

    def show(self, view: View) -> None:
        """Show a view."""


class Cell:
    """One output of the cell of a notebook that is running."""

    def __init__(self) -> None:
        self._handle: Any = None

    def show(self, view: View) -> None:
        """Show a view in place of the one before."""
        if self._handle is None:
            from IPython.display import display  # which is there where a kernel runs

            self._handle = display(view, display_id=True)
        else:
            self._handle.update(view)


def in_notebook() -> bool:
    """Whether a kernel runs this, whose outputs can be changed; not so in a plain terminal."""
    module = sys.modules.get("IPython")
    shell = module.get_ipython() if module else None
    return KERNEL in {each.__name__ for each in type(shell).__mro__}
