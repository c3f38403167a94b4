"""The operations of differentiable architecture search, by the names that papers give them.

They are those of the networks that are trained in the end (Liu, Simonyan & Yang 2019, "DARTS:
Differentiable Architecture Search", and the published code), so batch norm has weights, and
pooling has none. All begin with an activation that leaves alone what it is given, since other
operations of a cell read that too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional

NONE, SKIP = "none", "skip_connect"
DARTS_PRIMITIVES = (
    *(NONE, "max_pool_3x3", "avg_pool_3x3", SKIP),
    *("sep_conv_3x3", "sep_conv_5x5", "dil_conv_3x3", "dil_conv_5x5"),
)


def primitive(name: str, n_channels: int, *, stride: int = 1) -> nn.Module:
    """An operation that keeps the number of channels.

    Args:
        name: One of ``PRIMITIVES``.
        n_channels: Channels of what it takes and of what it gives.
        stride: 1 to keep the size of the map; 2 to halve it, rounded up.

    Raises:
        ValueError: There is no such operation.
    """
    if name not in PRIMITIVES:
        raise ValueError(f"unknown operation {name!r}; choose from {', '.join(PRIMITIVES)}")
    return PRIMITIVES[name](n_channels, stride)


def pointwise(n_in: int, n_out: int) -> nn.Sequential:
    """ReLU, 1x1 convolution, batch norm: brings what a cell is given to the cell's channels."""
    return nn.Sequential(
        nn.ReLU(), nn.Conv2d(n_in, n_out, 1, bias=False), nn.BatchNorm2d(n_out)
    )


class FactorisedReduce(nn.Module):
    """Halve the map by two 1x1 convolutions of stride 2, the second one pixel further on.

    Together they see every other column of every other row twice over, at even and at odd
    places. A map of odd size is bordered by zeros first, as in NAS-Bench-201 (Dong & Yang
    2020); DARTS itself takes even sizes alone.

    Args:
        n_in: Channels of what it takes.
        n_out: Channels of what it gives; the second convolution gives half of them, rounded up.
    """

    def __init__(self, n_in: int, n_out: int) -> None:
        super().__init__()
        self.activation = nn.ReLU()
        self.even = nn.Conv2d(n_in, n_out // 2, 1, stride=2, bias=False)
        self.odd = nn.Conv2d(n_in, n_out - n_out // 2, 1, stride=2, bias=False)
        self.norm = nn.BatchNorm2d(n_out)

    def forward(self, images: Tensor) -> Tensor:
        """Transform ``(n, n_in, h, w)`` to ``(n, n_out, h / 2, w / 2)``, rounded up."""
        active = self.activation(images)
        height, width = active.shape[-2:]
        shifted = active[..., 1:, 1:]
        if height % 2 or width % 2:
            shifted = functional.pad(shifted, (0, width % 2, 0, height % 2))
        halved: Tensor = self.norm(torch.cat([self.even(active), self.odd(shifted)], 1))
        return halved


class Zero(nn.Module):
    """Zeros in place of what is given, which still depend on it.

    Args:
        stride: 1 to keep the size of the map; 2 to halve it, rounded up.
    """

    def __init__(self, stride: int = 1) -> None:
        super().__init__()
        self.stride = stride

    def forward(self, images: Tensor) -> Tensor:
        """Transform ``(n, c, h, w)`` to zeros ``(n, c, h / stride, w / stride)``."""
        return images[..., :: self.stride, :: self.stride] * 0.0


def _skip(n_channels: int, stride: int) -> nn.Module:
    return nn.Identity() if stride == 1 else FactorisedReduce(n_channels, n_channels)


def _max_pool(n_channels: int, stride: int) -> nn.Module:
    return nn.MaxPool2d(3, stride, padding=1)


def _average_pool(n_channels: int, stride: int) -> nn.Module:
    return nn.AvgPool2d(3, stride, padding=1, count_include_pad=False)


def _separable(kernel: int) -> Callable[[int, int], nn.Module]:
    """Twice a depthwise convolution and a pointwise one; the first halves if any does."""
    return lambda n_channels, stride: nn.Sequential(
        *_depthwise_then_pointwise(n_channels, kernel=kernel, stride=stride),
        *_depthwise_then_pointwise(n_channels, kernel=kernel),
    )


def _dilated(kernel: int) -> Callable[[int, int], nn.Module]:
    """Once a depthwise convolution that skips every other pixel, and a pointwise one."""
    return lambda n_channels, stride: nn.Sequential(
        *_depthwise_then_pointwise(n_channels, kernel=kernel, stride=stride, dilation=2)
    )


def _depthwise_then_pointwise(
    n: int, *, kernel: int, stride: int = 1, dilation: int = 1
) -> list[nn.Module]:
    border = dilation * (kernel // 2)
    return [
        nn.ReLU(),
        nn.Conv2d(n, n, kernel, stride, border, dilation, groups=n, bias=False),
        nn.Conv2d(n, n, 1, bias=False),
        nn.BatchNorm2d(n),
    ]


def _by_rows_and_columns(n_channels: int, stride: int) -> nn.Module:
    """A 7x7 convolution in two, along rows and then along columns (NASNet)."""
    return nn.Sequential(
        nn.ReLU(),
        nn.Conv2d(n_channels, n_channels, (1, 7), (1, stride), (0, 3), bias=False),
        nn.Conv2d(n_channels, n_channels, (7, 1), (stride, 1), (3, 0), bias=False),
        nn.BatchNorm2d(n_channels),
    )


PRIMITIVES: Mapping[str, Callable[[int, int], nn.Module]] = {
    NONE: lambda n_channels, stride: Zero(stride),
    "max_pool_3x3": _max_pool,
    "avg_pool_3x3": _average_pool,
    SKIP: _skip,
    "sep_conv_3x3": _separable(3),
    "sep_conv_5x5": _separable(5),
    "sep_conv_7x7": _separable(7),
    "dil_conv_3x3": _dilated(3),
    "dil_conv_5x5": _dilated(5),
    "conv_7x1_1x7": _by_rows_and_columns,
}
