"""Bytes that a network takes where it lives."""

from __future__ import annotations

from evonas.hardware.memory import Memory
from evonas.hardware.roofline import Cost
from evonas.hardware.targets import N_BYTES, Target


def peak_bytes(cost: Cost, target: Target) -> int:
    """The most bytes that one pass takes at a time: activations of a batch, and the weights.

    Args:
        cost: What one forward pass of one input costs.
        target: The device, and the way that the network runs on it; its precision and its batch
            are looked at.

    Raises:
        ValueError: Whoever counted the network did not look at its memory.
    """
    return _memory(cost).peak_bytes(
        batch=target.batch, bytes_per_number=N_BYTES[target.precision]
    )


def model_bytes(cost: Cost, target: Target) -> int:
    """The size of a model: bytes of its weights and other constants, as deployed.

    Args:
        cost: What one forward pass of one input costs.
        target: The device, and the way that the network runs on it; its precision is looked at.

    Raises:
        ValueError: Whoever counted the network did not look at its memory.
    """
    return _memory(cost).model_bytes(bytes_per_number=N_BYTES[target.precision])


def _memory(cost: Cost) -> Memory:
    if cost.memory is None:
        raise ValueError(
            "the memory of this network is not known: its problem makes a Cost of its own "
            "without 'tensors'; evonas.networks.count tells them"
        )
    return cost.memory
