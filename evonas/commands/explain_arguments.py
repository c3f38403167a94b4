"""The arguments of ``evonas explain``, and what can be refused of them early."""

from __future__ import annotations

import argparse
from pathlib import Path

from evonas.commands.arguments import Parser, option, whole
from evonas.commands.checks import check_picture
from evonas.commands.member_checks import check_member, is_picking, way_of
from evonas.commands.parsers import PICTURES, add_ways

LEAST_SAMPLES = 8  # as evonas.explain takes, which is heavier to ask


def explain_parser() -> Parser:
    """The arguments of ``evonas explain``."""
    parser = Parser(
        "evonas explain",
        "Say which genes drive each objective of a run, what changes from each member of its "
        "front to the next, and why each is there. The code of the problem is run, to count; "
        "nothing is trained: what takes a training is predicted from the run's records. Name "
        "one architecture to be told of that alone.",
    )
    parser.add_argument("run", metavar="RUN", type=Path, help="run directory")
    names = "metrics whose genes are wanted, with commas"
    option(parser, "--objective", names, default="", shown="the run's", metavar="NAME,...")
    option(parser, "--top", "how many genes are shown for each", default=8, kind=whole)
    sample = parser.add_argument_group("sample")
    size = "genomes of each block of a sample, where a space is too large to be counted"
    option(sample, "--samples", size, default=256, kind=whole)
    option(sample, "--seed", "number that fixes whatever is drawn", default=0, kind=whole)
    genome = "explain one architecture: a short id of the run, or a genome such as 1-0-2"
    option(parser, "--genome", genome, shown="the whole run", metavar="GENOME")
    add_ways(parser.add_argument_group("ways to pick one architecture to explain"))
    files = parser.add_argument_group("what is written")
    files.add_argument("--json", action="store_true", help="print one JSON object instead")
    drawn = f"picture of what drives the run, {', '.join(PICTURES)}"
    place = "RUN/explanation.png; with --json none"
    option(files, "--out", drawn, shown=place, kind=Path, metavar="FILE")
    files.add_argument("--quiet", action="store_true", help="show no progress")
    return parser


def check_explain(given: argparse.Namespace) -> None:
    """Refuse what excludes each other, too few of anything, and a run that is not there.

    Raises:
        ValueError: Something given cannot be, or cannot be read.
        FileNotFoundError: The run is not there, or the directory of the picture.
    """
    check_picture(given.out)
    if given.out and not given.out.absolute().parent.is_dir():
        raise FileNotFoundError(f"no directory for {given.out}")
    for flag, least in (("top", 1), ("samples", LEAST_SAMPLES), ("seed", 0)):
        if getattr(given, flag) < least:
            raise ValueError(f"--{flag} must be at least {least}, got {getattr(given, flag)}")
    way_of(given)
    if given.genome and is_picking(given):
        raise ValueError("--genome and ways to pick exclude each other")
    spare = [flag for flag in ("out", "objective") if getattr(given, flag)]
    if spare and (given.genome or is_picking(given)):
        raise ValueError(
            f"--{spare[0]} is for what drives the whole run; leave it out, or --genome and the "
            "ways to pick"
        )
    check_member(given)
