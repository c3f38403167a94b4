"""The arguments of ``evonas latency``, and what can be refused of them early."""

from __future__ import annotations

import argparse
from pathlib import Path

from evonas.commands.arguments import Parser, option, whole
from evonas.commands.checks import check_problem, check_runs, check_word
from evonas.commands.member_checks import check_member, is_picking, way_of
from evonas.commands.parsers import NETWORKS, OWN, add_ways
from evonas.hardware.elsewhere import words_of
from evonas.hardware.latency_ways import MEASURERS
from evonas.hardware.targets import Target
from evonas.hardware.this_machine import NAME as THIS_MACHINE
from evonas.networks.inputs import read_input
from evonas.parsing import listed
from evonas.runs.manifest import CONFIG

TABLES = (".json", ".csv")  # as table_files has them, which is heavier to ask
MODEL_FILES = ("model.pt2", "card.md")  # as models.archive has them, likewise
LEAST_NETWORKS = 4


def latency_parser() -> Parser:
    """The arguments of ``evonas latency``."""
    parser = Parser(
        "evonas latency",
        "Say what a network takes where it will live, in all and layer by layer: by the model "
        "(analysis), by a look-up table, by a calibrated prediction, and measured. Name a run, "
        "whose knee is taken unless another member is named, a model folder, a network, or "
        "--problem and --architecture. The code of the problem is run, to build the network.",
        epilog=f"Networks: {', '.join(NETWORKS)}, torchvision:NAME, MODULE:NAME or FILE.py:"
        "NAME.",
    )
    parser.add_argument(
        "what", nargs="?", metavar="MODEL|RUN", help="network, model folder, or run directory"
    )
    given = "input of a named network: its shape, and what it is unless float32, as 77:int64"
    option(parser, "--input", given, shown="3x224x224", metavar="CxHxW", is_repeated=True)
    genome = "a short id of the run, or a genome: 1-0-2, '1 0 2' or a JSON list"
    option(parser, "--genome", genome, shown="--knee", metavar="GENOME")
    add_ways(parser.add_argument_group("ways to pick, one of them"))
    about = parser.add_argument_group("of a problem")
    option(about, "--problem", "the problem's short name, or FILE.py:CLASS", shown="the run's")
    architecture = (
        "the architecture: a file that ends in .json, values by gene name or a genome in JSON, "
        "1-0-2, or a text that the problem can read"
    )
    option(about, "--architecture", architecture, shown="none", metavar="NAME|FILE.json|TEXT")
    option(about, "--data", "data set, which says how large images are", shown=OWN)
    option(about, "--data-dir", "folder of tables", shown="$EVONAS_DATA", metavar="FOLDER")
    option(about, "--image-size", "side of the images in pixels", shown=OWN, kind=whole)
    own = "an option of the problem, such as noisy=true"
    option(about, "--option", own, default=[], shown=OWN, is_repeated=True)
    _add_ways_to_know(parser)
    _add_making(parser)
    files = parser.add_argument_group("what is written")
    files.add_argument("--json", action="store_true", help="print one JSON object instead")
    layers = "CSV file for the layers, with times in seconds"
    option(files, "--out", layers, shown="none", kind=Path, metavar="FILE.csv")
    return parser


def _add_ways_to_know(parser: Parser) -> None:
    known = parser.add_argument_group("ways to know it")
    target = "where it is modelled to run: DEVICE[:PRECISION][:bBATCH][:RUNTIME]"
    option(
        known,
        "--target",
        target,
        default=[],
        shown=THIS_MACHINE,
        metavar="TARGET",
        is_repeated=True,
    )
    table = "look-up table of operators, as --table writes it"
    option(known, "--latency-table", table, shown="none", kind=Path, metavar="FILE")
    carbon = "carbon file with a calibrated time model, as evonas calibrate writes it"
    option(known, "--carbon", carbon, shown="none", kind=Path, metavar="FILE")
    measure = f"measure on this machine, by any of {', '.join(MEASURERS)}, with commas"
    option(known, "--measure", measure, default="", shown="no", metavar="NAME,...")
    command = (
        "measure by a command that is given an ONNX file in place of {model}, or as its "
        'standard input, and prints {"seconds": [...]}'
    )
    option(known, "--measure-with", command, shown="no", metavar="COMMAND")
    batch = "inputs at a time where it is measured or predicted"
    option(known, "--batch", batch, shown="the first target's", kind=whole)


