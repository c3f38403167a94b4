"""The operators of a network, as look-up tables know them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evonas.hardware.operator_table import Operator
from evonas.networks.layers import Layer, LayerTable

CONTRACTIONS = {"conv3x3", "conv1x1", "conv", "depthwise", "matmul"}
ACTIVATIONS = {"pointwise", "exponential"}


@dataclass(frozen=True)
class Placed:
    """An operator of a network, with the layers that it is made of.

    Attributes:
        operator: The operator.
        places: Places of its layers among those of the network, ascending; several where a
            runtime fuses them.
    """

    operator: Operator
    places: tuple[int, ...]


def operators_of(table: LayerTable, *, is_fused: bool = False) -> tuple[Placed, ...]:
    """The operators of a network, in the order of execution.

    Args:
        table: The layers of the network.
        is_fused: Whether a convolution or product, the normalisation that alone reads it, and
            the activation that alone reads that, are one operator, as ONNX Runtime has it. An
            activation reads nothing else: a sum with a shortcut stays by itself.
    """
    groups: list[list[int]] = []
    group_of: dict[int, list[int]] = {}
    readers = _n_readers(table.layers)
    for place, layer in enumerate(table.layers):
        group = group_of.get(layer.sources[0]) if len(layer.sources) == 1 else None
        if is_fused and group and readers[group[-1]] == 1 and _joins(layer, group, table):
            group.append(place)
        else:
            group = [place]
            groups.append(group)
        group_of[place] = group
    return tuple(_placed([table.layers[i] for i in group], group) for group in groups)


def _joins(layer: Layer, group: Sequence[int], table: LayerTable) -> bool:
    """Whether a runtime fuses a layer with those that it follows."""
    layers = [table.layers[place] for place in group]
    if group[-1] not in layer.sources or layers[0].family not in CONTRACTIONS:
        return False
    last = layers[-1].family
    if last in ACTIVATIONS:
        return False
    return layer.family in ACTIVATIONS or (layer.family == "norm" and len(layers) == 1)


def _n_readers(layers: Sequence[Layer]) -> dict[int, int]:
    """How many layers read each of them."""
    found = dict.fromkeys(range(-1, len(layers)), 0)
    for layer in layers:
        for source in layer.sources:
            found[source] += 1
    return found


def _placed(layers: Sequence[Layer], places: Sequence[int]) -> Placed:
    operations = [operation for layer in layers for operation in layer.operations]
    operator = Operator(
        name=" + ".join(f"{layer.kind} {layer.detail}".rstrip() for layer in layers),
        output=layers[-1].shape,
        flops=float(sum(o.flops for o in operations)),
        activation_bytes=float(sum(o.activation_bytes for o in operations)),
        weight_bytes=float(sum(o.weight_bytes for o in operations)),
    )
    return Placed(operator, tuple(places))
