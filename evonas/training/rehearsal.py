"""Trying one network out before a search trusts its trainings to the problem."""

from __future__ import annotations

import logging
from collections.abc import Callable

import torch
from torch import Tensor, nn

from evonas.data.dataset import Dataset
from evonas.networks.layout import FAST, in_first_layout, lay_out
from evonas.networks.outputs import as_float
from evonas.training.judging import inputs
from evonas.training.recipe import Recipe
from evonas.training.tasks import Task

logger = logging.getLogger("evonas")
N_TRIED = 4  # images; batch norm refuses one alone
_HINTS = (
    ("mat1 and mat2", "a linear layer does not fit what it is given; is a flatten missing?"),
    ("should be the same", "images are float32; parameters and buffers must be, too"),
)


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
    _check_build(build)

    def once(layout: torch.memory_format) -> None:
        model = build()
        lay_out(model, layout)
        device = next((p.device for p in model.parameters()), torch.device("cpu"))
        images, labels = first_batch(dataset, N_TRIED, device=device, layout=layout)
        outputs = as_float(model.train()(images))
        check = getattr(task, "check_outputs", None)
        if check is not None:
            check(outputs, info=dataset.info, n_images=len(images))
        loss = task.loss(outputs, labels, recipe=recipe)
        if not loss.requires_grad:
            raise ValueError(
                "there is nothing to train: no parameter that takes a gradient has a part in "
                "what the network gives"
            )
        loss.backward()  # type: ignore[no-untyped-call]
        with torch.no_grad():
            task.scores(as_float(model.eval()(images)), labels)

    try:
        in_first_layout(once)
    except RuntimeError as error:
        for words, hint in _HINTS:
            if words in str(error):
                raise ValueError(f"{error}: {hint}") from error
        raise


def _check_build(build: Callable[[], nn.Module]) -> None:
    """Refuse networks that share what they learn, and warn of weights that nothing fixes."""
    first, second = (dict(build().named_parameters()) for _ in range(2))
    for name, parameter in first.items():
        if parameter.requires_grad and second.get(name) is parameter:
            raise ValueError(
                f"two networks that build gave share their parameter {name}: a candidate would "
                "go on from where another one ended; make new layers in build"
            )
    for name, parameter in first.items():
        other = second.get(name)
        if other is None or not _are_equal(parameter, other):
            logger.warning(
                "%s of a new network differs from build to build, though torch's seed is the "
                "same: what is measured cannot be repeated; draw from torch alone in build",
                name,
            )
            return


def _are_equal(one: Tensor, other: Tensor) -> bool:
    if one.shape != other.shape or one.is_meta or one.layout != torch.strided:
        return one.shape == other.shape
    return torch.equal(one.nan_to_num(), other.nan_to_num())


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
