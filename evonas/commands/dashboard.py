"""A folder of runs in a browser: ``evonas dashboard FOLDER``."""

from __future__ import annotations

import signal
from collections.abc import Sequence

from evonas.commands.page_checks import check_dashboard
from evonas.commands.page_parsers import dashboard_parser
from evonas.pages.server import Dashboard
from evonas.reports.text import complain


def main(argv: Sequence[str] | None = None) -> int:
    """Serve a folder of runs on this machine until Ctrl-C, or SIGTERM.

    Args:
        argv: the arguments; those of the process if left out.

    Returns:
        0 after Ctrl-C; 2 after a mistake, said in one line.
    """
    given = dashboard_parser().parse_args(argv)
    try:
        check_dashboard(given)
        dashboard = Dashboard(given.folder, port=given.port)
    except (ValueError, OSError) as error:
        return complain(error)
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with dashboard:
            print(f"{dashboard.address} shows {given.folder}; Ctrl-C ends it", flush=True)
            dashboard.serve_forever()
    except KeyboardInterrupt:  # the way to end it
        pass
    finally:
        signal.signal(signal.SIGTERM, before)
    return 0
