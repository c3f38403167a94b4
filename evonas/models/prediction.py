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
        exit: The number of the exit that answered, from 1; 0 where that was not asked.
        flops: What the answer took, in FLOPs; 0 where that was not asked.
    """

    path: str
    shares: tuple[tuple[str, float], ...]
    exit: int = 0
    flops: float = 0.0


def predict(
    model: LoadedModel,
    paths: Sequence[str],
    *,
    n_best: int = 3,
    budget: float | None = None,
    confidence: float | Sequence[float] | None = None,
) -> list[Prediction]:
    """Classify image files, each cut to its central square as folders of images are.

    Args:
        model: The model that ``load_model`` gave.
        paths: The image files.
        n_best: How many labels to tell of each image at most.
        budget: FLOPs that the answer to one image may take.
        confidence: The probability from which an exit is sure enough, for all or for each.

    Raises:
        ValueError: A file is no image that can be read; all such files are named. Or no exit
            answers within the budget.
    """
    found = []
    for start in range(0, len(paths), CHUNK):
        chunk = paths[start : start + CHUNK]
        images = _images(model, chunk)
        with torch.inference_mode():
            if budget is None and confidence is None:
                logits, took = model(images), [(0, 0.0)] * len(chunk)
            else:
                logits, *rest = model.predict(images, budget=budget, confidence=confidence)
                took = list(zip(*(each.tolist() for each in rest), strict=True))
        best = logits.softmax(1).topk(min(n_best, logits.shape[1]))
        for path, values, places, (k, flops) in zip(
            chunk, best.values, best.indices, took, strict=True
        ):
            labels = [model.labels[place] for place in places.tolist()]
            shares = tuple(zip(labels, values.tolist(), strict=True))
            found.append(Prediction(path, shares, k, flops))
    return found


def _images(model: LoadedModel, paths: Sequence[str]) -> torch.Tensor:
    try:
        return decode(paths, channels=model.channels, image_size=model.image_size)
    except BadFilesError as error:
        told = "; ".join(f"{path!r}: {reason}" for path, reason in error.reasons.items())
        raise ValueError(f"no image that can be read: {told}") from error
