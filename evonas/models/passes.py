"""Networks ready to run for the clock: by torch, or by ONNX Runtime."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
from torch import Tensor, nn

from evonas.faults import reason_of
from evonas.hardware.latency_ways import Measurer
from evonas.models.onnx_file import missing
from evonas.networks.layout import in_first_layout, laid_out, lay_out
from evonas.networks.outputs import logits_of
from evonas.networks.repeats import Pass

CPU = torch.device("cpu")


def pass_of(
    model: nn.Module, inputs: Sequence[Tensor], *, runtime: Measurer, device: torch.device = CPU
) -> Pass:
    """One forward pass of a network, to be called as often as one likes.

    Args:
        model: The network; it is brought to evaluation mode and to the device.
        inputs: What it is given, with the batch.
        runtime: What runs it: ``torch``, or ``onnx`` for ONNX Runtime on the processor.
        device: Where torch runs it.

    Raises:
        ValueError: ONNX Runtime is not installed, or cannot run the network.
    """
    if runtime == "torch":
        return _torch_pass(model, inputs, device)
    with TemporaryDirectory() as folder:
        file = Path(folder, "model.onnx")
        write_untrained(model, inputs, file=file)
        return onnx_pass(file, inputs)


def write_untrained(model: nn.Module, inputs: Sequence[Tensor], *, file: Path) -> None:
    """Write a network as ONNX, with whatever weights it has, for one size of batch alone.

    By torch's older exporter, which takes a hundredth of a second for each layer; what it makes
    is to be timed, and no model to take home.

    Args:
        model: The network; it is brought to evaluation mode and to the processor.
        inputs: What it is given, with the batch.
        file: Where the file shall lie.

    Raises:
        ValueError: A library is not installed, or torch cannot export the network.
    """
    if name := missing():
        raise ValueError(
            f"ONNX needs {name}, which is not installed: pip install evonas[export]"
        )
    given = tuple(tensor.cpu() for tensor in inputs)
    try:
        with warnings.catch_warnings(), torch.no_grad():
            warnings.simplefilter("ignore")
            whole = _Logits(model.cpu().eval())
            names = [f"input_{k}" for k in range(len(given))]
            torch.onnx.export(whole, given, str(file), input_names=names, dynamo=False)
    except Exception as error:  # the exporter fails in many ways
        raise ValueError(f"torch cannot export the network: {reason_of(error)}") from error


def onnx_pass(file: Path, inputs: Sequence[Tensor]) -> Pass:
    """One pass of an ONNX file by ONNX Runtime, on one thread of the processor.

    Args:
        file: The ONNX file, which is read at once.
        inputs: What it is given, in the order of its inputs.

    Raises:
        ValueError: ONNX Runtime cannot run the file.
    """
    import onnxruntime  # optional

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        session = onnxruntime.InferenceSession(
            str(file), options, providers=["CPUExecutionProvider"]
        )
        names = [given.name for given in session.get_inputs()]
        arrays = [tensor.cpu().numpy() for tensor in inputs]
        feed = dict(zip(names, arrays, strict=False))
        session.run(None, feed)
    except Exception as error:  # of a library in another language
        raise ValueError(f"ONNX Runtime cannot run the network: {reason_of(error)}") from error
    return lambda: session.run(None, feed)


class _Logits(nn.Module):
    """A network that gives one tensor."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, *inputs: Tensor) -> Tensor:
        return logits_of(self.network(*inputs))


def _torch_pass(model: nn.Module, inputs: Sequence[Tensor], device: torch.device) -> Pass:
    def made(layout: torch.memory_format) -> Pass:
        lay_out(model.to(device).eval(), layout)
        given = [laid_out(tensor.to(device), layout) for tensor in inputs]

        def once() -> Any:
            with torch.inference_mode():
                found = model(*given)
            if device.type == "cuda":
                torch.cuda.synchronize(device)
            return found

        once()
        return once

    return in_first_layout(made)
