"""Whether random genomes of a space build and learn, and how fast they fold and are counted.

    python benchmarks/random_genomes.py --problem ms-ranas [--n 2000] [--sizes 8,14,32]

A share of the genomes at every size of the images is built, and passes two images forward and
backward; logits and gradients must be finite. Then twice as many are folded, and counted on
meta, once the first hundred have been. Times are those of one core.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence

import numpy as np
import torch

from evonas.parsing import listed
from evonas.plugins.loading import ProblemSpec
from evonas.problem import Settings
from evonas.space import Genome
from evonas.training.trained_problem import TrainedProblem

N_FIRST = 100  # that are counted before the clock runs


def check(problem: TrainedProblem, genomes: Sequence[Genome]) -> None:
    """Build every network, and pass two images forward and backward.

    Raises:
        ValueError: Logits or gradients are not finite, or of another shape than expected.
    """
    side = problem.image_size
    images = torch.randn(2, problem.n_channels, side, side)
    for genome in genomes:
        network = problem.build(problem.decode(genome))
        outputs = network(images)
        exits = getattr(outputs, "exits", (outputs,))
        sum(logits.square().sum() for logits in exits).backward()
        gradients = [p.grad for p in network.parameters() if p.grad is not None]
        is_sound = all(logits.shape == (2, problem.n_classes) for logits in exits)
        if not is_sound or not all(torch.isfinite(t).all() for t in (*exits, *gradients)):
            raise ValueError(f"genome {genome} at {side} pixels gives no sound network")


def clock(problem: TrainedProblem, genomes: Sequence[Genome]) -> str:
    """How fast genomes are folded and counted, in words."""
    began = time.process_time()
    canonical = [problem.canonical(genome) for genome in genomes]
    rate = len(genomes) / (time.process_time() - began)
    for genome in canonical[:N_FIRST]:
        problem.cost(genome)
    began = time.process_time()
    for genome in canonical[N_FIRST:]:
        problem.cost(genome)
    mean = (time.process_time() - began) / max(1, len(canonical) - N_FIRST)
    return f"{rate:,.0f} genomes folded in a second, {1e3 * mean:.2f} ms to count one"


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--problem", required=True)
    parser.add_argument("--n", type=int, default=2000)
    parser.add_argument("--sizes", default="8,14,32")
    parser.add_argument("--data", default="cifar10")
    parser.add_argument("--option", action="append", default=[])
    given = parser.parse_args(arguments)
    options = tuple(
        (name, value) for name, _, value in (o.partition("=") for o in given.option)
    )
    sizes, rng = [int(size) for size in listed(given.sizes)], np.random.default_rng(0)
    torch.manual_seed(0)
    for size in sizes:
        settings = Settings(data=given.data, image_size=size, options=options)
        problem = ProblemSpec(given.problem, settings).open()
        n = -(-given.n // len(sizes))
        check(problem, problem.space.sample(n, rng))
        told = clock(problem, problem.space.sample(2 * n, rng))
        print(f"{size} pixels: {n:,} networks are sound; {told}", flush=True)


if __name__ == "__main__":
    main()
