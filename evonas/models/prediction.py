"""What a model says of image files, or of the sequences in files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from evonas.data.decoding import BadFilesError, decode
from evonas.data.kinds import SEQUENCES
from evonas.data.sequence_file import read_values
from evonas.models.archive import LoadedModel

CHUNK = 64  # images in memory at a time


@dataclass(frozen=True)
class Prediction:
    """What a model says of one image, or of one sequence.

    Attributes:
        path: The image file, or the file of sequences and the sequence's index in it, as in
            ``FILE[0]``.
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
    """Classify image files, or all sequences in files of them.

    Images are cut to their central square as folders of images are.

    Args:
        model: The model that ``load_model`` gave.
        paths: The image files; or, of a model that takes sequences, files with an array ``x``,
            as ``sequence_file.find_sequences`` reads them.
        n_best: How many labels to tell of each input at most.
        budget: FLOPs that the answer to one input may take.
        confidence: The probability from which an exit is sure enough, for all or for each.

    Raises:
        FileNotFoundError: There is no such file of sequences.
        ValueError: A file is no image that can be read, and all such files are named; or it
            holds no sequences that fit the model. Or no exit answers within the budget.
    """
    found = []
    batches = _sequences(model, paths) if model.kind == SEQUENCES else _pictures(model, paths)
    for names, inputs in batches:
        with torch.inference_mode():
            if budget is None and confidence is None:
                logits, took = model(inputs), [(0, 0.0)] * len(names)
            else:
                logits, *rest = model.predict(inputs, budget=budget, confidence=confidence)
                took = list(zip(*(each.tolist() for each in rest), strict=True))
        best = logits.softmax(1).topk(min(n_best, logits.shape[1]))
        columns = zip(names, best.values, best.indices, took, strict=True)
        for name, values, places, (k, flops) in columns:
            labels = [model.labels[place] for place in places.tolist()]
            shares = tuple(zip(labels, values.tolist(), strict=True))
            found.append(Prediction(name, shares, k, flops))
    return found


def _sequences(
    model: LoadedModel, paths: Sequence[str]
) -> Iterator[tuple[Sequence[str], Tensor]]:
    """Sequences with their names, file by file."""
    for path in paths:
        values = torch.from_numpy(read_values(Path(path)))
        if tuple(values.shape[1:]) != model.shape:
            expected = ", ".join(map(str, model.shape))
            raise ValueError(
                f"'x' in {path!r} has shape {tuple(values.shape)}; this model expects (n, "
                f"{expected})"
            )
        for start in range(0, len(values), CHUNK):
            chunk = values[start : start + CHUNK]
            yield [f"{path}[{start + i}]" for i in range(len(chunk))], chunk


def _pictures(
    model: LoadedModel, paths: Sequence[str]
) -> Iterator[tuple[Sequence[str], Tensor]]:
    """Images with the names of their files."""
    for start in range(0, len(paths), CHUNK):
        chunk = paths[start : start + CHUNK]
        yield chunk, _images(model, chunk)


def _images(model: LoadedModel, paths: Sequence[str]) -> Tensor:
    try:
        return decode(paths, channels=model.channels, image_size=model.image_size)
    except BadFilesError as error:
        told = "; ".join(f"{path!r}: {reason}" for path, reason in error.reasons.items())
        raise ValueError(f"no image that can be read: {told}") from error
