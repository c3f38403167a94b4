"""Chains of layers, in which what a layer is worth depends on the layer before it."""

from __future__ import annotations

import numpy as np

from evonas.landscapes.parts import Design, Part, weights
from evonas.space import Gene

N_LAYERS = 8
OPERATIONS = ("conv3x3", "grouped", "separable", "halved")
PRICES = np.array([4, 2, 1, 1])  # MACs of a pair of channels, relative to each other
WEIGHTS = np.array([4, 2, 1, 4])  # parameters: one that works on a halved map saves none
USUAL = np.array([0.0, 0.3, 0.35, 0.45])  # what an operation loses, before luck
WIDTHS = (16, 32, 48, 64)
N_STATES = len(OPERATIONS) * len(WIDTHS)


def drawn(rng: np.random.Generator, n_layers: int = N_LAYERS) -> Design:
    """A chain of layers, each with an operation and a width.

    The MACs of a layer go with the width before it times its own.

    Args:
        rng: Draws what every layer loses.
        n_layers: How many layers there are.
    """
    parts = [_layer(i, n_layers, rng) for i in range(n_layers)]
    return Design(tuple(parts), base=(5, 6), units=(400_000, 5_000))


def _layer(i: int, n_layers: int, rng: np.random.Generator) -> Part:
    """A layer, by the operation and the width of the one before it."""
    genes = (Gene(f"layer{i + 1}_operation", OPERATIONS), Gene(f"layer{i + 1}_width", WIDTHS))
    width = np.arange(len(WIDTHS))
    n_in = width[:, None, None] + 1
    pairs = n_in * (width + 1)  # (width before, 1, width)
    of_macs, of_params = weights(i, n_layers)
    macs = pairs * PRICES[:, None] * of_macs
    params = pairs * WEIGHTS[:, None] * of_params
    state = np.arange(N_STATES).reshape(len(OPERATIONS), len(WIDTHS))
    loss = _loss(rng)  # (operation before, width before, operation, width)
    if i == 0:  # behind a stem that is as narrow as can be
        return Part.of(
            genes, loss=loss[:1, 0], macs=macs[:1], params=params[:1], state=state[None]
        )
    before = (len(OPERATIONS), *macs.shape)
    every = (N_STATES, len(OPERATIONS), len(WIDTHS))
    return Part.of(
        genes,
        loss=loss.reshape(every),
        macs=np.broadcast_to(macs, before).reshape(every),
        params=np.broadcast_to(params, before).reshape(every),
        state=state[None],
    )


def _loss(rng: np.random.Generator) -> np.ndarray:
    """What a layer loses: by its operation, its width, and how it suits the one before."""
    n_operations, width = len(OPERATIONS), np.arange(len(WIDTHS))
    importance = rng.uniform(0.3, 1.7)
    quality = USUAL + rng.uniform(0.0, 0.6, n_operations)
    capacity = 1.2 * np.exp(-rng.uniform(0.4, 1.3, (n_operations, 1)) * width)
    too_wide = rng.choice([0.0, 0.0, 0.15]) * np.maximum(width - rng.integers(1, 3), 0)
    clash = rng.normal(0.0, 0.25, (n_operations, 1, n_operations, 1))
    step = np.abs(width[:, None] - width)[:, None]  # (width before, 1, width)
    jump = rng.uniform(0.0, 0.3) * np.maximum(step - 1, 0)
    loss: np.ndarray = quality[:, None] + capacity + too_wide + clash + jump
    return importance * loss
