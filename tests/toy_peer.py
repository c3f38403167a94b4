"""A peer that speaks with its owner as the real ones do, and can go wrong in several ways."""

import os
import random
import subprocess
import sys
import time


def run(task):
    rng = random.Random(task.seed)
    print("what a peer prints is nobody's answer")
    while True:
        genome = [rng.randrange(size) for size in task.sizes]
        assert task.count([genome, genome])[0] == [value / 2 for value in genome[:1]]
        assert len(task.measure(genome)) == task.n_objectives


def run_short(task):
    task.measure([0] * len(task.sizes))


def run_stubborn(task):
    while True:
        task.measure([0] * len(task.sizes))


def run_crashing(task):
    task.measure([0] * len(task.sizes))
    print("the last words")
    raise RuntimeError("no more of this")


def run_silent(task):
    os._exit(3)


def run_astray(task):
    task.measure([99] * len(task.sizes))


def run_garbled(task):
    os.write(3, b"what?\n")
    time.sleep(60)


def run_asleep(task):
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    task.measure([child.pid % 2] * len(task.sizes))
    with open(os.environ["PIDS"], "w") as file:
        file.write(f"{os.getpid()} {child.pid}")
    time.sleep(600)


def run_where(task):
    import evonas  # noqa: F401 - which no other Python has
