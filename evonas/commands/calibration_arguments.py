"""The arguments of ``evonas calibrate``, and what can be refused of them early."""

from __future__ import annotations

import argparse
from pathlib import Path

from evonas.carbon.assumptions import Assumptions
from evonas.commands.arguments import Parser, option, whole
from evonas.commands.checks import check_free_file, check_problem, check_word
from evonas.commands.parsers import OWN
from evonas.hardware.devices import DEVICES
from evonas.hardware.latency_ways import MEASURERS
from evonas.hardware.this_machine import NAME as THIS_MACHINE
from evonas.parsing import nearest

LEAST_NETWORKS = 12  # as hardware.calibration has it, which is heavier to ask


def calibrate_parser() -> Parser:
    """The arguments of ``evonas calibrate``."""
    parser = Parser(
        "evonas calibrate",
        "Time a designed sample of a space's networks on this machine, or read what somebody "
        "measured on another, fit how long each kind of operation takes, and judge that on "
        "networks that were held out.",
    )
    about = parser.add_argument_group("problem")
    option(about, "--problem", "problem whose networks are timed", default="digits")
    option(about, "--data", "data set, which says how large images are", shown=OWN)
    option(about, "--image-size", "side of the images in pixels", shown=OWN, kind=whole)
    own = "an option of the problem, such as whole=true"
    option(about, "--option", own, default=[], shown=OWN, is_repeated=True)
    sample = parser.add_argument_group("sample")
    place = (
        "where they are timed: auto, cpu or cuda; of --measurements the device's listed name"
    )
    option(sample, "--device", place, default="auto")
    runtime = f"what runs forward passes: {' or '.join(MEASURERS)}, ONNX Runtime"
    option(sample, "--runtime", runtime, shown="torch", metavar="NAME")
    option(sample, "--networks", "how many networks are timed", default=120, kind=whole)
    size = "how many images a training step sees"
    option(sample, "--batch-size", size, default=Assumptions.training_batch, kind=whole)
    option(sample, "--seed", "number that fixes the sample", default=0, kind=whole)
    others = parser.add_argument_group("measured elsewhere")
    given = (
        "CSV file of times measured on --device, in place of timing: columns architecture (or "
        "genome), a time with its unit as 'latency [ms]', and batch and pass where they differ"
    )
    option(others, "--measurements", given, shown="none", kind=Path, metavar="FILE")
    column = "its column of the time where there are several, such as pi:ms"
    option(others, "--column", column, shown="the only one", metavar="NAME[:UNIT]")
    files = parser.add_argument_group("files")
    out = Path("calibration.json")
    option(files, "--out", "carbon file to write", default=out, kind=Path, metavar="FILE")
    files.add_argument("--force", action="store_true", help="overwrite what is there")
    files.add_argument("--quiet", action="store_true", help="show no progress")
    return parser


def check_calibrate(given: argparse.Namespace) -> None:
    """Refuse an unknown problem or device, what excludes each other, and unwritable files.

    Raises:
        ValueError: A word is unknown, or the suffix of the file is, or a number is too small.
        OSError: A file exists, or is not there, or has no directory.
    """
    if given.networks < LEAST_NETWORKS or given.batch_size < 2:
        raise ValueError(
            f"--networks must be at least {LEAST_NETWORKS}, --batch-size at least 2"
        )
    if given.runtime is not None:
        check_word("runtime", given.runtime, MEASURERS)
    if given.measurements is None:
        if given.column:
            raise ValueError("--column names a column of --measurements; give that file, too")
        if given.device in DEVICES:
            raise ValueError(
                f"{given.device} is timed where it is, or by its --measurements; here --device "
                "is auto, cpu or cuda"
            )
    elif given.device not in DEVICES and given.device != THIS_MACHINE:
        raise ValueError(
            f"--device {given.device} does not say what --measurements were made on"
            f"{nearest(given.device, DEVICES)}; expected a device of evonas carbon --list, or "
            f"{THIS_MACHINE}"
        )
    elif not given.measurements.is_file():
        raise FileNotFoundError(
            f"no measurements in {given.measurements}: there is no such file"
        )
    check_free_file(given.out, is_forced=given.force)
    timings = given.out.with_suffix(".csv")
    if given.measurements is None and timings.exists() and not given.force:
        raise FileExistsError(
            f"{timings} exists, and the times would be written there; give another file with "
            "--out, or --force"
        )
    check_problem(given.problem)
