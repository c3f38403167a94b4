"""The command line: finds the command, answers what needs nothing heavy, and runs it."""

from __future__ import annotations

import argparse
import importlib
import logging
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from evonas.commands import (
    calibration_arguments,
    checks,
    explain_arguments,
    latency_arguments,
    page_checks,
    page_parsers,
    parsers,
    retarget_arguments,
    training_checks,
    training_parsers,
)
from evonas.commands.arguments import Parser
from evonas.commands.search import make_parser
from evonas.parsing import nearest
from evonas.reports.text import complain

CLOSED = 141  # as of a command that SIGPIPE ends: whoever read has left
INTERRUPTED = 130  # as of one that SIGINT ends


@dataclass(frozen=True)
class Command:
    """A command, by what it needs before it is imported.

    Attributes:
        make_parser: makes the parser of the command's arguments.
        check: refuses arguments that cannot do, as far as that is known so early.
    """

    make_parser: Callable[[], Parser]
    check: Callable[[argparse.Namespace], None]


COMMANDS: Mapping[str, Command] = {
    "bench": Command(parsers.bench_parser, checks.check_bench),
    "budget": Command(parsers.budget_parser, checks.check_budget),
    "calibrate": Command(
        calibration_arguments.calibrate_parser, calibration_arguments.check_calibrate
    ),
    "carbon": Command(parsers.carbon_parser, checks.check_carbon),
    "dashboard": Command(page_parsers.dashboard_parser, page_checks.check_dashboard),
    "explain": Command(explain_arguments.explain_parser, explain_arguments.check_explain),
    "latency": Command(latency_arguments.latency_parser, latency_arguments.check_latency),
    "pick": Command(parsers.pick_parser, checks.check_pick),
    "plot": Command(parsers.plot_parser, checks.check_plot),
    "predict": Command(training_parsers.predict_parser, training_checks.check_predict),
    "report": Command(page_parsers.report_parser, page_checks.check_report),
    "rerun": Command(parsers.rerun_parser, checks.check_rerun),
    "retarget": Command(retarget_arguments.retarget_parser, retarget_arguments.check_retarget),
    "search": Command(make_parser, lambda given: None),  # it checks for itself
    "show": Command(parsers.show_parser, checks.check_show),
    "train": Command(training_parsers.train_parser, training_checks.check_train),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command of ``COMMANDS``; a search where none is named.

    Help and every wrong argument are answered before the command is imported, which for most
    takes seconds.

    Args:
        argv: the arguments; those of the process if left out.

    Returns:
        The command's exit status: 0 if all went well, 2 for a mistake in the arguments, said
        in one line, 130 after Ctrl-C, 141 where nobody reads what is said any more; what else
        there is each command says.
    """
    logging.basicConfig(format="evonas: %(message)s")
    try:
        status = _answer(argv)
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read, such as head, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CLOSED
    except KeyboardInterrupt:  # before a command has anything to lose; later it sees to that
        return complain("interrupted", status=INTERRUPTED)
    return status


def _answer(argv: Sequence[str] | None) -> int:
    name, words = _split(sys.argv[1:] if argv is None else argv)
    command = COMMANDS.get(name)
    if command is None:
        return complain(f"unknown command {name!r}{nearest(name, COMMANDS)}; see evonas --help")
    given = command.make_parser().parse_args(words)
    try:
        command.check(given)
    except (ValueError, OSError) as error:
        return complain(error)
    return int(importlib.import_module(f"evonas.commands.{name}").main(words))


def _split(argv: Sequence[str]) -> tuple[str, Sequence[str]]:
    """The name of the command, and its arguments."""
    if argv and not argv[0].startswith("-"):
        return argv[0], argv[1:]
    return "search", argv
