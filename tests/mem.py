"""A provider of metrics as a user writes one: the peak memory of a network's activations."""

from collections.abc import Collection, Mapping
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode

from evonas import Metric, Objective


class Largest(TorchDispatchMode):
    """Notes the most that one operator takes and gives."""

    def __init__(self) -> None:
        super().__init__()
        self.n_bytes = 0

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        out = func(*args, **(kwargs or {}))
        held = (t.nbytes for t in (*args, out) if isinstance(t, torch.Tensor))
        self.n_bytes = max(self.n_bytes, sum(held))
        return out


class PeakMemory:
    """The most that one operator holds, weights included, counted without any weights."""

    metrics = (Metric("peak_memory", "B", "peak memory of one input", +1, when="counted"),)

    def measure(
        self, network: Any, context: Any, *, wanted: Collection[str]
    ) -> Mapping[str, float]:
        """Pass one input through the network on the meta device."""
        with torch.device("meta"), torch.no_grad():
            model = network.build().eval()
            with Largest() as largest:
                model(torch.empty(1, *network.input_shape))
        return {"peak_memory": float(largest.n_bytes)}


class Memory(PeakMemory):
    """Tells two metrics."""

    metrics = (*PeakMemory.metrics, Metric("input", "B", "one input", +1, when="counted"))

    def measure(
        self, network: Any, context: Any, *, wanted: Collection[str]
    ) -> Mapping[str, float]:
        """Add the size of an input."""
        n = float(torch.empty(network.input_shape, device="meta").nbytes)
        return {**super().measure(network, context, wanted=wanted), "input": n}


class Flops(PeakMemory):
    """Offers what every problem of networks has."""

    metrics = (Metric("flops", "FLOP", "mine", +1, when="counted"),)


class Moody(PeakMemory):
    """Fails for deep networks, and finds no number for wide ones."""

    metrics = (Metric("mood", "", "mood", +1, when="counted", worst=10.0),)

    def measure(
        self, network: Any, context: Any, *, wanted: Collection[str]
    ) -> Mapping[str, float]:
        """Fail or not."""
        if network.architecture["width"] == 16:
            raise RuntimeError("too wide")
        return {"mood": float("nan") if network.architecture["width"] == 32 else 1.0}


kilobytes = Objective(
    "size", "kB", "size", +1, needs=("params",), compute=lambda metrics: metrics["params"] / 250
)
