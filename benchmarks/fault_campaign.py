"""Many searches whose candidates fail in every way, killed at random instants and resumed.

    python benchmarks/fault_campaign.py [--trials 36] [--evaluations 40] [--kills 4]

Trials go round all algorithms, with one worker and two; each runs a search twice, alone and
with SIGKILLs of the whole process. Prints what each trial did, and the sum: faults of
candidates by kind, kills, and what went wrong with the engine: measurements lost, fronts that
differ from the one without kills, fronts with a failed candidate, processes that outlived
their owner.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from faults.campaign import Outcome, trial

from evonas.algorithms.registry import ALGORITHMS


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=36)
    parser.add_argument("--evaluations", type=int, default=40)
    parser.add_argument("--kills", type=int, default=4)
    given = parser.parse_args()
    names = list(ALGORITHMS)
    total, started = Outcome(), time.monotonic()
    for i in range(given.trials):
        algorithm, n_jobs = names[i % len(names)], 1 + i // len(names) % 2
        with tempfile.TemporaryDirectory() as folder:
            outcome = trial(
                Path(folder),
                algorithm=algorithm,
                n_jobs=n_jobs,
                seed=100 + i,
                evaluations=given.evaluations,
                n_kills=given.kills,
            )
        total.add(outcome)
        print(f"{algorithm}, {n_jobs} workers, seed {100 + i}: {outcome}", flush=True)
    print(f"{given.trials} trials in {time.monotonic() - started:.0f} s: {total}")


if __name__ == "__main__":
    main()
