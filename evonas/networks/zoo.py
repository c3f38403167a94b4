"""Networks by name, to be compared with: torchvision's, or any that a user names."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable, Mapping
from typing import Any

from torch import nn

from evonas.hardware.roofline import Cost
from evonas.networks.counting import count
from evonas.networks.inputs import Inputs, as_inputs
from evonas.plugins.contract import told
from evonas.plugins.importing import load
from evonas.plugins.loading import nearest

SHORT_NAMES: Mapping[str, str] = {
    name: f"torchvision.models:{name}"
    for name in (
        *("resnet18", "resnet50", "vgg16", "googlenet", "mobilenet_v2"),
        *("mobilenet_v3_small", "mobilenet_v3_large", "efficientnet_b0"),
    )
}


def count_network(reference: str, inputs: Inputs, *, is_strict: bool = False) -> Cost:
    """What one forward pass of a named network costs.

    It is priced as it answers: without the heads that torchvision's ``googlenet`` and
    ``inception_v3`` have for their training.

    Args:
        reference: A short name, or ``module:callable`` or ``file.py:callable`` that makes a
            network when called without arguments, or is one.
        inputs: What one input of the network is: its shape without the batch, as ``(channels,
            height, width)``, or one ``Input`` or more.
        is_strict: Whether an operator without a declared cost is an error; else it counts as
            zero.

    Raises:
        ValueError: There is no such network, it does not take such an input, or with
            ``is_strict`` an operator is unknown.
        FileNotFoundError: There is no such file.
    """
    make = maker_of(reference)
    cost: Cost = told(
        f"cannot count {reference} on an input of {' and '.join(map(str, as_inputs(inputs)))}",
        lambda: count(make, inputs, is_strict=is_strict),
    )
    return cost


def maker_of(reference: str) -> Callable[[], nn.Module]:
    """What makes a named network, anew in every call.

    Args:
        reference: A short name, or ``module:callable`` or ``file.py:callable`` that makes a
            network when called without arguments, or is one.

    Raises:
        ValueError: There is no such network.
        FileNotFoundError: There is no such file.
    """
    if ":" not in reference and reference not in SHORT_NAMES:
        raise ValueError(
            f"unknown network {reference!r}{nearest(reference, SHORT_NAMES)}; choose from "
            f"{', '.join(SHORT_NAMES)}, or name your own as MODULE:CALLABLE"
        )
    found = load(SHORT_NAMES.get(reference, reference))
    return lambda: _network(found, reference)


def _network(found: Any, reference: str) -> nn.Module:
    with warnings.catch_warnings():  # torchvision's, about weights that we do not want
        warnings.simplefilter("ignore")
        network = copy.deepcopy(found) if isinstance(found, nn.Module) else found()
    if not isinstance(network, nn.Module):
        raise ValueError(
            f"{reference} makes a {type(network).__name__}; expected a torch.nn.Module"
        )
    return network
