"""Time and memory that the engine adds to bare pymoo, on a problem that costs nothing.

    python benchmarks/engine_overhead.py [--evaluations 20000] [--repeats 3]

Bare: pymoo's NSGA-II with the same operators and its own evaluator. Engine: the same search
through evaluator, cache, journal (fsync per generation), front and generations table, in this
process. Both run in turn; prints milliseconds per evaluation, their difference, and the peak of
resident memory in the two halves of the engine's run.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import tempfile
import time
from collections.abc import Collection
from pathlib import Path

import numpy as np
from pymoo.algorithms.moo.nsga2 import NSGA2
from pymoo.core.problem import Problem as PymooProblem

from evonas import Config, Gene, Objective, Problem, SearchSpace, search
from evonas.algorithms.operators import GenomeCrossover, GenomeMutation, SpreadSampling

N_GENES, N_CHOICES, POP_SIZE = 20, 6, 100


class Free(Problem):
    """Two sums over the genes."""

    space = SearchSpace([Gene(f"g{i}", tuple(range(N_CHOICES))) for i in range(N_GENES)])
    objectives = (
        Objective("up", "", "up", +1, worst=100.0),
        Objective("down", "", "down", +1, worst=100.0),
    )

    def measure(
        self, genome: tuple[int, ...], wanted: Collection[str], *, seed: int
    ) -> dict[str, float]:
        """Cost nothing."""
        half = len(genome) // 2
        total = float(sum(genome))
        return {"up": total, "down": 100.0 - total + sum(genome[:half]) % 7}


class BareFree(PymooProblem):  # type: ignore[misc]
    """The same for pymoo, one architecture at a time as well."""

    def __init__(self) -> None:
        super().__init__(n_var=N_GENES, n_obj=2, xl=0, xu=N_CHOICES - 1, vtype=int)
        self.free = Free()

    def _evaluate(
        self, X: np.ndarray, out: dict[str, object], *_: object, **__: object
    ) -> None:
        rows = [self.free.measure(tuple(x), (), seed=0) for x in X.tolist()]
        out["F"] = np.array([list(row.values()) for row in rows])


def bare(n: int) -> float:
    """Seconds of bare pymoo."""
    problem = BareFree()
    algorithm = NSGA2(
        pop_size=POP_SIZE,
        sampling=SpreadSampling(),
        crossover=GenomeCrossover(),
        mutation=GenomeMutation(),
        eliminate_duplicates=True,
    )
    algorithm.setup(problem, seed=0, termination=("n_gen", n // POP_SIZE))
    started = time.perf_counter()
    while algorithm.has_next():
        asked = algorithm.ask()
        algorithm.evaluator.eval(problem, asked)
        algorithm.tell(infills=asked)
    return time.perf_counter() - started


def engine(n: int, memory: list[int]) -> float:
    """Seconds of the engine; appends the peak memory in kB at half time and at the end."""

    def watch(generation: object) -> None:
        if getattr(generation, "number", 0) in (n // POP_SIZE // 2, n // POP_SIZE):
            memory.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)

    config = Config(evaluations=n, pop_size=POP_SIZE, n_jobs=1)
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        search(config, problem=Free, folder=Path(folder, "run"), on_generation=watch)
        return time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--evaluations", type=int, default=20_000)
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args()
    n = arguments.evaluations
    memory: list[int] = []
    extra = []
    bare(1000)  # warm up
    for _ in range(arguments.repeats):
        without, within = bare(n), engine(n, memory)
        extra.append(1000 * (within - without) / n)
        print(
            f"bare {1000 * without / n:.3f}, engine {1000 * within / n:.3f} ms per evaluation"
        )
    print(f"overhead: median {statistics.median(extra):.3f} ms per evaluation (limit 0.3)")
    half, full = memory[0], memory[1]
    print(
        f"peak memory at half time {half / 1024:.0f} MiB, at the end {full / 1024:.0f} MiB: "
        f"{1024 * (full - half) / (n / 2):.0f} bytes per evaluation"
    )


if __name__ == "__main__":
    main()
