"""Latencies that a search measures: by torch or ONNX Runtime here, or by a command."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from torch import Tensor, nn

from evonas.hardware.device_lock import alone_on
from evonas.hardware.elsewhere import TIMEOUT_S, measured_with, words_of
from evonas.hardware.latency_ways import LatencyWays
from evonas.hardware.measured import Measured
from evonas.models.onnx_file import missing
from evonas.models.passes import CPU, pass_of, write_untrained
from evonas.networks.building import built
from evonas.networks.clocks import TimedPass, clock_of
from evonas.networks.inputs import Inputs, as_inputs
from evonas.networks.metrics import Context, Network
from evonas.networks.repeats import REPEATS, repeated
from evonas.objectives import Metric
from evonas.problem import Settings

NAME = "latency_measured"
_PARTS = {
    NAME: "measured latency",
    f"{NAME}_q25": "measured latency, lower quartile",
    f"{NAME}_q50": "measured latency, median",
    f"{NAME}_q75": "measured latency, upper quartile",
}


class MeasuredLatency:
    """Seconds of one pass, the shortest of 30, and the quartiles of all of them.

    A measurement is known as a training's scores are: once, when a candidate is measured, and
    differently the next time. So it is of the trained kind, and a surrogate predicts it.
    """

    metrics = tuple(Metric(name, "s", label, +1) for name, label in _PARTS.items())

    def check_settings(self, settings: Settings) -> None:
        """Refuse a command that cannot be read, and ONNX where it is not installed.

        Raises:
            ValueError: Measuring cannot go well for any network.
        """
        ways = settings.latency
        if ways.command:
            words_of(ways.command)
        if (ways.command or ways.runtime == "onnx") and (name := missing()):
            raise ValueError(
                f"measuring ONNX files needs {name}, which is not installed: pip install "
                "evonas[export]"
            )

    def measure(
        self, network: Network, context: Context, *, wanted: Collection[str]
    ) -> Mapping[str, float]:
        """Time the network with whatever weights it has, alone on its device."""
        model = built(network.build, network.input_shape)
        found = measured(
            model, network.input_shape, ways=context.latency, device=context.device
        )
        values = (found.seconds, *found.quartiles)
        return dict(zip(_PARTS, values, strict=True))


def measured(
    model: nn.Module,
    inputs: Inputs,
    *,
    ways: LatencyWays,
    device: torch.device = CPU,
    repeats: int = REPEATS,
    timeout_s: float = TIMEOUT_S,
) -> Measured:
    """Time one forward pass of a network, while nobody else measures on the device.

    Args:
        model: The network; its mode, its device and its layout may change.
        inputs: What one input of the network is.
        ways: What runs it, how many inputs at a time, or the command that measures elsewhere.
        device: Where torch runs it; ONNX Runtime does on the processor.
        repeats: How many passes are timed here.
        timeout_s: Seconds that a command may take.

    Raises:
        ValueError: The network cannot be exported or run, or the command fails.
    """
    given = batch_of(inputs, ways.batch)
    if ways.command:
        with TemporaryDirectory() as folder:
            file = Path(folder, "model.onnx")
            write_untrained(model, given, file=file)
            return measured_with(ways.command, file, batch=ways.batch, timeout_s=timeout_s)
    place = device if ways.runtime == "torch" else CPU
    once = pass_of(model, given, runtime=ways.runtime, device=place)
    with alone_on(str(place)):
        return repeated(once, repeats=repeats)


def batch_of(inputs: Inputs, batch: int) -> Sequence[Tensor]:
    """Noise for a network, the same in every call, and zeros for whole numbers.

    Args:
        inputs: What one input of the network is.
        batch: How many inputs pass at a time.
    """
    generator = torch.Generator().manual_seed(0)
    found = []
    for each in as_inputs(inputs):
        dtype, shape = getattr(torch, each.dtype), (batch, *each.shape)
        if dtype.is_floating_point:
            found.append(torch.randn(shape, generator=generator).to(dtype))
        else:
            found.append(torch.zeros(shape, dtype=dtype))
    return found


def timed_by_onnx(model: nn.Module, shape: tuple[int, ...], n: int) -> TimedPass:
    """A pass of a network by ONNX Runtime on the processor, for the clock.

    Args:
        model: The network, with whatever weights it has.
        shape: Shape of one input without the batch.
        n: How many inputs pass at a time.

    Raises:
        ValueError: A library is not installed, or the network cannot be exported.
    """
    return TimedPass(pass_of(model, batch_of(shape, n), runtime="onnx"), clock_of(CPU))
