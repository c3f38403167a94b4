"""A problem whose architectures fail on cue, in every way that a candidate can fail."""

from __future__ import annotations

import ctypes
import os
import pickle
import signal
import stat
import sys
import time
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar

from evonas import Gene, Problem, SearchSpace
from evonas.evaluation.candidate import Trial
from evonas.evaluation.frames import MARK, framed
from evonas.faults import DivergedError
from evonas.objectives import ACC, FLOPS
from evonas.record import Record
from evonas.space import Genome

LONG_S = 3600.0


def raises() -> object:
    raise RuntimeError("the network\nexploded")


def raises_what_cannot_be_printed() -> object:
    class MuteError(Exception):
        def __str__(self) -> str:
            raise RuntimeError("no words")

    raise MuteError


def leaves_the_program() -> object:
    sys.exit(3)


def diverges() -> object:
    raise DivergedError("training diverged in epoch 1")


def recurses() -> object:
    return recurses()


def takes_all_memory() -> object:
    return bytearray(1 << 50)


def hangs() -> object:
    time.sleep(LONG_S)
    return 1.0


def hangs_and_prints() -> object:
    while True:
        print("nonsense " * 1000)


def hangs_in_native_code() -> object:
    ctypes.PyDLL(None).sleep(3600)  # keeps the interpreter's lock
    return 1.0


def ends_its_process() -> object:
    os._exit(0)


def segfaults() -> object:
    return ctypes.string_at(0)


def aborts() -> object:
    os.abort()


def is_killed() -> object:
    os.kill(os.getpid(), signal.SIGKILL)
    return 1.0


def is_interrupted() -> object:
    raise KeyboardInterrupt


def closes_its_pipes() -> object:
    os.closerange(3, 64)
    return 1.0


def _everywhere(said: bytes) -> object:
    """Write to every pipe that may be the one for answers."""
    for number in range(3, 64):
        with suppress(OSError):
            if stat.S_ISFIFO(os.fstat(number).st_mode):
                os.write(number, said)
    return 1.0


def answers_nonsense() -> object:
    return _everywhere(b"\x00nonsense" * 100)


def answers_too_little() -> object:
    return _everywhere(MARK + (1 << 20).to_bytes(8, "big") + b"torn")


def answers_with_another_thing() -> object:
    return _everywhere(framed(pickle.dumps([1, 2])))


def answers_for_another() -> object:
    record = Record((0, 0, 0), {"acc": 99.0, "flops": 0.0}, 1.0)
    return _everywhere(framed(pickle.dumps(Trial(record))))


def answers_what_cannot_be_unpickled() -> object:
    return _everywhere(framed(b"cnowhere\nnothing\n."))


UNREADABLE = (
    "answers nonsense",
    "answers too little",
    "answers with another thing",
    "answers for another",
    "answers what cannot be unpickled",
)
FAILURES: Mapping[str, Callable[[], object]] = {
    "raises": raises,
    "raises what cannot be printed": raises_what_cannot_be_printed,
    "leaves the program": leaves_the_program,
    "diverges": diverges,
    "recurses": recurses,
    "is not a number": lambda: float("nan"),
    "is infinite": lambda: float("inf"),
    "is endless": lambda: 10**400,
    "is a text": lambda: "ninety",
    "is nothing": lambda: None,
    "takes all memory": takes_all_memory,
    "hangs": hangs,
    "hangs in native code": hangs_in_native_code,
    "hangs and prints": hangs_and_prints,
    "ends its process": ends_its_process,
    "segfaults": segfaults,
    "aborts": aborts,
    "is killed": is_killed,
    "is interrupted": is_interrupted,
    "closes its pipes": closes_its_pipes,
    "answers nonsense": answers_nonsense,
    "answers too little": answers_too_little,
    "answers with another thing": answers_with_another_thing,
    "answers for another": answers_for_another,
    "answers what cannot be unpickled": answers_what_cannot_be_unpickled,
}
KIND = {
    "raises": "raised",
    "raises what cannot be printed": "raised",
    "leaves the program": "raised",
    "diverges": "diverged",
    "recurses": "raised",
    "is not a number": "invalid",
    "is infinite": "invalid",
    "is endless": "invalid",
    "is a text": "invalid",
    "is nothing": "invalid",
    "misses a metric": "invalid",
    "answers with a list": "invalid",
    "takes all memory": "memory",
    "hangs": "timeout",
    "hangs in native code": "timeout",
    "hangs and prints": "timeout",
    "ends its process": "died",
    "segfaults": "died",
    "aborts": "died",
    "is killed": "died",
    "is interrupted": "died",
    "closes its pipes": "died",
    **dict.fromkeys(UNREADABLE, "died"),
}
ODDITIES = (
    "prints megabytes",
    "forks and comes back twice",
    "leaves a child",
    "reads its input",
)
SLOW = frozenset(
    {"hangs", "hangs in native code", "hangs and prints"}
)  # each costs the time limit


def _fates(n_fine: int) -> tuple[str, ...]:
    fine = [f"fine {i}" for i in range(n_fine)]
    return (*fine, *ODDITIES, *KIND)


class Faulty(Problem):
    """One gene says what goes wrong; most of its choices let nothing go wrong."""

    space = SearchSpace(
        (
            Gene("fate", _fates(25)),
            Gene("width", tuple(range(1, 9))),
            Gene("depth", tuple(range(1, 9))),
        )
    )
    objectives = (ACC, FLOPS)
    default_objectives = ("acc", "flops")
    cheap = frozenset({"flops"})
    options: ClassVar[Mapping[str, Any]] = {"seconds": 0.0}

    def measure(self, genome: Genome, wanted: Collection[str], *, seed: int) -> Any:
        fate, width, depth = self.decode(genome).values()
        metrics: dict[str, Any] = {"flops": 1e3 * width * depth}
        if "acc" not in wanted:
            return metrics
        time.sleep(self.option["seconds"])
        metrics["acc"] = 30.0 + 5 * width + 2 * depth + (seed % 1000) / 1000
        if fate in ODDITIES:
            _be_odd(fate)
        elif fate == "misses a metric":
            del metrics["acc"]
        elif fate == "answers with a list":
            return list(metrics)
        elif fate in FAILURES:
            metrics["acc"] = FAILURES[fate]()
        return metrics


def _be_odd(fate: str) -> None:
    """What a candidate had better not do, but may."""
    if fate == "prints megabytes":
        print("nonsense " * 1_000_000, flush=True)
        os.write(2, b"more nonsense " * 200_000)
    elif fate == "forks and comes back twice":
        os.fork()
    elif fate == "leaves a child":
        if os.fork() == 0:
            time.sleep(LONG_S)
            os._exit(0)
    elif Path("/dev/stdin").exists():
        assert sys.stdin.read() == ""
