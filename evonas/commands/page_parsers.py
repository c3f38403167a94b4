"""The parsers of what makes pages of runs, so that help needs nothing heavy."""

from __future__ import annotations

from pathlib import Path

from evonas.commands.arguments import Parser, option, real, whole

PORT = 8765
EVERY_SECONDS = 5.0
LEAST_SECONDS = 1.0


def report_parser() -> Parser:
    """The arguments of ``evonas report``."""
    parser = Parser(
        "evonas report",
        "Write a page of a run, or of several side by side: one HTML file that needs no "
        "network, with the front over any pair of metrics, every architecture, and all that is "
        "told of the search. Open it in a browser.",
    )
    parser.add_argument("runs", metavar="RUN", nargs="+", type=Path, help="run directory")
    out = "HTML file to write"
    place = "RUN/report.html; report.html for several runs"
    option(parser, "--out", out, shown=place, kind=Path, metavar="FILE")
    which = (
        "whose networks are drawn, which runs the code of their problem: installed for those "
        "with a short name, any, or none"
    )
    option(parser, "--networks", which, default="installed", metavar="WHOSE")
    follow = "write it again whenever there is news, until the runs have ended or Ctrl-C"
    parser.add_argument("--follow", action="store_true", help=follow)
    every = "seconds between two looks of --follow"
    option(parser, "--every", every, shown=f"{EVERY_SECONDS:g}", kind=real)
    parser.add_argument("--quiet", action="store_true", help="show no progress")
    return parser


def dashboard_parser() -> Parser:
    """The arguments of ``evonas dashboard``."""
    parser = Parser(
        "evonas dashboard",
        "Serve a folder of runs to a browser on this machine, with pages that renew "
        "themselves: a list of the runs, a page of each, and several side by side. No code "
        "that a run names is run. Ctrl-C ends it.",
    )
    parser.add_argument("folder", metavar="FOLDER", type=Path, help="folder of run directories")
    port = "port on 127.0.0.1; 0 for any that is free"
    option(parser, "--port", port, default=PORT, kind=whole)
    return parser
