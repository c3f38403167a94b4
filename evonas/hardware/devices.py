"""The devices that a network's life can be priced on; ``devices.csv`` has their numbers."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType

from evonas.hardware.bounds import check

I7_10750H_W = 45.0  # Intel, TDP; the host that Fu et al. assume
I7_10750H_CORES = 6  # Intel
CORE_W = I7_10750H_W / I7_10750H_CORES

IDLE_SHARE = 0.2  # our assumption, for all: a GPU of 300 W that holds 60 W, waiting
JOULES_PER_BYTE = {
    "hbm": 31e-12,  # O'Connor et al. 2017, MICRO: HBM2 takes 3.9 pJ per bit
    "gddr": 112e-12,  # the same: GDDR5 takes 14 pJ per bit; its successors take less
    "dram": 150e-12,  # our assumption for DDR and LPDDR: 19 pJ per bit
    "sram": 12.5e-12,  # Horowitz 2014, ISSCC: 100 pJ for 64 bits from 1 MB
}
KERNEL_OVERHEAD_SECONDS = {
    "gpu": 5e-6,  # our assumption: launches are commonly put at some 5 us
    "board": 10e-6,  # our assumption: launched by a slower processor
    "cpu": 2e-6,  # our assumption: a call into a library of kernels
    "tpu": 5e-6,  # our assumption for these three: a step of a program compiled beforehand
    "npu": 5e-6,
    "fpga": 5e-6,
    "mcu": 20e-6,  # our assumption: an interpreter's step, some 5,000 cycles
}
ASSUMED = "; idle share and kernel overhead assumed"  # what the sources leave out
HOSTED = ("gpu", "tpu")  # kinds of devices that are cards in a computer
FORMATS = ("fp32", "tf32", "fp16", "bf16", "int8")
# Lavin & Gray 2016: F(2x2, 3x3) needs 2.25 times fewer multiplications. cuDNN takes it in
# single precision; tensor cores and processors' libraries rarely do.
WINOGRAD_SAVING = 2.25


@dataclass(frozen=True)
class Device:
    """A device, as its data sheet describes it.

    Attributes:
        name: The word by which users choose the device.
        tdp_w: Power that the device may draw in the long run, in watts.
        peak_flops_per_s: Highest rate of arithmetic, in numbers of the format ``precision``; a
            multiply and an add count as two.
        precision: Number format of the peak rate.
        bandwidth_bytes_per_s: Bytes that the device's memory moves in a second.
        idle_share: Part of full power drawn for time, in [0, 1]; the rest is paid per FLOP.
        kernel_overhead_seconds: Time that every kernel takes on top, however small it is.
        joules_per_byte: Energy paid for every byte moved, on top, by a processor; the power of
            other devices is that of their memory too.
        conv3x3_saving: How many times fewer operations the device's kernels take for a dense 3
            x 3 convolution of stride 1 than its definition does, at least 1.
        has_host: Whether a host computer with power of its own works beside it.
        peaks: Highest rates of arithmetic in other formats than ``precision``, as (format,
            FLOP per second); of integers, operations per second.
        memory_bytes: Bytes that the device can hold, of a microcontroller its SRAM; ``None``
            where nobody says.
        flash_bytes: Bytes of a microcontroller's flash, where weights lie; ``None`` for others.
        kind: What the device is: ``gpu``, ``tpu``, ``board`` (a small computer, a phone or an
            Apple), ``cpu``, ``npu``, ``fpga`` or ``mcu``.
        source: Where the numbers come from, in words, with the year.

    Raises:
        ValueError: A number is not finite or out of its range.
    """

    name: str
    tdp_w: float
    peak_flops_per_s: float
    precision: str
    bandwidth_bytes_per_s: float
    idle_share: float = IDLE_SHARE
    kernel_overhead_seconds: float = KERNEL_OVERHEAD_SECONDS["gpu"]
    joules_per_byte: float = 0.0
    conv3x3_saving: float = 1.0
    has_host: bool = True
    peaks: tuple[tuple[str, float], ...] = ()
    memory_bytes: float | None = None
    flash_bytes: float | None = None
    kind: str = "gpu"
    source: str = "the user"

    def __post_init__(self) -> None:
        check(self, "(0, inf)", "tdp_w", "peak_flops_per_s", "bandwidth_bytes_per_s")
        check(self, "[0, 1]", "idle_share")
        check(self, "[0, inf)", "kernel_overhead_seconds", "joules_per_byte")
        check(self, "[1, inf)", "conv3x3_saving")
        object.__setattr__(self, "peaks", tuple((name, rate) for name, rate in self.peaks))
        for name in ("memory_bytes", "flash_bytes"):
            if getattr(self, name) is not None:
                check(self, "(0, inf)", name)
        if self.kind not in KERNEL_OVERHEAD_SECONDS:
            raise ValueError(
                f"unknown kind of device {self.kind!r}; choose from "
                f"{', '.join(KERNEL_OVERHEAD_SECONDS)}"
            )

    @property
    def rates(self) -> dict[str, float]:
        """Highest rate of arithmetic by number format, the device's own first."""
        return {self.precision: self.peak_flops_per_s, **dict(self.peaks)}


def recognise(words: str) -> Device | None:
    """The listed device that a driver's name for it means, such as ``Tesla V100-SXM2-16GB``."""
    said = set(re.findall(r"[a-z0-9]+", words.lower()))
    fitting = [name for name in DEVICES if set(name.split("-")) <= said]
    return DEVICES[max(fitting, key=len)] if fitting else None


def _read() -> dict[str, Device]:
    with (
        resources.files("evonas.hardware")
        .joinpath("devices.csv")
        .open(encoding="utf-8") as lines
    ):
        return {row["name"]: _device(row) for row in csv.DictReader(lines)}


def _device(row: Mapping[str, str]) -> Device:
    kind, precision = row["kind"], row["precision"]
    rates = {format_: 1e9 * float(rate) for format_, rate in _rates(row)}
    is_saving = kind == "gpu" and precision == "fp32"
    return Device(
        name=row["name"],
        tdp_w=float(row["tdp [W]"]),
        peak_flops_per_s=rates.pop(precision),
        precision=precision,
        bandwidth_bytes_per_s=1e9 * float(row["bandwidth [GB/s]"]),
        kernel_overhead_seconds=KERNEL_OVERHEAD_SECONDS[kind],
        joules_per_byte=JOULES_PER_BYTE[row["memory"]],
        conv3x3_saving=WINOGRAD_SAVING if is_saving else 1.0,
        has_host=kind in HOSTED,
        peaks=tuple(rates.items()),
        memory_bytes=_bytes(row["memory [GB]"], 1e9) or _bytes(row["sram [KiB]"], 1024),
        flash_bytes=_bytes(row["flash [KiB]"], 1024),
        kind=kind,
        source=f"{row['source']}, {row['year']}{ASSUMED}",
    )


def _rates(row: Mapping[str, str]) -> list[tuple[str, str]]:
    """The number formats that a device computes in, with billions of operations a second."""
    columns = ((f, row[f"{f} [{'GOP' if f == 'int8' else 'GFLOP'}/s]"]) for f in FORMATS)
    return [(format_, rate) for format_, rate in columns if rate]


def _bytes(amount: str, unit: float) -> float | None:
    return unit * float(amount) if amount else None


DEVICES: Mapping[str, Device] = MappingProxyType(_read())
V100 = DEVICES["v100"]
