"""What a model says of image files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from evonas.data.decoding import BadFilesError, decode
from evonas.models.archive import LoadedModel

CHUNK = 64  # images in memory at a time


@dataclass(frozen=True)
class Prediction:
    """What a model says of one image file.

    Attributes:
        path: The image file.
        shares: Labels with their probabilities in [0, 1], the likeliest first.
    """

    path: str
    shares: tuple[tuple[str, float], ...]


def predict(model: LoadedModel, paths: Sequence[str], *, n_best: int = 3) -> list[Prediction]:
    """Classify image files, each cut to its central square as folders of images are.

    Args:
        model: The model that ``load_model`` gave.
        paths: The image files.
        n_best: How many labels to tell of each image at most.

    Raises:
        ValueError: A file is no image that can be read; all such files are named.
    """
    found = []
    for start in range(0, len(paths), CHUNK):
        chunk = paths[start : start + CHUNK]
        with torch.inference_mode():
            logits = model(_images(model, chunk))
        best = logits.softmax(1).topk(min(n_best, logits.shape[1]))
        for path, values, places in zip(chunk, best.values, best.indices, strict=True):
            labels = [model.labels[place] for place in places.tolist()]
            found.append(Prediction(path, tuple(zip(labels, values.tolist(), strict=True))))
    return found


def _images(model: LoadedModel, paths: Sequence[str]) -> torch.Tensor:
    try:
        return decode(paths, channels=model.channels, image_size=model.image_size)
    except BadFilesError as error:
        told = "; ".join(f"{path!r}: {reason}" for path, reason in error.reasons.items())
        raise ValueError(f"no image that can be read: {told}") from error
