"""Timing the networks of a space, to fit how long its operations take."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import torch
from torch import nn

from evonas.hardware.calibration import Timing
from evonas.networks.building import built
from evonas.networks.clocks import REPEATS, TimedPass, shortest_of_rounds
from evonas.networks.timing import inference_pass, training_pass
from evonas.space import Genome
from evonas.training.trained_problem import TrainedProblem

N_DRAWN_PER_NETWORK = 3  # of which the one is taken that spreads them over the range of FLOPs
SECONDS = 100.0  # of all repeats together
MOST_PARAMS = 100e6  # of the networks that take turns; training holds three numbers for each
OnStep = Callable[[str, int, int], object]
# Makes a pass of a network with so many inputs: the network, the shape of one, and how many.
MakesInference = Callable[[nn.Module, tuple[int, ...], int], TimedPass]


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
    inference: MakesInference | None = None,
    seconds: float = SECONDS,
    on_step: OnStep = lambda what, n, of: None,
) -> list[Timing]:
    """Time networks in turn, as proxy trainings run: on one thread of a processor.

    Every network is built, and then all of them are timed in rounds, for a machine that is busy
    for a while must not make one network slow. Where they are too large to be held at once,
    several lots of them are timed one after the other, each of all sizes.

    Args:
        problem: The problem that builds the networks.
        genomes: Canonical genomes of the networks, the smallest first.
        batch: How many inputs a training step takes.
        inference: Makes the forward passes; by default torch runs them.
        seconds: What all repeats together are to take, besides the first ones.
        on_step: Told what is done, how much of it, and how much there is.

    Returns:
        The times, in the order of ``genomes``.
    """
    lots = _lots(problem, genomes)
    n_built, n_rounds = 0, 0
    found: dict[Genome, Timing] = {}

    def on_built() -> None:
        nonlocal n_built
        n_built += 1
        on_step("networks built", n_built, len(genomes))

    def on_round() -> None:
        nonlocal n_rounds
        n_rounds += 1
        on_step("rounds timed", n_rounds, REPEATS * len(lots))

    with _one_thread():
        for lot in lots:
            passes: list[TimedPass] = []
            for genome in lot:
                passes += _passes(problem, genome, batch=batch, inference=inference)
                on_built()
            share = seconds * len(lot) / len(genomes)
            took = shortest_of_rounds(passes, seconds=share, on_round=on_round)
            for i, genome in enumerate(lot):
                operations = problem.cost(genome).operations
                found[genome] = Timing(genome, operations, *took[3 * i : 3 * i + 3])
    return [found[genome] for genome in genomes]


def _passes(
    problem: TrainedProblem,
    genome: Genome,
    *,
    batch: int,
    inference: MakesInference | None,
) -> tuple[TimedPass, TimedPass, TimedPass]:
    """A training step, a forward pass of a batch, and one of a single input."""
    shape, device = problem.input_shape, problem.device

    def by_torch(model: nn.Module, shape: tuple[int, ...], n: int) -> TimedPass:
        return inference_pass(model, shape, batch=n, device=device)

    def new() -> nn.Module:
        return built(lambda: problem.build(problem.space.decode(genome)), shape).to(device)

    model = new()
    step = training_pass(model, shape, batch=batch, device=device)
    judged = model if inference is None else new()  # what exports one may bring it elsewhere
    make = by_torch if inference is None else inference
    return step, make(judged, shape, batch), make(judged, shape, 1)


def _lots(problem: TrainedProblem, genomes: Sequence[Genome]) -> list[Sequence[Genome]]:
    """The networks in as many lots as it takes to hold each at once."""
    n_params = sum(problem.cost(genome).params for genome in genomes)
    n_lots = min(len(genomes), max(1, math.ceil(n_params / MOST_PARAMS)))
    return [genomes[k::n_lots] for k in range(n_lots)]


@contextmanager
def _one_thread() -> Iterator[None]:
    n_threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(n_threads)
