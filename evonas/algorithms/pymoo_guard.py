"""What a search does not serve of a user's pymoo algorithm, and whose its errors are."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pymoo.core.algorithm import Algorithm
from pymoo.core.evaluator import Evaluator as PymooEvaluator
from pymoo.core.individual import Individual

from evonas.algorithms.pymoo_bridge import SpentError
from evonas.evaluation.evaluator import StoppedError
from evonas.evaluation.worker import WorkerError


def is_exhausted(algorithm: Algorithm, asked: Any) -> bool:
    """Whether an algorithm that was asked has nothing left to propose."""
    if asked is None:
        return bool(algorithm.termination.force_termination)
    return not isinstance(asked, Individual) and not len(asked)  # one of pymoo's serial MOEA/D


@contextmanager
def blamed(when: str) -> Iterator[None]:
    """Say of whatever a pymoo algorithm raises in the block whose error it is, and where.

    What ends a search for another reason passes through.

    Args:
        when: what the error's message begins with.

    Raises:
        ValueError: The block raised an error.
    """
    try:
        yield
    except (SpentError, StoppedError, WorkerError, OSError):
        raise
    except Exception as error:  # of a user's code, or of pymoo's
        frame = traceback.extract_tb(error.__traceback__)[-1]
        said = " ".join(f"{type(error).__name__}: {error}".split())
        place = f"{Path(frame.filename).name}, line {frame.lineno}"
        raise ValueError(f"{when}: {said} ({place})") from error


def check_served(algorithm: Algorithm, name: str) -> None:
    """Refuse what a user gave an algorithm and a search would pass over."""
    for word in ("save_history", "verbose", "progress"):
        if getattr(algorithm, word, False):
            raise ValueError(
                f"algorithm {name} has {word}=True, which a search does not serve: "
                "its run directory and progress line stand for it; leave it out"
            )
    if algorithm.display is not None:
        raise ValueError(
            f"algorithm {name} has a display, which a search does not serve: its progress line "
            "stands for it; leave it out"
        )
    evaluator = algorithm.evaluator
    if type(evaluator) is not PymooEvaluator or evaluator.callback is not None:
        raise ValueError(
            f"algorithm {name} has an evaluator of its own, which a search does not serve: it "
            "measures by its own; leave it out"
        )
    if algorithm.seed is not None:
        raise ValueError(
            f"algorithm {name} has seed={algorithm.seed}, which a search does not serve: it "
            "has a seed of its own, as in --seed 1; leave it out"
        )
