"""How images lie in memory: channels last where a network bears that, else channels first."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import torch
from torch import Tensor, nn

T = TypeVar("T")

FAST, PLAIN = torch.channels_last, torch.contiguous_format
LEAST_CHANNELS = 8  # of a strided 1 x 1 convolution with channels last


def in_first_layout(work: Callable[[torch.memory_format], T]) -> T:
    """Do something with a network in the first layout in which that can be done.

    Convolutions of small images run up to twice as fast with channels last, but code such as
    ``x.view(n, -1)`` after one of them takes channels first for granted. Which layout it is
    depends on the network alone: work that fails in both fails by the error of the second.

    Args:
        work: Does it all in the layout that it is given, and fails with a ``RuntimeError``
            where the network does not bear it. Called again, it begins anew.
    """
    try:
        return work(FAST)
    except torch.OutOfMemoryError:
        raise
    except RuntimeError:
        pass  # and let go of what the error's traceback holds
    return work(PLAIN)


def first_layout(model: nn.Module) -> torch.memory_format:
    """The layout to begin with: channels last, if its gradients can be trusted.

    Those of a strided 1 x 1 convolution of fewer than eight channels cannot, on a CPU with AVX2
    and no AVX-512: oneDNN writes past what it has reserved, and what follows is a wrong
    gradient, a training without end or the end of the process (uxlfoundation/oneDNN, issue
    6035). Such a network has channels first on every CPU, so that all count alike.

    Args:
        model: The network, on any device.
    """
    is_at_risk = any(
        isinstance(layer, nn.Conv2d)
        and layer.weight.device.type == "cpu"
        and set(layer.kernel_size) == {1}
        and max(layer.stride) > 1
        and layer.in_channels // layer.groups < LEAST_CHANNELS
        for layer in model.modules()
    )
    return PLAIN if is_at_risk else FAST


def laid_out(images: Tensor, layout: torch.memory_format) -> Tensor:
    """The same images in a layout.

    Where an axis has one entry a tensor is in both layouts, and its strides still tell torch
    in which one the next layers shall go on; so a plain one is always made anew. What is no
    image, such as a sequence, has channels first in either.

    Args:
        images: Images ``(n, channels, height, width)``, or other inputs.
        layout: How they shall lie in memory.
    """
    if images.ndim != 4:
        return images.contiguous()
    if layout == FAST:
        return images.contiguous(memory_format=FAST)
    return images.clone(memory_format=PLAIN)


def lay_out(model: nn.Module, layout: torch.memory_format) -> None:
    """Bring the weights of a network, in place, into a layout; see ``laid_out``.

    Args:
        model: The network, on any device.
        layout: How kernels ``(outputs, inputs, height, width)`` shall lie in memory.

    Raises:
        RuntimeError: Channels last are asked for where ``first_layout`` is another.
    """
    if layout == FAST:
        if first_layout(model) != FAST:
            raise RuntimeError("channels last are not safe for one of the convolutions")
        model.to(memory_format=FAST)
        return
    for tensor in (*model.parameters(), *model.buffers()):
        if tensor.ndim == 4:
            tensor.data = tensor.data.clone(memory_format=PLAIN)
