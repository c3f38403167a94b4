"""Wall-clock time of networks, measured."""

from __future__ import annotations

import time
from collections.abc import Callable

import torch
from torch import nn
from torch.nn import functional

from evonas.networks.layout import in_first_layout, laid_out, lay_out
from evonas.networks.outputs import logits_of

MIN_REPEATS = 5
MAX_REPEATS = 50
LONG_ENOUGH_S = 0.15  # of repeats, once there are enough of them


def inference_seconds(
    model: nn.Module, shape: tuple[int, ...], *, batch: int, device: torch.device
) -> float:
    """Time of one forward pass without gradients.

    Args:
        model: The network to be timed, on ``device``.
        shape: Shape of one input without the batch, ``(channels, height, width)``.
        batch: How many inputs pass at a time.
        device: Where the network is and the pass runs.

    Returns:
        The shortest of several passes: whatever else the machine does only makes them longer.
    """

    def timed(layout: torch.memory_format) -> float:
        lay_out(model.eval(), layout)
        images = laid_out(_images(shape, batch=batch, device=device), layout)

        def once() -> None:
            with torch.inference_mode():
                model(images)

        return _shortest(once, device)

    return in_first_layout(timed)


def training_seconds(
    model: nn.Module, shape: tuple[int, ...], *, batch: int, device: torch.device
) -> float:
    """Time of one training step: forward, backward and update; see ``inference_seconds``."""

    def timed(layout: torch.memory_format) -> float:
        lay_out(model.train(), layout)
        images = laid_out(_images(shape, batch=batch, device=device), layout)
        optimizer = torch.optim.SGD(model.parameters(), lr=1e-6, momentum=0.9, fused=True)
        n_classes = logits_of(model(images)).shape[1]
        labels = torch.arange(batch, device=device) % n_classes

        def once() -> None:
            optimizer.zero_grad(set_to_none=True)
            loss: torch.Tensor = functional.cross_entropy(logits_of(model(images)), labels)
            loss.backward()
            optimizer.step()

        return _shortest(once, device)

    return in_first_layout(timed)


def _images(shape: tuple[int, ...], *, batch: int, device: torch.device) -> torch.Tensor:
    generator = torch.Generator().manual_seed(0)
    return torch.randn(batch, *shape, generator=generator).to(device)


def _shortest(once: Callable[[], None], device: torch.device) -> float:
    once()  # the first pass chooses kernels and takes memory
    seconds: list[float] = []
    while len(seconds) < MIN_REPEATS or (
        sum(seconds) < LONG_ENOUGH_S and len(seconds) < MAX_REPEATS
    ):
        _wait(device)
        started = time.perf_counter()
        once()
        _wait(device)
        seconds.append(time.perf_counter() - started)
    return min(seconds)


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
