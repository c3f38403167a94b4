"""Where the times of a calibration come from: this machine, or a file of measurements."""

from __future__ import annotations

import argparse
import datetime
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import metadata

import numpy as np
from tqdm import tqdm

from evonas.hardware.calibration import (
    Judged,
    Sample,
    Timing,
    check_fitted,
    fit_inference,
    fit_measured,
    fit_training,
)
from evonas.hardware.devices import DEVICES, V100, Device, recognise
from evonas.hardware.measurements import Kind, Measurement, read_measurements
from evonas.hardware.roofline import Calibration
from evonas.hardware.this_machine import NAME as THIS_MACHINE
from evonas.hardware.this_machine import this_machine
from evonas.models.measured_latency import timed_by_onnx
from evonas.models.onnx_file import missing
from evonas.reports.naming import architecture_of
from evonas.reports.text import genome_text
from evonas.training.timings import designed_sample, measure_timings
from evonas.training.trained_problem import TrainedProblem

STEP, PASS = "a training step", "a forward pass"
UNTOLD = "as measured"  # what ran the passes, where nobody says


@dataclass(frozen=True)
class Calibrated:
    """What a calibration has found.

    Attributes:
        device: The device whose times were fitted.
        calibration: The fitted models.
        judged: What each model was judged on, by what it tells the time of.
        training_batch: How many inputs a training step took; ``None`` where none was timed.
        timings: The times that were measured here; empty where a file told them.
    """

    device: Device
    calibration: Calibration
    judged: dict[str, Judged]
    training_batch: int | None
    timings: tuple[Measurement, ...] = ()


def timed_here(given: argparse.Namespace, problem: TrainedProblem) -> Calibrated:
    """Time a sample of a problem's networks on this machine, and fit.

    Raises:
        ValueError: A library is not installed, a network cannot be exported, or what was timed
            cannot be fitted.
    """
    batch, runtime = given.batch_size, given.runtime or "torch"
    if runtime == "onnx":
        _check_onnx(problem)
    genomes = designed_sample(problem, n=given.networks, seed=given.seed)
    with tqdm(disable=given.quiet, unit="") as bar:

        def on_step(what: str, n: int, of: int) -> None:
            bar.set_description(what, refresh=False)
            bar.n, bar.total = n, of
            bar.refresh()

        timings = measure_timings(
            problem,
            genomes,
            batch=batch,
            inference=timed_by_onnx if runtime == "onnx" else None,
            on_step=on_step,
        )
    judged = {
        STEP: fit_training(timings, batch=batch),
        PASS: fit_inference(timings, batch=batch),
    }
    where = problem.device_name or f"{platform.processor() or platform.machine()}, one thread"
    versions = f"torch {metadata.version('torch')}"
    if runtime == "onnx":
        versions += f", onnxruntime {metadata.version('onnxruntime')}"
    return Calibrated(
        device=_device_of(problem),
        calibration=_calibration(judged, f"{where}, {versions}", given.problem, runtime),
        judged=judged,
        training_batch=batch,
        timings=tuple(row for timing in timings for row in _rows(timing, batch)),
    )


def measured_elsewhere(given: argparse.Namespace, problem: TrainedProblem) -> Calibrated:
    """Fit to a sample of what a file tells of a problem's networks.

    Raises:
        ValueError: The file or an architecture cannot be read, or what was measured cannot be
            fitted.
        FileNotFoundError: There is no such file.
    """
    told = read_measurements(given.measurements, column=given.column or "")
    chosen = _drawn(told, n=given.networks, seed=given.seed)
    samples = _counted(problem, chosen, is_quiet=given.quiet)
    judged: dict[str, Judged] = {}
    if trainings := _of_kind(samples, "training"):
        judged[STEP] = fit_measured(trainings)
    if not (passes := _of_kind(samples, "inference")):
        raise ValueError(
            f"{given.measurements} tells of trainings alone; expected times of forward passes, "
            "too, whose pass is inference"
        )
    judged[PASS] = fit_measured(passes)
    device = this_machine() if given.device == THIS_MACHINE else DEVICES[given.device]
    where = f"{device.name} by {given.measurements.name}"
    return Calibrated(
        device=device,
        calibration=_calibration(judged, where, given.problem, given.runtime or UNTOLD),
        judged=judged,
        training_batch=judged[STEP].model.batch if STEP in judged else None,
    )


Counted = list[tuple[Measurement, Sample]]  # of one network


def _calibration(
    judged: dict[str, Judged], device: str, space: str, runtime: str
) -> Calibration:
    for what, each in judged.items():
        check_fitted(each, what=what)
    return Calibration(
        device=device,
        date=datetime.date.today().isoformat(),
        space=space,
        training=judged[STEP].model if STEP in judged else None,
        inference=judged[PASS].model,
        runtime=runtime,
    )


def _check_onnx(problem: TrainedProblem) -> None:
    if name := missing():
        raise ValueError(
            f"--runtime onnx needs {name}, which is not installed: pip install evonas[export]"
        )
    if problem.device.type != "cpu":
        raise ValueError(
            "--runtime onnx runs on the processor, and training would not; give --device cpu"
        )


def _device_of(problem: TrainedProblem) -> Device:
    """What was timed; an accelerator that is not listed is taken for a V100, save its name."""
    if not problem.device_name:
        return this_machine()
    return recognise(problem.device_name) or V100


def _rows(timing: Timing, batch: int) -> tuple[Measurement, ...]:
    name = genome_text(timing.genome)
    return (
        Measurement(name, timing.training_seconds, batch, "training"),
        Measurement(name, timing.batch_seconds, batch),
        Measurement(name, timing.single_seconds),
    )


def _drawn(told: Sequence[Measurement], *, n: int, seed: int) -> list[list[Measurement]]:
    """The measurements of some architectures, in an order that is drawn."""
    by_name: dict[str, list[Measurement]] = {}
    for each in told:
        by_name.setdefault(each.architecture, []).append(each)
    names = list(by_name)
    places = np.random.default_rng(seed).permutation(len(names))[:n]
    return [by_name[names[place]] for place in places]


def _counted(
    problem: TrainedProblem, chosen: Sequence[Sequence[Measurement]], *, is_quiet: bool
) -> list[Counted]:
    found: list[Counted] = []
    for each in tqdm(chosen, desc="networks counted", disable=is_quiet, unit=""):
        name = each[0].architecture
        try:
            operations = problem.cost(architecture_of(name, problem=problem)).operations
        except ValueError as error:
            raise ValueError(f"architecture {name!r} of the measurements: {error}") from error
        found.append([(m, (operations, m.batch, m.seconds)) for m in each])
    return found


def _of_kind(counted: Sequence[Counted], kind: Kind) -> list[list[Sample]]:
    """What was measured of each network in passes of one kind, where something was."""
    found = [[sample for m, sample in each if m.kind == kind] for each in counted]
    return [each for each in found if each]
