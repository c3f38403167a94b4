"""Where a network lives: a device, and the way that it runs there."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

from evonas.hardware.devices import DEVICES, Device
from evonas.hardware.roofline import Operation
from evonas.hardware.this_machine import NAME as THIS_MACHINE
from evonas.hardware.this_machine import this_machine
from evonas.hardware.time_constants import End as End
from evonas.hardware.work import N_BYTES as N_BYTES
from evonas.hardware.work import Runtime as Runtime
from evonas.hardware.work import Setting, Work, forward_work, joules, training_work

RUNTIMES: tuple[Runtime, ...] = get_args(Runtime)


@dataclass(frozen=True)
class Target:
    """A device, and the way that a network runs on it.

    Attributes:
        device: The device that runs the network.
        precision: Number format of the arithmetic, of weights and of activations; empty for the
            device's own.
        batch: How many inputs pass at a time.
        runtime: What launches the kernels: ``eager`` for PyTorch as it is, ``compiled`` for
            ``torch.compile`` with CUDA graphs, or ``onnx`` for ONNX Runtime.

    Raises:
        ValueError: The device has no such precision, the batch is below 1, or the runtime is
            unknown.
    """

    device: Device
    precision: str = ""
    batch: int = 1
    runtime: Runtime = "eager"

    def __post_init__(self) -> None:
        if not self.precision:
            object.__setattr__(self, "precision", self.device.precision)
        if self.precision not in self.device.rates:
            raise ValueError(
                f"{self.device.name} has no {self.precision}; choose from "
                f"{', '.join(self.device.rates)}"
            )
        if self.batch < 1:
            raise ValueError(f"a batch of {self.batch} is empty; expected 1 or more")
        if self.runtime not in RUNTIMES:
            raise ValueError(
                f"unknown runtime {self.runtime!r}; choose from {', '.join(RUNTIMES)}"
            )

    @classmethod
    def parse(cls, text: str) -> Target:
        """Read ``DEVICE[:PRECISION][:bBATCH][:RUNTIME]``, such as ``a100:bf16:b32``.

        Raises:
            ValueError: The device is not listed, or a word after it says nothing.
        """
        name, *words = text.strip().split(":")
        if name not in DEVICES and name != THIS_MACHINE:
            close = difflib.get_close_matches(name.lower(), DEVICES, n=1)
            hint = f" (did you mean {close[0]!r}?)" if close else ""
            raise ValueError(
                f"unknown device {name!r}{hint}; evonas carbon --list names {len(DEVICES)} of "
                "them"
            )
        told: dict[str, str] = {}
        for word in words:
            kind = _kind_of(word)
            if kind is None or kind in told:
                problem = "says nothing" if kind is None else f"is a second {kind}"
                raise ValueError(
                    f"target {text!r}: {word!r} {problem}; expected "
                    f"DEVICE[:PRECISION][:bBATCH][:RUNTIME], with a runtime of "
                    f"{', '.join(RUNTIMES)}, as in 'a100:bf16:b32'"
                )
            told[kind] = word
        runtime: Runtime = next((r for r in RUNTIMES if r == told.get("runtime")), "eager")
        batch = int(told.get("batch", "b1")[1:])
        device = this_machine() if name == THIS_MACHINE else DEVICES[name]
        return cls(device, told.get("precision", ""), batch, runtime)

    def __str__(self) -> str:
        """The one text of the target, which ``parse`` reads: what is by default is left out."""
        words = [self.device.name]
        if self.precision != self.device.precision:
            words.append(self.precision)
        if self.batch != 1:
            words.append(f"b{self.batch}")
        if self.runtime != "eager":
            words.append(self.runtime)
        return ":".join(words)


@dataclass(frozen=True)
class Pass:
    """What a forward pass of one batch, or a step of training with it, takes.

    Attributes:
        seconds: From the first kernel's launch to the last one's end.
        joules: Energy of the device, without its host and without the building's cooling.
    """

    seconds: float
    joules: float


def forward_pass(
    operations: Sequence[Operation], target: Target, *, end: End = "central"
) -> Pass:
    """What a forward pass of one batch is modelled to take on a target.

    Args:
        operations: The network's kernels in a forward pass of one input, in the order of
            execution, with their bytes in single precision.
        target: The device, and the way that the network runs on it.
        end: The end of what is uncertain that takes less, the middle, or the end that takes
            more.
    """
    return _pass(forward_work(operations, _setting(target, end), batch=target.batch), target)


def training_step(
    operations: Sequence[Operation], target: Target, *, end: End = "central"
) -> Pass:
    """What one step of training with a batch is modelled to take on a target.

    Args:
        operations: The network's kernels in a forward pass of one input, in the order of
            execution, with their bytes in single precision.
        target: The device, its precision and its batch; training is eager.
        end: The end of what is uncertain that takes less, the middle, or the end that takes
            more.
    """
    return _pass(training_work(operations, _setting(target, end), batch=target.batch), target)


def _setting(target: Target, end: End) -> Setting:
    return Setting(target.device, target.precision, target.runtime, end)


def _pass(work: Work, target: Target) -> Pass:
    return Pass(work.seconds, joules(work, target.device))


def _kind_of(word: str) -> str | None:
    if word in N_BYTES:
        return "precision"
    if re.fullmatch(r"b[1-9][0-9]*", word):
        return "batch"
    return "runtime" if word in RUNTIMES else None
