"""This machine as a device, as far as the operating system describes it."""

from __future__ import annotations

import platform
import re
from pathlib import Path

from evonas.hardware.devices import CORE_W, JOULES_PER_BYTE, KERNEL_OVERHEAD_SECONDS, Device

NAME = "this-machine"
CPU_INFO = Path("/proc/cpuinfo")
# Single-precision operations per cycle of one core, by the widest instructions that it names;
# one fused multiply-add unit of that width is assumed where data sheets differ.
FLOPS_PER_CYCLE = {"avx512f": 32, "avx2": 32, "avx": 16, "asimd": 16, "neon": 8}
LEAST_FLOPS_PER_CYCLE = 8
GIGA_HERTZ = 2.5  # our assumption where the system does not say
CORE_BYTES_PER_S = 10e9  # our assumption: what one core moves


def this_machine(cpu_info: Path = CPU_INFO) -> Device:
    """One core of this machine, on which candidates are trained one thread each.

    Its clock and instructions come from the operating system, its power and bandwidth are
    assumed; ``evonas calibrate`` measures times in place of all that.
    """
    text = cpu_info.read_text(encoding="utf-8") if cpu_info.is_file() else ""
    flags = set(re.findall(r"^(?:flags|Features)\s*:\s*(.*)$", text, re.MULTILINE)[:1])
    words = {word for line in flags for word in line.split()}
    widest = [n for name, n in FLOPS_PER_CYCLE.items() if name in words]
    per_cycle = widest[0] if widest else LEAST_FLOPS_PER_CYCLE
    nominal = re.search(r"@\s*([0-9.]+)GHz", text)  # the present clock wanders, this does not
    giga_hertz = float(nominal[1]) if nominal else GIGA_HERTZ
    model = re.search(r"^model name\s*:\s*(.*)$", text, re.MULTILINE)
    return Device(
        name=NAME,
        tdp_w=CORE_W,
        peak_flops_per_s=giga_hertz * 1e9 * per_cycle,
        precision="fp32",
        bandwidth_bytes_per_s=CORE_BYTES_PER_S,
        kernel_overhead_seconds=KERNEL_OVERHEAD_SECONDS["cpu"],
        joules_per_byte=JOULES_PER_BYTE["dram"],
        has_host=False,
        kind="cpu",
        source=f"one core of {model[1].strip() if model else platform.machine()}, "
        f"{giga_hertz} GHz x {per_cycle}; power and bandwidth assumed",
    )
