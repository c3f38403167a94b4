"""The arguments of ``evonas retarget``, and what can be refused of them early."""

from __future__ import annotations

import argparse
from pathlib import Path

from evonas.commands.arguments import Parser, option
from evonas.reports.aims import read_limit, read_targets
from evonas.runs.manifest import read_resolved


def retarget_parser() -> Parser:
    """The arguments of ``evonas retarget``."""
    parser = Parser(
        "evonas retarget",
        "Judge a run on other devices than it was made for, without training anything: price "
        "all that it has measured on each target, find the fronts there, and say what the "
        "targets disagree about. The code of the problem is run, to count. A run that is still "
        "going on, or was killed, will do.",
    )
    parser.add_argument("run", metavar="RUN", type=Path, help="run directory")
    target = (
        "device, and how the network runs there: DEVICE[:PRECISION][:bBATCH][:RUNTIME], such "
        "as raspberry-pi-4 or a100:b32; evonas carbon --list names devices"
    )
    option(
        *(parser, "--target", target),
        shown="none, one at least is needed",
        default=[],
        metavar="TARGET",
        is_repeated=True,
    )
    aims = parser.add_argument_group("what counts")
    names = (
        "metrics of the run, and latency, energy, throughput, model_size or co2_inference on a "
        "target, with commas, such as acc,latency@raspberry-pi-4,energy@a100"
    )
    usual = "what the run has trained for, and the latency on each target"
    option(aims, "--objectives", names, default="", shown=usual, metavar="NAME,...")
    where = "only what keeps it, such as 'latency@raspberry-pi-4<=0.05' or 'params<=1e5'"
    option(
        *(aims, "--where", where),
        default=[],
        shown="none",
        metavar="CONSTRAINT",
        is_repeated=True,
    )
    kept = (
        "run no code of the problem: price what costs are kept of, which is the run's front, "
        "and what an earlier call has counted"
    )
    parser.add_argument("--kept", action="store_true", help=kept)
    files = parser.add_argument_group("what is written")
    out = "folder for the table, the pictures, and the file that --warm-start takes"
    option(files, "--out", out, shown="RUN/retarget", kind=Path, metavar="FOLDER")
    files.add_argument("--quiet", action="store_true", help="show no progress")
    return parser


def check_retarget(given: argparse.Namespace) -> None:
    """Refuse targets and limits that cannot be read, and a run that is not there.

    Raises:
        ValueError: Something given cannot be read, or the run's directory.
        FileNotFoundError: The run is not there.
        NotADirectoryError: What should be written to is no folder.
    """
    read_targets(given.target)
    for text in given.where:
        read_limit(text)
    if given.out and given.out.exists() and not given.out.is_dir():
        raise NotADirectoryError(f"--out {given.out} is no folder")
    read_resolved(given.run)
