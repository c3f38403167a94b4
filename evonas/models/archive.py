"""A trained network as a file of ``torch.export``, which needs no code of its own."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, fx, nn

from evonas.data.kinds import IMAGES, KINDS
from evonas.faults import reason_of
from evonas.models.answering import (
    Answers,
    AnytimePredictor,
    Evaluation,
    GraphEvaluation,
    ProgramEvaluation,
    as_tuple,
)
from evonas.models.deployed import Deployed
from evonas.models.known_exits import KnownExits, read_exits
from evonas.models.rebuilt import ARCHITECTURE, rebuilt
from evonas.networks.graph import GraphNetwork

ARCHIVE, LABELS, CARD = "model.pt2", "labels.txt", "card.md"


class LoadedModel(nn.Module):
    """A trained network in evaluation mode, its normalisation inside.

    It takes images ``(n, channels, size, size)``: bytes in [0, 255], or floats in [0, 1]; or,
    where it was trained on them, sequences ``(n, channels, length)`` of numbers as its data had
    them. It gives logits ``(n, n_classes)``, to be made probabilities by ``softmax(1)``.

    Args:
        graph: The network, from images in [0, 1], or sequences, to logits.
        shape: Shape of one input: ``(channels, size, size)``, or ``(channels, length)``.
        labels: Names of the classes, in the order of the logits.
        exits: What is known of the exits; ``None`` of a folder that does not tell.

    Attributes:
        labels: Names of the classes, in the order of the logits.
        shape: Shape of one input: ``(channels, size, size)``, or ``(channels, length)``.
        kind: The kind of inputs that it takes.
        channels: Channels of the inputs: of images 1 for grey, 3 for colour.
        image_size: Side of the square images, in pixels; 0 where it takes none.
        exits: What is known of the exits: FLOPs, and the confidences to leave from.
    """

    def __init__(
        self,
        graph: nn.Module,
        *,
        shape: tuple[int, ...],
        labels: tuple[str, ...],
        exits: KnownExits | None = None,
    ) -> None:
        super().__init__()
        self.shape = shape
        self.kind = next(kind for kind in KINDS if kind.n_axes == len(shape) - 1)
        self.channels = shape[0]
        self.image_size = shape[1] if self.kind == IMAGES else 0
        self.labels, self.exits = labels, exits
        self._graph = graph
        self.training = False

    @property
    def graph(self) -> nn.Module:
        """The network from images in [0, 1], or sequences, to logits, which checks nothing."""
        return self._graph

    def forward(self, images: Tensor) -> Tensor:
        """Logits of images or sequences, by the last exit.

        Args:
            images: Images ``(n, channels, size, size)``, bytes or floats in [0, 1]; or
                sequences ``(n, channels, length)``, as the data had them.

        Raises:
            ValueError: The inputs have another shape, or values out of range.
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
            images: Images or sequences, as ``forward`` takes them.
            budget: FLOPs that the answer to one input may take.
            confidence: The probability of the likeliest class from which an exit is sure
                enough, for all exits or for each.

        Returns:
            The answers; their FLOPs are NaN where the folder does not tell what exits cost.

        Raises:
            ValueError: The inputs are not those that the network takes, no exit is within the
                budget, or a budget or a confidence is given and the folder does not tell what
                exits cost.
        """
        inputs, begin = self._checked(images), _beginning(self._graph)
        if self.exits is not None and begin is not None:
            predictor = AnytimePredictor(begin, self.exits.costs)
            return predictor.predict(inputs, budget=budget, confidence=confidence)
        if budget is not None or confidence is not None:
            why, way = "does not tell what its exits cost", ", or train it anew"
            if self.exits is not None:
                why, way = "runs only as a whole, for torch could not export it", ""
            raise ValueError(
                f"this model {why}: leave out budget and confidence, and its last exit "
                f"answers{way}"
            )
        with torch.inference_mode():
            logits = self(inputs)
        k, flops = 1, torch.nan
        if self.exits is not None:
            k, flops = len(self.exits.flops), self.exits.flops_in_turn[-1]
        took = torch.full((len(logits),), flops, dtype=torch.float64)
        return Answers(logits, torch.full((len(logits),), k), took)

    def _checked(self, images: Tensor) -> Tensor:
        """The inputs as floats, pixels in [0, 1], or what is wrong with them."""
        if tuple(images.shape[1:]) != self.shape or not images.ndim:
            expected = ", ".join(map(str, self.shape))
            raise ValueError(
                f"{self.kind.name} of shape {tuple(images.shape)}; expected (n, {expected})"
            )
        if self.kind == IMAGES:
            images = _pixels(images)
        elif images.is_complex() or not images.float().isfinite().all():
            raise ValueError(
                f"{self.kind.name} of {images.dtype} that are not finite; "
                "expected real numbers, as the model's data had them"
            )
        return images.float()

    def train(self, mode: bool = True) -> LoadedModel:
        """Refuse training, for the network was exported as it is in evaluation.

        Raises:
            ValueError: Training was asked for.
        """
        if mode:
            raise ValueError(
                "a model folder holds a network in evaluation mode; to train on, build it by "
                "its problem and load model.pt"
            )
        return self


def _pixels(images: Tensor) -> Tensor:
    """Images with pixels in [0, 1]."""
    if images.dtype == torch.uint8:
        return images.float() / 255
    if not images.is_floating_point():
        raise ValueError(f"images of {images.dtype}; expected uint8, or floats in [0, 1]")
    if len(images) and not (images.min() >= 0 and images.max() <= 1):
        low, high = float(images.min()), float(images.max())
        raise ValueError(
            f"float images from {low:g} to {high:g}; expected [0, 1], not normalised: "
            "that is done inside; or give bytes, as uint8"
        )
    return images


def _beginning(graph: nn.Module) -> Callable[[Tensor], Evaluation] | None:
    """What begins a pass that goes no further than is asked; ``None`` of what has no parts."""
    if isinstance(graph, fx.GraphModule):
        return lambda given: ProgramEvaluation(graph, given)
    if isinstance(graph, Deployed) and isinstance(graph.network, GraphNetwork):
        network, normalised = graph.network, graph.normalised
        return lambda given: GraphEvaluation(network, normalised(given))
    return None


def export(model: nn.Module, images: Tensor) -> torch.export.ExportedProgram:
    """A network as a graph, for one image or many at a time.

    Args:
        model: Takes ``images`` as its one argument, in evaluation mode.
        images: At least two images in [0, 1], ``(n, channels, size, size)``, or sequences.
    """
    n = torch.export.Dim("n", min=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the exporter to its own authors
        return torch.export.export(model, (images,), dynamic_shapes={"images": {0: n}})


def load_model(folder: str | Path) -> LoadedModel:
    """The network of a model folder, in evaluation mode and with its normalisation inside.

    Neither the problem that it comes from nor its data are needed, and no code of theirs is
    run. The file is read by ``torch.export.load``, which trusts it: open no stranger's. Where
    torch could not export the network, so that there is no such file, the problem builds it
    anew: its code is then run and must be where it was, but still none of its data are needed.

    Args:
        folder: The folder that ``evonas train`` wrote.

    Returns:
        A module that takes images ``(n, channels, size, size)``, bytes or floats in [0, 1], or
        sequences ``(n, channels, length)``, and gives logits.

    Raises:
        FileNotFoundError: There is no such folder, or it holds no model.
        ValueError: A file of the model is damaged, or there is no export of the network, and
            the problem cannot build it here.
    """
    folder = Path(folder)
    file, is_finished = folder / ARCHIVE, (folder / CARD).is_file()
    for path in (*(() if is_finished else (file,)), folder / LABELS):
        if not path.is_file():
            raise FileNotFoundError(
                f"no model at {folder}: it has no {path.name}; give a folder that evonas train "
                "has finished"
            )
    exits = read_exits(folder / ARCHITECTURE)
    return _exported(file, exits) if file.is_file() else _rebuilt(folder, exits)


def _labels(folder: Path) -> tuple[str, ...]:
    return tuple((folder / LABELS).read_text(encoding="utf-8").splitlines())


def _rebuilt(folder: Path, exits: KnownExits | None) -> LoadedModel:
    """The network of a finished folder without an export."""
    try:
        deployed, shape = rebuilt(folder)
        return LoadedModel(deployed, shape=shape, labels=_labels(folder), exits=exits)
    except Exception as error:  # of a user's code
        reason = reason_of(error)
        raise ValueError(
            f"{folder} has no {ARCHIVE}, as its card explains, and its problem cannot build "
            f"the network here: {reason}; load it where the problem's code is"
        ) from error


def _exported(file: Path, exits: KnownExits | None) -> LoadedModel:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            program = torch.export.load(file)
        given: Any = next(n for n in program.graph.nodes if n.name == "images")
        shape = tuple(map(int, given.meta["val"].shape[1:]))
        labels = _labels(file.parent)
        return LoadedModel(program.module(), shape=shape, labels=labels, exits=exits)
    except Exception as error:  # a damaged file leads torch astray in many ways
        reason = str(error).partition("\n")[0]
        raise ValueError(f"{file} cannot be read: {reason or type(error).__name__}") from error
