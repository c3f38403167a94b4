"""Networks by name, to be compared with: torchvision's, or any that a user names."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

from torch import nn

from evonas.hardware.roofline import Cost
from evonas.networks.counting import count
from evonas.plugins.contract import told
from evonas.plugins.loading import load, nearest

SHORT_NAMES: Mapping[str, str] = {
    name: f"torchvision.models:{name}"
    for name in (
        *("resnet18", "resnet50", "vgg16", "googlenet", "mobilenet_v2"),
        *("mobilenet_v3_small", "mobilenet_v3_large", "efficientnet_b0"),
    )
}


def count_network(reference: str, input_shape: tuple[int, ...]) -> Cost:
    """What one forward pass of a named network costs.

    Args:
        reference: A short name, or ``module:callable`` or ``file.py:callable`` that makes a
            network when called without arguments, or is one.
        input_shape: Shape of one input without the batch, as ``(channels, height, width)``.

    Raises:
        ValueError: There is no such network, or it does not take such an input.
        FileNotFoundError: There is no such file.
    """
    if ":" not in reference and reference not in SHORT_NAMES:
        raise ValueError(
            f"unknown network {reference!r}{nearest(reference, SHORT_NAMES)}; choose from "
            f"{', '.join(SHORT_NAMES)}, or name your own as MODULE:CALLABLE"
        )
    found = load(SHORT_NAMES.get(reference, reference))
    cost: Cost = told(
        f"cannot count {reference} on an input of {'x'.join(map(str, input_shape))}",
        lambda: count(lambda: _network(found, reference), input_shape),
    )
    return cost


def _network(found: Any, reference: str) -> nn.Module:
    with warnings.catch_warnings():  # torchvision's, about weights that we do not want
        warnings.simplefilter("ignore")
        network = found if isinstance(found, nn.Module) else found()
    if not isinstance(network, nn.Module):
        raise ValueError(
            f"{reference} makes a {type(network).__name__}; expected a torch.nn.Module"
        )
    return network.to("meta")
