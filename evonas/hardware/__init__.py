"""What a device can do, and how long it takes for it.

Modules:
    bounds: Refusing numbers that cannot be, in one manner for all that the carbon model is
        told.
    calibration: Fitting a time model to networks that were timed on a device.
    device_lock: One measurement at a time on a device, whichever process asks.
    devices: The devices that a network's life can be priced on; ``devices.csv`` has their
        numbers.
    elsewhere: Measuring on another machine: a model file goes out by a command, a JSON comes
        back.
    latency_ways: The ways to know a latency, and what a user says of them.
    measured: What a measurement of time gave: the shortest of many passes, and how they spread.
    measurements: Times of networks that somebody has measured, as a CSV file tells them.
    memory: How much memory a pass of a network takes, told from the lives of its tensors.
    operator_table: Look-up tables: how long single operators take, and what whole networks come
        to by them.
    robust_fit: Coefficients that are never negative and that a few absurd values do not move.
    roofline: The operations of a network, and models of time that are fitted to them.
    table_files: Look-up tables as files: JSON as they are measured here, or CSV as others write
        them.
    target_metrics: Metrics of a network on a target, by name: ``latency@a100:bf16:b32``.
    target_times: What each part of a network takes on a target, and what it waits for there.
    targets: Where a network lives: a device, and the way that it runs there.
    time_constants: What devices reach of their data sheets, and what launching kernels takes,
        each with a range.
    this_machine: This machine as a device, as far as the operating system describes it.
    work: What a device does in a pass or in a step of training, kernel by kernel.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from evonas.lazy import attach

if TYPE_CHECKING:
    from evonas.hardware.bounds import check as check
    from evonas.hardware.calibration import Judged as Judged
    from evonas.hardware.calibration import Timing as Timing
    from evonas.hardware.calibration import fit as fit
    from evonas.hardware.calibration import fit_inference as fit_inference
    from evonas.hardware.calibration import fit_measured as fit_measured
    from evonas.hardware.calibration import fit_training as fit_training
    from evonas.hardware.devices import Device as Device
    from evonas.hardware.devices import recognise as recognise
    from evonas.hardware.measured import Measured as Measured
    from evonas.hardware.measurements import Measurement as Measurement
    from evonas.hardware.measurements import read_measurements as read_measurements
    from evonas.hardware.memory import Memory as Memory
    from evonas.hardware.memory import Trace as Trace
    from evonas.hardware.operator_table import Operator as Operator
    from evonas.hardware.operator_table import OperatorTable as OperatorTable
    from evonas.hardware.roofline import Calibration as Calibration
    from evonas.hardware.roofline import Cost as Cost
    from evonas.hardware.roofline import Operation as Operation
    from evonas.hardware.roofline import TimeModel as TimeModel
    from evonas.hardware.roofline import moved_bytes as moved_bytes
    from evonas.hardware.roofline import terms as terms
    from evonas.hardware.table_files import read_table as read_table
    from evonas.hardware.table_files import write_table as write_table
    from evonas.hardware.targets import Pass as Pass
    from evonas.hardware.targets import Target as Target
    from evonas.hardware.targets import forward_pass as forward_pass
    from evonas.hardware.targets import training_step as training_step
    from evonas.hardware.time_constants import TIME_CONSTANTS as TIME_CONSTANTS
    from evonas.hardware.time_constants import Constant as Constant
    from evonas.hardware.work import Setting as Setting
    from evonas.hardware.work import Work as Work
    from evonas.hardware.work import forward_work as forward_work
    from evonas.hardware.work import joules as joules
    from evonas.hardware.work import training_work as training_work

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "bounds": ["check"],
        "calibration": [
            "Timing",
            "Judged",
            "fit_training",
            "fit_inference",
            "fit_measured",
            "fit",
        ],
        "devices": ["Device", "recognise"],
        "measurements": ["Measurement", "read_measurements"],
        "memory": ["Memory", "Trace"],
        "measured": ["Measured"],
        "operator_table": ["Operator", "OperatorTable"],
        "roofline": [
            "Operation",
            "moved_bytes",
            "terms",
            "TimeModel",
            "Calibration",
            "Cost",
        ],
        "table_files": ["read_table", "write_table"],
        "targets": ["Target", "Pass", "forward_pass", "training_step"],
        "time_constants": ["Constant", "TIME_CONSTANTS"],
        "work": ["Setting", "Work", "forward_work", "training_work", "joules"],
    },
)
