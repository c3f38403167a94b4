"""A trained network as an ONNX file."""

from __future__ import annotations

import importlib.util
import json
import logging
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from evonas.training.batches import as_values

NEEDED = ("onnx", "onnxruntime", "onnxscript")
OUTPUT = "logits"
TOLERANCE = 1e-4  # of the largest logit: sums in another order, in single precision


def missing() -> str:
    """Which of the libraries that ONNX files need is not installed; empty if all are."""
    return next((name for name in NEEDED if importlib.util.find_spec(name) is None), "")


def write_onnx(
    file: Path,
    program: torch.export.ExportedProgram,
    *,
    metadata: Mapping[str, str],
    takes: str = "images",
    n_exits: int = 1,
) -> None:
    """Write an exported network as ONNX, for one input or many at a time.

    Args:
        file: Where the file shall lie.
        program: The exported network, from images in [0, 1] to logits.
        metadata: What the file shall tell of the network, by key.
        takes: What the file shall call the input.
        n_exits: How many exits the network gives logits of; the last are named ``logits``, and
            those before them ``exit_1``, ``exit_2`` and so on.
    """
    with _quiet():
        made = torch.onnx.export(
            program,
            input_names=[takes],
            output_names=output_names(n_exits),
            verbose=False,
        )
        assert made is not None  # a file was not asked for
        made.model.metadata_props.update(metadata)
        made.save(str(file))


def output_names(n_exits: int) -> list[str]:
    """What the outputs of a network are called, the last one last.

    Args:
        n_exits: How many exits the network gives logits of.
    """
    return [*(f"exit_{k}" for k in range(1, n_exits)), OUTPUT]


def onnx_logits(file: Path, images: Tensor, *, batch_size: int = 256) -> np.ndarray:
    """What onnxruntime makes of images at every exit, ``(n, k, n_classes)``.

    Args:
        file: The ONNX file.
        images: Images as bytes, ``(n, channels, size, size)``, or sequences as numbers.
        batch_size: How many images are passed at a time.
    """
    import onnxruntime  # optional

    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    (given,) = session.get_inputs()
    chunks = [as_values(chunk).numpy() for chunk in images.split(batch_size)]
    return np.concatenate([np.stack(session.run(None, {given.name: c}), 1) for c in chunks])


def largest_difference(file: Path, images: Tensor, *, logits: Tensor) -> float:
    """How far the logits of an ONNX file are from those of torch.

    Args:
        file: The ONNX file.
        images: Images as bytes, ``(n, channels, size, size)``, or sequences as numbers.
        logits: What torch gave for the same images at every exit, ``(n, k, n_classes)``.

    Raises:
        ValueError: They are further apart than ``TOLERANCE`` of the largest logit.
    """
    expected = logits.numpy()
    found = float(np.abs(onnx_logits(file, images) - expected).max())
    allowed = TOLERANCE * max(1.0, float(np.abs(expected).max()))
    if not found <= allowed:
        raise ValueError(
            f"its logits differ by {found:.3g} from torch's; allowed {allowed:.3g}"
        )
    return found


def labels_metadata(labels: tuple[str, ...]) -> str:
    """How the file's metadata spell the names of the classes: as a JSON list."""
    return json.dumps(labels, ensure_ascii=False)


@contextmanager
def _quiet() -> Iterator[None]:
    """Without what the exporter has to say to its own authors."""
    logger = logging.getLogger("torch.onnx")
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(before)
