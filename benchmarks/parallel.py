"""Speed-up of two workers over one on the default problem, start-up of the workers excluded.

    python benchmarks/parallel.py [--candidates 40] [--repeats 3]

Trains the same candidates with one worker process and with two, in turn; the pool is warmed up
by a first batch that is not timed, whose time is printed as the start-up.
"""

from __future__ import annotations

import argparse
import statistics
import time

import numpy as np

from evonas import Config
from evonas.evaluation.candidate import Order
from evonas.evaluation.evaluator import Evaluator
from evonas.evaluation.pool import Pool
from evonas.plugins.loading import ProblemSpec


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--candidates", type=int, default=40)
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args()
    config = Config()
    spec = ProblemSpec(config.problem, config.settings)
    order = Order(spec, ("acc", "flops", "co2"))
    problem = spec.open()
    genomes = problem.space.sample(arguments.candidates + 4, np.random.default_rng(0))
    warm_up, timed = genomes[:4], genomes[4:]
    ratios = []
    for repeat in range(arguments.repeats):
        seconds = {}
        for n_jobs in (1, 2):
            with Pool(spec, n_jobs=n_jobs) as executor:
                evaluator = Evaluator(order, executor=executor)
                started = time.perf_counter()
                evaluator(warm_up)
                if repeat == 0:
                    print(
                        f"n_jobs={n_jobs}: first 4 took {time.perf_counter() - started:.1f} s"
                    )
                started = time.perf_counter()
                evaluator(timed)
                seconds[n_jobs] = time.perf_counter() - started
        ratios.append(seconds[1] / seconds[2])
        print(f"1 worker {seconds[1]:.1f} s, 2 workers {seconds[2]:.1f} s: {ratios[-1]:.2f} x")
    print(f"speed-up: median {statistics.median(ratios):.2f} (at least 1.8)")


if __name__ == "__main__":
    main()
