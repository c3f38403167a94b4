"""What a training takes from an opened problem: its images, and its untrained networks."""

from __future__ import annotations

import torch
from torch import nn

from evonas.data.dataset import Dataset, load
from evonas.networks.building import completed
from evonas.space import Genome
from evonas.training.trained_problem import TrainedProblem


def dataset_of(problem: TrainedProblem) -> Dataset:
    """The images that a problem trains on."""
    settings = problem.settings
    return load(
        settings.data or problem.data,
        data_dir=settings.data_dir,
        image_size=settings.image_size,
        subset=settings.subset,
        seed=settings.data_seed,
        skip_bad=settings.skip_bad,
    )


def input_shape(problem: TrainedProblem) -> tuple[int, int, int]:
    """The shape of one image, ``(channels, size, size)``."""
    return problem.n_channels, problem.image_size, problem.image_size


def untrained(problem: TrainedProblem, genome: Genome, *, seed: int) -> nn.Module:
    """A network as a training begins with it, on the problem's device.

    Args:
        problem: The problem that builds the network.
        genome: The architecture.
        seed: Fixes the network's weights; torch's global random state begins from it.
    """
    torch.manual_seed(seed)
    model = completed(problem.build(problem.decode(genome)), input_shape(problem))
    return model.to(problem.device)
