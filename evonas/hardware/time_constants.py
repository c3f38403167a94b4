"""What devices reach of their data sheets, and what launching kernels takes, each with a range.

Numbers marked "fitted" were fitted on one half of published measurements, and judged on the
other; ``docs/time_model.md`` says which, and how well. They were then left alone. A range holds
from the end that takes less time to the end that takes more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

End = Literal["low", "central", "high"]

_FITTED = "fitted on one half of timm's and EC-NAS's times on RTX 3090 and RTX 6000"
_LAUNCH = "fitted on one half of HELP's times on a GTX 1080 Ti at batch 1"
_HOST = "HELP's Xeon and Raspberry Pi, one half, and cores of an AMD EPYC here"
_BY_COMPILERS = "our assumption: programs compiled beforehand, as vendors' compilers make them"


@dataclass(frozen=True)
class Constant:
    """A number of the time model.

    Attributes:
        low: The value at the end that takes less time.
        central: The value that is likeliest.
        high: The value at the end that takes more time.
        source: Where the three come from, in words.
    """

    low: float
    central: float
    high: float
    source: str

    def at(self, end: End) -> float:
        """The value at one end, or in the middle."""
        return {"low": self.low, "central": self.central, "high": self.high}[end]


_CONSTANTS = {
    # Part of the peak rate that arithmetic reaches, by the unit that does it and its family.
    "vector": Constant(1.0, 0.95, 0.5, f"{_FITTED}; a throttled T4 reaches half"),
    "matrix.conv3x3": Constant(0.95, 0.82, 0.45, _FITTED),
    "matrix.conv1x1": Constant(0.95, 0.78, 0.45, _FITTED),
    "matrix.conv": Constant(1.0, 0.95, 0.35, _FITTED),
    "matrix.matmul": Constant(1.0, 0.9, 0.45, _FITTED),
    "matrix.attention": Constant(0.95, 0.46, 0.25, _FITTED),
    "depthwise": Constant(0.12, 0.062, 0.03, f"{_FITTED}; of the peak rate in fp32"),
    "processor": Constant(0.9, 0.3, 0.08, _HOST),
    "accelerator": Constant(0.7, 0.3, 0.1, _BY_COMPILERS),
    # Channels from which on dense kernels reach those rates; narrower ones reach their share.
    "width.vector": Constant(100.0, 150.0, 200.0, _FITTED),
    "width.matrix": Constant(8.0, 16.0, 48.0, f"{_FITTED}, at the least that was allowed"),
    "width.processor": Constant(16.0, 64.0, 96.0, _HOST),
    # Part of the memory's bandwidth that kernels reach, by family.
    "bandwidth.dense": Constant(0.95, 0.5, 0.33, _FITTED),
    "bandwidth.depthwise": Constant(0.65, 0.39, 0.25, _FITTED),
    "bandwidth.attention": Constant(1.0, 0.5, 0.33, _FITTED),
    "bandwidth.norm": Constant(1.0, 0.95, 0.6, _FITTED),
    "bandwidth.pointwise": Constant(1.0, 0.75, 0.5, _FITTED),
    "bandwidth.exponential": Constant(1.0, 0.45, 0.3, _FITTED),
    "bandwidth.pool": Constant(0.9, 0.5, 0.3, f"{_FITTED}, at the most that was allowed"),
    "bandwidth.move": Constant(1.0, 0.95, 0.5, _FITTED),
    "bandwidth.processor": Constant(0.95, 0.6, 0.3, _HOST),
    "bandwidth.processor.pool": Constant(0.2, 0.06, 0.04, _HOST),
    # Seconds in which a host launches a kernel of PyTorch, one after the other.
    "launch.conv": Constant(25e-6, 80e-6, 125e-6, _LAUNCH),
    "launch.norm": Constant(15e-6, 50e-6, 80e-6, _LAUNCH),
    "launch.light": Constant(8e-6, 32e-6, 50e-6, _LAUNCH),
    # What launching takes elsewhere, in parts of that.
    "launch.compiled": Constant(0.01, 0.05, 0.3, "our assumption: CUDA graphs"),
    "launch.onnx": Constant(0.05, 0.2, 0.5, "our assumption, held against HELP's Pi"),
    "launch.board": Constant(1.0, 4.0, 6.0, "fitted on one half of HELP's Raspberry Pi 4"),
    # What kernels that are fused into the one before them still move.
    "fused": Constant(0.1, 0.3, 0.7, "our assumption: a map that is added is still read"),
    # A step of training beside its forward pass.
    "backward": Constant(2.0, 2.1, 2.5, f"{_FITTED}; two contractions for one"),
    "backward.norm": Constant(4.0, 5.2, 6.2, f"{_FITTED}; statistics pass the map anew"),
    "backward.launch": Constant(0.7, 1.0, 1.3, "our assumption: as many as forwards"),
    "optimiser.bytes": Constant(12.0, 30.0, 60.0, f"{_FITTED}; of a weight, SGD's are 20"),
    # Part of its speed that a device keeps beside others that train the same network.
    "parallel": Constant(0.97, 0.92, 0.8, "NVIDIA 2021, ResNet-50: .87 to .97 of 8 GPUs"),
}
TIME_CONSTANTS: Mapping[str, Constant] = MappingProxyType(_CONSTANTS)
WINOGRAD_WIDTH = 64.0  # channels from which libraries take it; fitted among 32, 64 and 128


def constant(name: str, end: End = "central") -> float:
    """The value of a constant at one end of its range, or in the middle.

    Args:
        name: The constant's name, one of ``TIME_CONSTANTS``.
        end: The end that takes less time, the middle, or the end that takes more.
    """
    return TIME_CONSTANTS[name].at(end)
