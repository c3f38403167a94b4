"""Networks as strangers write them, brought to where they can be counted or trained."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from itertools import chain

import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from evonas.networks.inputs import Input, Inputs, as_inputs

META = torch.device("meta")


def completed(model: object, inputs: Inputs, *, of: str = "build") -> nn.Module:
    """A network whose lazy modules have their shapes, found by one pass in evaluation.

    Args:
        model: What a user's code gave for a network; changed in place.
        inputs: What one input of the network is.
        of: What an error calls the code that gave it.

    Raises:
        ValueError: It is no network.
    """
    if not isinstance(model, nn.Module):
        hint = "; does it return its network?" if model is None else ""
        raise ValueError(f"{of} gives a {type(model).__name__}; expected a nn.Module{hint}")
    tensors = [*model.parameters(), *model.buffers()]
    if any(is_lazy(tensor) for tensor in tensors):
        was_training = model.training
        device = next((t.device for t in tensors), torch.get_default_device())
        with torch.no_grad():
            model.eval()(*made(as_inputs(inputs), device))
        model.train(was_training)
    return model


def built(build: Callable[[], nn.Module], inputs: Inputs) -> nn.Module:
    """A network on the processor, equal in every call; torch's random state stays as it was."""
    with torch.random.fork_rng(devices=[]), torch.device("cpu"):
        torch.manual_seed(0)
        return completed(build(), inputs)


def without_values(model: nn.Module) -> nn.Module:
    """A copy on the meta device, in which what is one tensor remains one.

    Args:
        model: The network, with its values; left as it is.
    """
    memo: dict[int, object] = {}
    for tensor in chain(model.parameters(), model.buffers()):
        empty = tensor.detach().to(META)
        is_weight = isinstance(tensor, nn.Parameter)
        memo[id(tensor)] = (
            nn.Parameter(empty, requires_grad=tensor.requires_grad) if is_weight else empty
        )
    return copy.deepcopy(model, memo)


def made(inputs: Sequence[Input], device: torch.device) -> list[Tensor]:
    """Inputs of a batch of one: noise, the same in every call, and zeros for whole numbers."""
    generator = torch.Generator().manual_seed(0)
    tensors = []
    for each in inputs:
        dtype = getattr(torch, each.dtype)
        shape = (1, *each.shape)
        if device == META or not dtype.is_floating_point:
            tensors.append(torch.zeros(shape, dtype=dtype, device=device))
        else:
            noise = torch.rand(shape, generator=generator, device="cpu")
            tensors.append(noise.to(device=device, dtype=dtype))
    return tensors
