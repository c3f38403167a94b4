"""What a training takes from an opened problem: its data, and its untrained networks."""

from __future__ import annotations

import torch
from torch import nn

from evonas.data.dataset import Dataset
from evonas.networks.building import completed
from evonas.space import Genome
from evonas.training.chosen_data import data_of
from evonas.training.trained_problem import TrainedProblem


def dataset_of(problem: TrainedProblem) -> Dataset:
    """What a problem trains on."""
    return data_of(problem.settings, problem.data)


def untrained(problem: TrainedProblem, genome: Genome, *, seed: int) -> nn.Module:
    """A network as a training begins with it, on the problem's device.

    Args:
        problem: The problem that builds the network.
        genome: The architecture.
        seed: Fixes the network's weights; torch's global random state begins from it.
    """
    torch.manual_seed(seed)
    model = completed(problem.build(problem.decode(genome)), problem.input_shape)
    return model.to(problem.device)
