"""Fitting a time model to a device: ``evonas calibrate``."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from evonas.commands.calibration_arguments import calibrate_parser, check_calibrate
from evonas.commands.calibration_times import Calibrated, measured_elsewhere, timed_here
from evonas.hardware.measurements import write_measurements
from evonas.hardware.roofline import TimeModel
from evonas.parsing import name_and_value
from evonas.plots.carbon import draw_calibration
from evonas.plugins.loading import ProblemSpec
from evonas.problem import Settings
from evonas.reports.text import complain
from evonas.training.trained_problem import TrainedProblem
from evonas.whole_files import whole

GOOD_R2, GOOD_SPEARMAN = 0.9, 0.95


def main(argv: Sequence[str] | None = None) -> int:
    """Time networks or read their times, fit, judge, and leave a carbon file and a picture.

    Args:
        argv: the arguments; those of the process if left out.

    Returns:
        0, or 2 after a mistake, said in one line; 130 after Ctrl-C.
    """
    given = calibrate_parser().parse_args(argv)
    written: list[Path] = []
    try:
        check_calibrate(given)
        problem = _open(given)
        find = timed_here if given.measurements is None else measured_elsewhere
        found = find(given, problem)
        _write(found, given.out, written)
    except (ValueError, OSError) as error:
        return complain(error)
    except KeyboardInterrupt:
        what = f"written: {_listed(written)}" if written else "nothing was written"
        return complain(f"stopped; {what}", status=130)
    for name, judged in found.judged.items():
        print(_line(name, judged.model))
    if found.calibration.training is None:
        print("No training was timed: the time of one stays the roofline's.")
    print(f"Written: {_listed(written)}. Use it: evonas --carbon {given.out}")
    return 0


def _open(given: argparse.Namespace) -> TrainedProblem:
    options = (name_and_value(text, "--option", "whole=true") for text in given.option)
    settings = Settings(
        data=given.data,
        image_size=given.image_size,
        device="cpu" if given.measurements else given.device,
        options=tuple(options),
    )
    problem = ProblemSpec(given.problem, settings).open()
    if not isinstance(problem, TrainedProblem):
        raise ValueError(f"{given.problem} builds no networks, so there is nothing to time")
    return problem


def _write(found: Calibrated, out: Path, written: list[Path]) -> None:
    """The carbon file, what was timed, and a picture; each is told as soon as it is there."""
    with whole(out) as file:
        file.write(_content(found))
    written.append(out)
    if found.timings:
        write_measurements(out.with_suffix(".csv"), found.timings)
        written.append(out.with_suffix(".csv"))
    draw_calibration(list(found.judged.values()), out=out.with_suffix(".png"))
    written.append(out.with_suffix(".png"))


def _content(found: Calibrated) -> str:
    fitted = asdict(found.calibration)
    for model in (fitted["training"], fitted["inference"]):
        if model is not None:
            model["coefficients"] = dict(model["coefficients"])
    content: dict[str, Any] = {"device": asdict(found.device), "calibration": fitted}
    if found.training_batch is not None:
        content["training_batch"] = found.training_batch
    return json.dumps(content, indent=2) + "\n"


def _line(name: str, model: TimeModel) -> str:
    is_good = model.r2 >= GOOD_R2 and model.spearman >= GOOD_SPEARMAN
    doubt = "" if is_good else "; poor: try again while the device is idle, or more --networks"
    several = "timing" if model.n_absurd == 1 else "timings"
    aside = f", {model.n_absurd} absurd {several} set aside" if model.n_absurd else ""
    return (
        f"{name:15} batch {model.batch:4}: R2 {model.r2:.3f}, rank correlation "
        f"{model.spearman:.3f}, nine in ten within {100 * model.relative_error:.0f} % "
        f"({model.n_held_out} networks held out, {model.n_fitted} fitted{aside}){doubt}"
    )


def _listed(files: Sequence[Path]) -> str:
    return ", ".join(map(str, files))
