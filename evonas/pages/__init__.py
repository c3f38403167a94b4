"""Runs as interactive pages, and a dashboard that serves them on this machine.

Modules:
    accounts: What a page says of a run beside its architectures, section by section.
    architectures: The architectures of a run as columns, which are short to write and quick to
        read.
    comparison: What several runs look like side by side.
    diagnostics: How far the surrogate, the rungs and the objectives of a search can be relied
        on.
    following: Writing the page of a run again and again while it goes on.
    known_runs: The runs of a folder, each read again only when it has changed.
    networks: The layers of a front's networks, which a page draws.
    page: One HTML file that holds everything that it shows, and asks for nothing.
    payload: All that a page shows, JSON-able.
    server: A web server for a folder of runs, on this machine and for this machine alone.
    spending: What a run and its networks have cost and will cost, in words and tables.
    tables: What of long tables and curves a page has room for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from evonas.lazy import attach

if TYPE_CHECKING:
    from evonas.pages.following import follow as follow
    from evonas.pages.page import report_page as report_page
    from evonas.pages.page import write_report as write_report
    from evonas.pages.server import Dashboard as Dashboard

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "following": ["follow"],
        "page": ["report_page", "write_report"],
        "server": ["Dashboard"],
    },
)
