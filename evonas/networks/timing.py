"""Passes of networks, made to be timed: of training, and of inference."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

from evonas.networks.clocks import TimedPass, clock_of, shortest_of_rounds
from evonas.networks.layout import in_first_layout, laid_out, lay_out
from evonas.networks.outputs import logits_of

LONG_ENOUGH_S = 0.5  # of the repeats of one pass alone, once there are enough of them


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
        On a processor the time for which it was busy with the pass, see ``clocks``.
    """
    made = inference_pass(model, shape, batch=batch, device=device)
    return shortest_of_rounds([made], seconds=LONG_ENOUGH_S)[0]


def training_seconds(
    model: nn.Module, shape: tuple[int, ...], *, batch: int, device: torch.device
) -> float:
    """Time of one training step: forward, backward and update; see ``inference_seconds``."""
    made = training_pass(model, shape, batch=batch, device=device)
    return shortest_of_rounds([made], seconds=LONG_ENOUGH_S)[0]


def inference_pass(
    model: nn.Module, shape: tuple[int, ...], *, batch: int, device: torch.device
) -> TimedPass:
    """A forward pass without gradients that has run once; see ``inference_seconds``."""

    def made(layout: torch.memory_format) -> TimedPass:
        lay_out(model.eval(), layout)
        images = laid_out(_images(shape, batch=batch, device=device), layout)

        def once() -> None:
            with torch.inference_mode():
                model(images)

        once()  # the first pass chooses kernels and takes memory
        return TimedPass(once, clock_of(device), model.eval)

    return in_first_layout(made)


def training_pass(
    model: nn.Module, shape: tuple[int, ...], *, batch: int, device: torch.device
) -> TimedPass:
    """A training step that has run once; see ``training_seconds``."""

    def made(layout: torch.memory_format) -> TimedPass:
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

        once()
        return TimedPass(once, clock_of(device), model.train)

    return in_first_layout(made)


def _images(shape: tuple[int, ...], *, batch: int, device: torch.device) -> torch.Tensor:
    generator = torch.Generator().manual_seed(0)
    return torch.randn(batch, *shape, generator=generator).to(device)
