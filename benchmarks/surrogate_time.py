"""The processor time that a search with a surrogate takes itself, for each architecture.

    python benchmarks/surrogate_time.py [--evaluations 1000] [--size 15]

On a made-up chain of layers, two genes a layer, where measuring takes microseconds; with two
objectives and with three, of which accuracy alone is not counted. One process, one thread.
"""

from __future__ import annotations

import argparse
import time
from itertools import pairwise

from threadpoolctl import threadpool_limits

from evonas.config import Config
from evonas.engine.search import search
from evonas.record import Record

OBJECTIVES = (("acc", "macs"), ("acc", "macs", "params"))
MARKS = (20, 50, 100, 200, 500, 1000)  # evaluations between which means are told


def clocked(objectives: tuple[str, ...], *, size: int, n: int) -> list[float]:
    """Processor time when each architecture was known, seconds since the beginning."""
    times: list[float] = []

    def note(record: Record) -> None:
        times.append(time.process_time() - began)

    config = Config(
        problem="landscape",
        objectives=objectives,
        option=("kind=chain", f"size={size}"),
        surrogate="auto",
        evaluations=n,
        n_jobs=0,
    )
    began = time.process_time()
    search(config, on_record=note)
    return times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--evaluations", type=int, default=MARKS[-1], metavar="N")
    parser.add_argument("--size", type=int, default=15, metavar="LAYERS")
    given = parser.parse_args()
    with threadpool_limits(1):
        for objectives in OBJECTIVES:
            times = clocked(objectives, size=given.size, n=given.evaluations)
            marks = [mark for mark in MARKS if mark <= len(times)]
            print(f"{', '.join(objectives)}, milliseconds of processor each:")
            for start, end in pairwise(marks):
                mean = (times[end - 1] - times[start - 1]) / (end - start)
                print(f"  {start} to {end}: {1e3 * mean:.1f}")


if __name__ == "__main__":
    main()
