"""Whether any genome is a network: thousands of them, built and run forward and backward.

The passes are those of the real network without its values, on torch's meta device. Beside it:
how many genomes a second are decoded and folded, and how long one takes to be counted, in
seconds of this process's own time.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence

import numpy as np
import torch

from evonas.plugins.loading import ProblemSpec
from evonas.problem import Settings
from evonas.space import Genome
from evonas.training.trained_problem import TrainedProblem

DATA = "cifar10"  # three channels and ten classes; the images are not read


def opened(name: str, size: int) -> TrainedProblem:
    """A problem for images of one size."""
    problem = ProblemSpec(name, Settings(data=DATA, image_size=size)).open()
    assert isinstance(problem, TrainedProblem)
    return problem


def run(problem: TrainedProblem, genome: Genome) -> None:
    """A pass forward and one backward; any error is raised."""
    with torch.device("meta"):
        network = problem.build(problem.decode(genome))
        side = problem.image_size
        given = network(torch.empty(2, problem.n_channels, side, side))
        logits = getattr(given, "logits", given)
        labels = torch.zeros(2, dtype=torch.long)
        torch.nn.functional.cross_entropy(logits, labels).backward()
    assert logits.shape == (2, problem.n_classes)


def folded_per_second(problem: TrainedProblem, genomes: Sequence[Genome]) -> float:
    """How many genomes are decoded and folded in a second."""
    began = time.process_time()
    for genome in genomes:
        problem.decode(problem.canonical(genome))
    return len(genomes) / (time.process_time() - began)


def counted_ms(name: str, size: int, genomes: Sequence[Genome]) -> float:
    """Milliseconds to count one genome, by a problem that has counted none of them."""
    problem = opened(name, size)
    began = time.process_time()
    for genome in genomes:
        problem.cost(problem.canonical(genome))
    return 1000 * (time.process_time() - began) / len(genomes)


def main() -> None:
    """Print a line for every problem and size of images."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--problems", default="mobilenetv3,mobilenetv2,resnet,hierarchical")
    parser.add_argument("--sizes", default="8,28,32,224", help="sides of the images, in pixels")
    parser.add_argument("-n", type=int, default=500, help="genomes for every size")
    given = parser.parse_args()
    print(
        "problem,size,genomes,failed,folded_per_s,first_count_ms,later_count_ms,again_count_ms"
    )
    for name in given.problems.split(","):
        for size in map(int, given.sizes.split(",")):
            problem = opened(name, size)
            rng = np.random.default_rng(size)
            genomes = problem.space.sample(given.n, rng)
            failed = 0
            for genome in genomes:
                try:
                    run(problem, genome)
                except Exception as error:  # that is what is being counted
                    failed += 1
                    print(name, size, genome, error)
            half = given.n // 2
            halves = genomes[:half], genomes[half:]
            row = [
                folded_per_second(problem, problem.space.sample(5000, rng)),
                *(counted_ms(name, size, part) for part in (*halves, halves[1])),
            ]
            print(name, size, given.n, failed, *(f"{v:.1f}" for v in row), sep=",", flush=True)


if __name__ == "__main__":
    main()
