"""Timing the networks of a space, to fit how long its operations take."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch

from evonas.hardware.calibration import Timing
from evonas.networks.building import completed
from evonas.networks.timing import inference_seconds, training_seconds
from evonas.space import Genome
from evonas.training.trained_problem import TrainedProblem

N_DRAWN_PER_NETWORK = 3  # of which the one is taken that spreads them over the range of FLOPs


def designed_sample(problem: TrainedProblem, *, n: int, seed: int) -> list[Genome]:
    """Networks of a space that spread over its range of FLOPs, ascending.

    Both ends of what was drawn are among them. Fewer where the space is small.
    """
    rng = np.random.default_rng(seed)
    drawn = problem.space.sample(N_DRAWN_PER_NETWORK * n, rng)
    corners = [(0,) * len(problem.space.sizes), tuple(size - 1 for size in problem.space.sizes)]
    genomes = list(dict.fromkeys(problem.canonical(genome) for genome in [*corners, *drawn]))
    genomes.sort(key=lambda genome: problem.cost(genome).flops)
    places = np.unique(np.linspace(0, len(genomes) - 1, n).round().astype(int))
    return [genomes[place] for place in places]


def measure_timings(
    problem: TrainedProblem,
    genomes: Sequence[Genome],
    *,
    batch: int,
    on_network: Callable[[], None] = lambda: None,
) -> list[Timing]:
    """Time networks one after the other, as proxy trainings run: on one thread of a processor.

    Args:
        problem: The problem that builds the networks.
        genomes: Canonical genomes of the networks, in the order in which to time them.
        batch: How many inputs a training step takes.
        on_network: Called after each network that was timed.
    """
    shape = problem.input_shape
    n_threads = torch.get_num_threads()
    torch.set_num_threads(1)
    timings = []
    try:
        for genome in genomes:
            model = completed(problem.build(problem.space.decode(genome)), shape)
            model.to(problem.device)
            step, whole, single = (
                training_seconds(model, shape, batch=batch, device=problem.device),
                inference_seconds(model, shape, batch=batch, device=problem.device),
                inference_seconds(model, shape, batch=1, device=problem.device),
            )
            timings.append(Timing(genome, problem.cost(genome).operations, step, whole, single))
            on_network()
    finally:
        torch.set_num_threads(n_threads)
    return timings
