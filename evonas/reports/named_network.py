"""Networks whose latency is asked for: of a run, of a problem, of a folder, or by name."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from evonas.models.archive import load_model
from evonas.models.rebuilt import rebuilt
from evonas.networks.inputs import Input, Inputs
from evonas.networks.zoo import maker_of
from evonas.plugins.loading import ProblemSpec
from evonas.problem import Problem, Settings
from evonas.reports.naming import architecture_of, genome_in
from evonas.runs.run import Run
from evonas.short_ids import short_id
from evonas.space import Genome
from evonas.training.trained_problem import TrainedProblem

IMAGE = (Input((3, 224, 224)),)
TORCHVISION = "torchvision:"


@dataclass(frozen=True)
class NamedNetwork:
    """A network to be timed.

    Attributes:
        name: What tables call it.
        build: Makes it anew, on torch's default device.
        inputs: What one input of it is.
    """

    name: str
    build: Callable[[], Any]
    inputs: Inputs


def network_named(name: str, inputs: Inputs | None = None) -> NamedNetwork:
    """A network by the name of torchvision's, or of a user's own.

    Args:
        name: ``resnet18``, ``torchvision:NAME``, ``MODULE:NAME`` or ``FILE.py:NAME``.
        inputs: What one input of it is; an image of 3 x 224 x 224 if left out.

    Raises:
        ValueError: There is no such network.
        FileNotFoundError: There is no such file.
    """
    reference = name
    if name.startswith(TORCHVISION):
        reference = f"torchvision.models:{name.removeprefix(TORCHVISION)}"
    return NamedNetwork(name, maker_of(reference), inputs or IMAGE)


def network_in(folder: Path) -> NamedNetwork:
    """The trained network of a model folder, with its normalisation.

    Its problem builds it, whose code is run; where that is not there, the folder's own file is
    read.

    Args:
        folder: The folder that ``evonas train`` wrote.

    Raises:
        ValueError: A file of the model is damaged.
        FileNotFoundError: There is no model.
    """
    try:
        deployed, shape = rebuilt(folder)
    except (ValueError, OSError, KeyError, ImportError):
        loaded = load_model(folder)
        return NamedNetwork(folder.name, partial(copy.deepcopy, loaded.graph), loaded.shape)
    return NamedNetwork(folder.name, partial(copy.deepcopy, deployed), shape)


def network_of_run(run: Run, genome: Genome | str) -> NamedNetwork:
    """The network of an architecture of a run's space, untrained.

    Args:
        run: The run, whose problem's code is run.
        genome: The genome, the text of one, or a short id of the run.

    Raises:
        ValueError: The problem builds no networks, or has no such architecture.
    """
    problem = _opened(run.config.problem, run.config.settings)
    found = (
        genome_in(run, genome, canonical=problem.canonical)
        if isinstance(genome, str)
        else problem.canonical(genome)
    )
    name = run.ids.get(found) or short_id(found)
    return _of(problem, found, f"{name} of run {run.name}")


def network_of_problem(
    problem: str | type[Problem],
    architecture: str | Mapping[str, Any] | Genome,
    settings: Settings,
) -> NamedNetwork:
    """The network of an architecture of a problem, untrained.

    Args:
        problem: The problem's name, ``FILE.py:CLASS``, or its class.
        architecture: Values by gene name, a genome, or a text of either.
        settings: What the problem is told from outside.

    Raises:
        ValueError: The problem builds no networks, or has no such architecture.
    """
    opened = _opened(problem, settings)
    genome = architecture_of(architecture, problem=opened)
    name = problem if isinstance(problem, str) else problem.__name__
    return _of(opened, genome, f"{short_id(genome)} of problem {name}")


def _opened(problem: str | type[Problem], settings: Settings) -> TrainedProblem:
    opened = ProblemSpec(problem, settings).open()
    if not isinstance(opened, TrainedProblem):
        raise ValueError(f"{problem} builds no networks, so there is nothing to time")
    return opened


def _of(problem: TrainedProblem, genome: Genome, name: str) -> NamedNetwork:
    architecture = problem.decode(genome)
    return NamedNetwork(name, lambda: problem.build(architecture), problem.input_shape)
