"""Judging a network by the images of a part of a data set."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import torch
from torch import Tensor, nn

from evonas.data.dataset import Dataset, Part
from evonas.networks.layout import FAST, laid_out
from evonas.networks.outputs import Outputs, as_float, joined
from evonas.training.batches import normalise, precision
from evonas.training.tasks import CLASSIFICATION, Task


def judge(
    model: nn.Module,
    part: Part,
    *,
    dataset: Dataset,
    device: torch.device,
    task: Task = CLASSIFICATION,
    batch_size: int = 256,
    layout: torch.memory_format = FAST,
) -> dict[str, float]:
    """The task's scores of a network on a part of a data set, means over its images.

    Args:
        model: The network to be judged, on ``device``.
        part: The images to judge by.
        dataset: The data set that the part is of, which says how images are normalised.
        device: Where the network is and is judged.
        task: Scores what the network gives.
        batch_size: How many images the network sees at a time.
        layout: How the images lie in memory; that of the network's training.
    """
    view = _View(dataset, device, layout, batch_size)
    return _means(task, view.given(model, part), n=len(part.images))


def judge_validation(
    model: nn.Module,
    *,
    dataset: Dataset,
    device: torch.device,
    task: Task = CLASSIFICATION,
    batch_size: int = 256,
    layout: torch.memory_format = FAST,
) -> tuple[dict[str, float], Task]:
    """The task's scores on the validation part, and the task that judges other parts.

    They are one where the task sets nothing by the validation part; see ``Task``.

    Args:
        model: The network to be judged, on ``device``.
        dataset: The data set whose validation part is judged by.
        device: Where the network is and is judged.
        task: Scores what the network gives, and may have a method ``settled``.
        batch_size: How many images the network sees at a time.
        layout: How the images lie in memory; that of the network's training.
    """
    view, part = _View(dataset, device, layout, batch_size), dataset.validation
    task, given = settled(task, view.given(model, part))
    return _means(task, given, n=len(part.images)), task


def settled(
    task: Task, given: Iterable[tuple[Outputs, Tensor]]
) -> tuple[Task, Iterable[tuple[Outputs, Tensor]]]:
    """The task with what it sets by the validation part, and that part's batches again.

    Args:
        task: The task, which may have a method ``settled``.
        given: What the network gave for each batch of the validation part, and the labels.
    """
    settle = getattr(task, "settled", None)
    if settle is None:
        return task, given
    kept = list(given)
    outputs, labels = (joined(column) for column in zip(*kept, strict=True))
    return settle(outputs, labels), kept


class _View(NamedTuple):
    """How a network is shown the images that it is judged by."""

    dataset: Dataset
    device: torch.device
    layout: torch.memory_format
    batch_size: int

    @torch.no_grad()
    def given(self, model: nn.Module, part: Part) -> Iterator[tuple[Outputs, Tensor]]:
        """What the network gives for each batch, in single precision, and the labels."""
        model.eval()
        for start in range(0, len(part.images), self.batch_size):
            chosen = slice(start, start + self.batch_size)
            images = inputs(
                part.images[chosen], self.dataset, device=self.device, layout=self.layout
            )
            with precision(self.device):
                outputs = model(images)
            yield as_float(outputs), part.labels[chosen].to(self.device)


@torch.no_grad()
def _means(task: Task, given: Iterable[tuple[Outputs, Tensor]], *, n: int) -> dict[str, float]:
    """The task's scores, means over n images."""
    totals: dict[str, Tensor] = {}
    for outputs, labels in given:
        for name, shares in task.scores(outputs, labels).items():
            total = shares.sum(dtype=torch.float64)
            totals[name] = totals[name] + total if name in totals else total
    return {name: float(total) / n for name, total in totals.items()}


def inputs(
    images: Tensor,
    dataset: Dataset,
    *,
    device: torch.device,
    layout: torch.memory_format = FAST,
) -> Tensor:
    """Images as a network takes them when it is judged: normalised.

    Args:
        images: Images of the data set as bytes, ``(n, channels, size, size)``.
        dataset: The data set that the images are of, which says how they are normalised.
        device: Where the images are wanted.
        layout: How the images shall lie in memory.
    """
    mean, std = dataset.mean.to(device), dataset.std.to(device)
    return laid_out(normalise(images.to(device), mean, std), layout)
