"""Trying one network out before a search trusts its trainings to the problem."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from evonas.data.dataset import Dataset
from evonas.networks.layout import FAST, in_first_layout, lay_out
from evonas.networks.outputs import as_float
from evonas.training.loop import inputs
from evonas.training.recipe import Recipe
from evonas.training.tasks import Task

N_TRIED = 4  # images; batch norm refuses one alone


def try_out(
    build: Callable[[], nn.Module], dataset: Dataset, *, task: Task, recipe: Recipe
) -> None:
    """Run a new network forward and backward on a few images, and judge it on them.

    Args:
        build: Makes the network, on the device on which networks are trained.
        dataset: The data set whose first training images are taken.
        task: What the network is trained for, and by what it is judged.
        recipe: How candidates are trained.

    Raises:
        ValueError: The network does not give what the task needs, or its layers do not fit.
        Exception: Whatever else goes wrong in the network or the task.
    """

    def once(layout: torch.memory_format) -> None:
        model = build()
        lay_out(model, layout)
        device = next((p.device for p in model.parameters()), torch.device("cpu"))
        images, labels = first_batch(dataset, N_TRIED, device=device, layout=layout)
        outputs = as_float(model.train()(images))
        check = getattr(task, "check_outputs", None)
        if check is not None:
            check(outputs, info=dataset.info, n_images=len(images))
        task.loss(outputs, labels, recipe=recipe).backward()  # type: ignore[no-untyped-call]
        with torch.no_grad():
            task.scores(as_float(model.eval()(images)), labels)

    try:
        in_first_layout(once)
    except RuntimeError as error:
        if "mat1 and mat2" not in str(error):
            raise
        raise ValueError(
            f"{error}: a linear layer does not fit what it is given; is a flatten missing?"
        ) from error


def first_batch(
    dataset: Dataset, n: int, *, device: torch.device, layout: torch.memory_format = FAST
) -> tuple[Tensor, Tensor]:
    """The first training images, normalised, and their labels.

    Args:
        dataset: The data set that the images are of.
        n: How many images there are to be at most.
        device: Where images and labels are wanted.
        layout: How the images shall lie in memory.
    """
    images = inputs(dataset.train.images[:n], dataset, device=device, layout=layout)
    return images, dataset.train.labels[:n].to(device)
