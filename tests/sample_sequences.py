"""Small files of sequences, for tests of whatever reads them."""

from pathlib import Path

import numpy as np

NAMES = ("fast", "slow")


def waves(n: int = 40, *, channels: int = 2, length: int = 24) -> tuple[np.ndarray, np.ndarray]:
    """Waves of two frequencies, by turns, each of a phase of its own."""
    y, steps = np.arange(n) % 2, np.arange(length)
    phases = np.random.default_rng(n).uniform(0, 6, (n, channels, 1))
    return np.sin(steps / (1.0 + 2.0 * y[:, None, None]) + phases), y


def written(file: Path, **arrays) -> Path:
    """A file of waves, with some arrays in place of its own; None leaves one out."""
    x, y = waves()
    named = {"x": x, "y": y, "labels": np.array(NAMES), **arrays}
    np.savez(file, **{name: array for name, array in named.items() if array is not None})
    return file
