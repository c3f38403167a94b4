"""A trained network built anew by its problem, where no export of it could be written."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import torch

from evonas.models.deployed import Deployed
from evonas.models.order import read_order
from evonas.networks.building import completed
from evonas.plugins.loading import ProblemSpec
from evonas.training.saved_state import read_state
from evonas.training.trained_problem import TrainedProblem

WEIGHTS, ARCHITECTURE = "model.pt", "architecture.json"


@dataclass(frozen=True)
class Statistics:
    """Mean and standard deviation of each channel, with an axis of 1 for each other axis."""

    mean: torch.Tensor
    std: torch.Tensor


def rebuilt(folder: Path) -> tuple[Deployed, tuple[int, ...]]:
    """The network of a model folder, built by its problem, whose code is run.

    Args:
        folder: The folder that ``evonas train`` wrote.

    Returns:
        The network with its normalisation, and the shape of one input, without the batch.

    Raises:
        ValueError: The problem cannot be opened here, or a file does not fit it.
        OSError: A file is not there.
    """
    order = read_order(folder)
    if order is None:
        raise ValueError("it does not say what was trained")
    told = json.loads((folder / ARCHITECTURE).read_text(encoding="utf-8"))
    channels, *sides = told["input"]["shape"][1:]
    problem = ProblemSpec(order.config.problem, order.config.settings).open()
    if not isinstance(problem, TrainedProblem):
        raise ValueError(f"{order.config.problem} builds no networks")
    network = completed(problem.build(problem.decode(order.genome)), (channels, *sides))
    network.load_state_dict(read_state(folder / WEIGHTS))
    values = told["normalisation"]
    ones = [1] * len(sides)
    mean, std = (torch.tensor(values[name]).reshape(-1, *ones) for name in ("mean", "std"))
    return Deployed(network, Statistics(mean, std)), (channels, *sides)
