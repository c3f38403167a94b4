"""Where networks are trained, and with how many threads."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch


def choose_device(name: str) -> torch.device:
    """The device that a word stands for; ``auto`` takes CUDA where there is one.

    Raises:
        ValueError: The word is unknown, or the device is not there.
    """
    if name not in ("auto", "cpu", "cuda"):
        raise ValueError(f"unknown device {name!r}; choose from auto, cpu, cuda")
    if name == "cuda" and not torch.cuda.is_available():
        raise ValueError("device 'cuda' is not there: torch sees no GPU; use cpu or auto")
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    return torch.device(name)


@contextmanager
def reproducible(*, n_threads: int = 1) -> Iterator[None]:
    """The same weights anywhere, and torch's global random state as it was before.

    Torch's sums depend on the number of its threads, so within there are always as many.

    Args:
        n_threads: How many threads torch has within.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(n_threads)
    try:
        with torch.random.fork_rng(devices=[]):
            yield
    finally:
        torch.set_num_threads(before)
