"""A made-up training: what is learnt after some of its epochs, and what these take."""

from __future__ import annotations

import numpy as np

from evonas.fidelity import Fidelity
from evonas.landscapes.accuracy import GUESSED

N_EPOCHS, N_IMAGES = 27, 1000
EARLY_NOISE_STD = 0.6  # percentage points, before the first epoch


def accuracy_after(
    fidelity: Fidelity, *, whole: float, macs: float, largest: float, seed: int
) -> float:
    """The accuracy after some epochs, in percent: less certain, and lower for large networks.

    Args:
        fidelity: After how many epochs.
        whole: The accuracy after all of them, in percent.
        macs: Multiply-accumulates of the network.
        largest: Those of the largest network of its space.
        seed: Fixes the luck, which is another after every number of epochs.
    """
    share = fidelity.amount / N_EPOCHS
    pace = 6.0 - 3.0 * macs / largest
    learnt = (1.0 - np.exp(-pace * share)) / (1.0 - np.exp(-pace))
    luck = np.random.default_rng([seed, fidelity.amount]).standard_normal()
    acc = GUESSED + (whole - GUESSED) * learnt
    acc += EARLY_NOISE_STD * (1.0 - share) * luck
    return float(np.clip(acc, 0.0, 100.0))


def training_flops(macs: float, *, epochs: int = N_EPOCHS) -> float:
    """FLOPs of a training: a forward pass, and twice as much for the backward one.

    Args:
        macs: Multiply-accumulates of one image.
        epochs: How often every image is seen.
    """
    return 6.0 * macs * N_IMAGES * epochs