def _add_making(parser: Parser) -> None:
    making = parser.add_argument_group("a look-up table is made")
    out = (
        "time the operators of --problem on this machine, and write them to this file "
        f"({', '.join(TABLES)}); --measure says by what, torch if left out"
    )
    option(making, "--table", out, shown="none", kind=Path, metavar="FILE")
    most = "how many networks are looked at for their operators, at most"
    option(making, "--networks", most, default=200, kind=whole)
    option(making, "--seed", "number that fixes which networks", default=0, kind=whole)
    making.add_argument("--force", action="store_true", help="overwrite what is there")
    making.add_argument("--quiet", action="store_true", help="show no progress")


def check_latency(given: argparse.Namespace) -> None:
    """Refuse what names no network, or two, and ways that cannot be read.

    Raises:
        ValueError: What is given excludes each other, is missing, or cannot be read.
        FileNotFoundError: The run or a file is not there.
    """
    check_ways_to_know(given)
    if (given.what is None) == (given.problem is None):
        raise ValueError(
            "name a network, a model folder or a run, or --problem with --architecture or "
            "--table; see evonas latency -h"
        )
    way_of(given)
    if given.problem is not None:
        _check_of_problem(given)
        return
    if given.table:
        raise ValueError("--table times the operators of a problem; name it with --problem")
    alone = ("architecture", "data", "data_dir", "image_size", "option")
    spare = [f"--{name.replace('_', '-')}" for name in alone if getattr(given, name)]
    if spare:
        raise ValueError(f"{spare[0]} is for --problem")
    if given.genome and is_picking(given):
        raise ValueError("--genome and ways to pick exclude each other")
    if is_run(given.what):
        given.run = Path(given.what)
        check_member(given)
    elif given.genome or is_picking(given):
        check_runs([Path(given.what)])
    elif Path(given.what).is_dir():
        if not any(Path(given.what, name).is_file() for name in MODEL_FILES):
            raise FileNotFoundError(
                f"neither a run nor a model at {given.what}; give the directory of a run, or a "
                "folder that evonas train has finished"
            )
    elif ":" not in given.what:
        check_word("network", given.what, NETWORKS, own="FILE.py:NAME")


def check_ways_to_know(given: argparse.Namespace) -> None:
    """Refuse targets, runtimes, commands and files that cannot be.

    Args:
        given: the arguments of ``evonas latency``.

    Raises:
        ValueError: A word cannot be read, or is unknown.
        FileNotFoundError: A file is not there.
    """
    for text in given.target:
        Target.parse(text)
    for text in given.input or ():
        read_input(text)
    for word in listed(given.measure):
        check_word("runtime to measure with", word, MEASURERS)
    if given.measure_with is not None:
        words_of(given.measure_with)
    if given.batch is not None and given.batch < 1:
        raise ValueError(f"--batch must be at least 1, got {given.batch}")
    for flag, file in (("--latency-table", given.latency_table), ("--carbon", given.carbon)):
        if file and not file.is_file():
            raise FileNotFoundError(f"no file at {file}; {flag} reads one")
    for file in (given.latency_table, given.table):
        if file and file.suffix not in TABLES:
            raise ValueError(f"{file} must end in one of {', '.join(TABLES)}")
    if given.out and given.out.suffix != ".csv":
        raise ValueError(f"cannot write {given.out}; its suffix must be .csv")
    for file in (given.out, given.table):
        if file and not file.absolute().parent.is_dir():
            raise FileNotFoundError(f"no directory for {file}")


def is_run(what: str) -> bool:
    """Whether a word is the directory of a run.

    Args:
        what: what a user named.
    """
    return Path(what, CONFIG).is_file()


def _check_of_problem(given: argparse.Namespace) -> None:
    if given.genome or is_picking(given):
        raise ValueError("ways to pick are for a run; with --problem give --architecture")
    if (given.architecture is None) == (given.table is None):
        raise ValueError(
            "--problem needs --architecture, which of its networks to time, or --table, to "
            "time all its operators"
        )
    if given.table:
        if len(listed(given.measure)) > 1:
            raise ValueError("a look-up table is made by one runtime: --measure torch or onnx")
        if given.networks < LEAST_NETWORKS:
            raise ValueError(f"--networks must be at least {LEAST_NETWORKS}")
        if given.table.exists() and not given.force:
            raise FileExistsError(f"{given.table} exists; give another file, or --force")
    check_problem(given.problem)
