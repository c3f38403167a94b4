"""How images lie in memory: channels last where a network bears that, else channels first."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import torch
from torch import Tensor, nn

T = TypeVar("T")

FAST, PLAIN = torch.channels_last, torch.contiguous_format


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
    """
    if layout == FAST:
        model.to(memory_format=FAST)
        return
    for tensor in (*model.parameters(), *model.buffers()):
        if tensor.ndim == 4:
            tensor.data = tensor.data.clone(memory_format=PLAIN)
