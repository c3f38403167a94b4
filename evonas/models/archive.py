"""A trained network as a file of ``torch.export``, which needs no code of its own."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from evonas.models.answering import Answers, AnytimePredictor, ProgramEvaluation, as_tuple
from evonas.models.known_exits import EXITS, KnownExits, read_exits

ARCHIVE, LABELS = "model.pt2", "labels.txt"


class LoadedModel(nn.Module):
    """A trained network in evaluation mode, its normalisation inside.

    It takes images ``(n, channels, size, size)``: bytes in [0, 255], or floats in [0, 1]; and
    gives logits ``(n, n_classes)``, to be made probabilities by ``softmax(1)``.

    Args:
        program: The exported network.
        labels: Names of the classes, in the order of the logits.
        exits: What is known of the exits; ``None`` of a folder that does not tell.

    Attributes:
        labels: Names of the classes, in the order of the logits.
        channels: Channels of the images: 1 for grey, 3 for colour.
        image_size: Side of the square images, in pixels.
        exits: What is known of the exits: FLOPs, and the confidences to leave from.
    """

    def __init__(
        self,
        program: torch.export.ExportedProgram,
        *,
        labels: tuple[str, ...],
        exits: KnownExits | None = None,
    ) -> None:
        super().__init__()
        given: Any = next(n for n in program.graph.nodes if n.name == "images")
        _, self.channels, self.image_size, _ = given.meta["val"].shape
        self.labels, self.exits = labels, exits
        self._graph = program.module()
        self.training = False

    def forward(self, images: Tensor) -> Tensor:
        """Logits of images, by the last exit.

        Args:
            images: Images ``(n, channels, size, size)``, bytes or floats in [0, 1].

        Raises:
            ValueError: The images have another shape, or values out of range.
        """
        return as_tuple(self._graph(self._checked(images)))[-1]

    def predict(
        self,
        images: Tensor,
        *,
        budget: float | None = None,
        confidence: float | Sequence[float] | None = None,
    ) -> Answers:
        """Answer by the last exit that a budget pays, or by the first that is sure enough.

        Only what the answer depends on is run; without both the last exit answers. With
        ``confidence=model.exits.levels`` images leave by the thresholds that were set on the
        validation part.

        Args:
            images: Images ``(n, channels, size, size)``, bytes or floats in [0, 1].
            budget: FLOPs that the answer to one image may take.
            confidence: The probability of the likeliest class from which an exit is sure
                enough, for all exits or for each.

        Raises:
            ValueError: The images are not those that the network takes, no exit is within the
                budget, or the folder does not tell what exits cost.
        """
        if self.exits is None:
            raise ValueError(
                "this model does not tell what its exits cost; train it anew, or call it "
                "without a budget"
            )
        graph = self._graph
        predictor = AnytimePredictor(
            lambda given: ProgramEvaluation(graph, given), self.exits.costs
        )
        return predictor.predict(self._checked(images), budget=budget, confidence=confidence)

    def _checked(self, images: Tensor) -> Tensor:
        """The images as floats in [0, 1], or what is wrong with them."""
        shape = (self.channels, self.image_size, self.image_size)
        if images.ndim != 4 or tuple(images.shape[1:]) != shape:
            expected = ", ".join(map(str, shape))
            raise ValueError(f"images of shape {tuple(images.shape)}; expected (n, {expected})")
        if images.dtype == torch.uint8:
            images = images.float() / 255
        elif not images.is_floating_point():
            raise ValueError(f"images of {images.dtype}; expected uint8, or floats in [0, 1]")
        elif len(images) and not (images.min() >= 0 and images.max() <= 1):
            low, high = float(images.min()), float(images.max())
            raise ValueError(
                f"float images from {low:g} to {high:g}; expected [0, 1], not normalised: "
                "that is done inside; or give bytes, as uint8"
            )
        return images.float()

    def train(self, mode: bool = True) -> LoadedModel:
        """Refuse training, for the network was exported as it is in evaluation.

        Raises:
            ValueError: Training was asked for.
        """
        if mode:
            raise ValueError(
                f"{ARCHIVE} holds a network in evaluation mode; to train on, build it by its "
                "problem and load model.pt"
            )
        return self


def export(model: nn.Module, images: Tensor) -> torch.export.ExportedProgram:
    """A network as a graph, for one image or many at a time.

    Args:
        model: Takes ``images`` as its one argument, in evaluation mode.
        images: At least two images in [0, 1], ``(n, channels, size, size)``.
    """
    n = torch.export.Dim("n", min=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the exporter to its own authors
        return torch.export.export(model, (images,), dynamic_shapes={"images": {0: n}})


def load_model(folder: str | Path) -> LoadedModel:
    """The network of a model folder, in evaluation mode and with its normalisation inside.

    Neither the problem that it comes from nor its data are needed, and no code of theirs is
    run. The file is read by ``torch.export.load``, which trusts it: open no stranger's.

    Args:
        folder: The folder that ``evonas train`` wrote.

    Returns:
        A module that takes images ``(n, channels, size, size)``, bytes or floats in [0, 1], and
        gives logits.

    Raises:
        FileNotFoundError: There is no such folder, or it holds no model.
        ValueError: A file of the model is damaged.
    """
    folder = Path(folder)
    file = folder / ARCHIVE
    for path in (file, folder / LABELS):
        if not path.is_file():
            raise FileNotFoundError(
                f"no model at {folder}: it has no {path.name}; give a folder that evonas train "
                "has finished"
            )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            program = torch.export.load(file)
        labels = tuple((folder / LABELS).read_text(encoding="utf-8").splitlines())
        return LoadedModel(program, labels=labels, exits=read_exits(folder / EXITS))
    except Exception as error:  # a damaged file leads torch astray in many ways
        reason = str(error).partition("\n")[0]
        raise ValueError(f"{file} cannot be read: {reason or type(error).__name__}") from error
