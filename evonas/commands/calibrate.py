"""Timing this machine: ``evonas calibrate``."""

from __future__ import annotations

import argparse
import datetime
import json
import platform
from collections.abc import Sequence
from dataclasses import asdict
from importlib import metadata
from pathlib import Path

from tqdm import tqdm

from evonas.commands.checks import check_free_file
from evonas.commands.parsers import calibrate_parser
from evonas.hardware.calibration import LEAST_NETWORKS, Judged, fit_inference, fit_training
from evonas.hardware.devices import V100, Device, recognise
from evonas.hardware.roofline import Calibration, TimeModel
from evonas.hardware.this_machine import this_machine
from evonas.plots.carbon import draw_calibration
from evonas.plugins.loading import ProblemSpec
from evonas.problem import Settings
from evonas.reports.text import complain
from evonas.training.timings import designed_sample, measure_timings
from evonas.training.trained_problem import TrainedProblem

GOOD_R2, GOOD_SPEARMAN = 0.9, 0.95


def main(argv: Sequence[str] | None = None) -> int:
    """Time a sample of networks, fit, judge, and leave a carbon file and a picture.

    Args:
        argv: the arguments; those of the process if left out.

    Returns:
        0, or 2 after a mistake, said in one line; 130 after Ctrl-C.
    """
    given = calibrate_parser().parse_args(argv)
    try:
        out: Path = given.out
        check_free_file(out, is_forced=given.force)
        problem = _open(given)
        genomes = designed_sample(problem, n=given.networks, seed=given.seed)
        with tqdm(total=len(genomes), unit="net", disable=given.quiet) as bar:
            timings = measure_timings(
                problem, genomes, batch=given.batch_size, on_network=bar.update
            )
        training = fit_training(timings, batch=given.batch_size)
        inference = fit_inference(timings, batch=given.batch_size)
        device = _device(problem)
        out.write_text(_content(device, problem, given.problem, training, inference))
        draw_calibration([training, inference], out=out.with_suffix(".png"))
    except (ValueError, OSError) as error:
        return complain(error)
    except KeyboardInterrupt:
        return complain("stopped; nothing was written", status=130)
    for name, judged in (("training step", training), ("inference", inference)):
        print(_line(name, judged.model))
    print(f"Written: {out}, {out.with_suffix('.png')}. Use it: evonas --carbon {out}")
    return 0


def _open(given: argparse.Namespace) -> TrainedProblem:
    if given.networks < LEAST_NETWORKS or given.batch_size < 2:
        raise ValueError(
            f"--networks must be at least {LEAST_NETWORKS}, --batch-size at least 2"
        )
    settings = Settings(data=given.data, image_size=given.image_size, device=given.device)
    problem = ProblemSpec(given.problem, settings).open()
    if not isinstance(problem, TrainedProblem):
        raise ValueError(f"{given.problem} builds no networks, so there is nothing to time")
    return problem


def _device(problem: TrainedProblem) -> Device:
    """What was timed; an accelerator that is not listed is taken for a V100, save its name."""
    if not problem.device_name:
        return this_machine()
    return recognise(problem.device_name) or V100


def _content(
    device: Device, problem: TrainedProblem, name: str, training: Judged, inference: Judged
) -> str:
    where = problem.device_name or f"{platform.processor() or platform.machine()}, one thread"
    calibration = Calibration(
        device=f"{where}, torch {metadata.version('torch')}",
        date=datetime.date.today().isoformat(),
        space=name,
        training=training.model,
        inference=inference.model,
    )
    fitted = asdict(calibration)
    for model in (fitted["training"], fitted["inference"]):
        model["coefficients"] = dict(model["coefficients"])
    content = {
        "device": asdict(device),
        "training_batch": training.model.batch,
        "calibration": fitted,
    }
    return json.dumps(content, indent=2) + "\n"


def _line(name: str, model: TimeModel) -> str:
    is_good = model.r2 >= GOOD_R2 and model.spearman >= GOOD_SPEARMAN
    doubt = "" if is_good else "; poor: was the machine busy? Try again, or more --networks"
    return (
        f"{name:14} batch {model.batch:4}: R2 {model.r2:.3f}, rank correlation "
        f"{model.spearman:.3f}, nine in ten within {100 * model.relative_error:.0f} % "
        f"({model.n_held_out} networks held out, {model.n_fitted} fitted){doubt}"
    )
