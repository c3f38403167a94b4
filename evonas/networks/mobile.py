"""The layers of the MobileNets: inverted bottlenecks, and squeeze and excitation."""

from __future__ import annotations

from torch import Tensor, nn

from evonas.networks.blocks import convolution
from evonas.networks.chain import Branch, Part

SQUEEZED_TO = 4  # squeeze and excitation has a quarter of the channels, Howard et al. 2019


def divisible(width: float, by: int = 8) -> int:
    """The number of channels next to a width that devices like: a multiple, never far below.

    Sandler et al. 2018, published code: rounded to the nearest multiple, half of it up, but to
    no less than 90 % of the width.

    Args:
        width: How many channels there were to be.
        by: What the number is a multiple of.
    """
    rounded = max(by, int(width + by / 2) // by * by)
    return rounded if rounded >= 0.9 * width else rounded + by


class SqueezeExcite(nn.Module):
    """Weigh every channel by what the means of all channels say (Hu et al. 2018).

    As in MobileNetV3 (Howard et al. 2019): two 1x1 convolutions with bias, a quarter of the
    channels between them, ReLU and a hard sigmoid.
    """

    def __init__(self, n_channels: int) -> None:
        super().__init__()
        n_squeezed = divisible(n_channels // SQUEEZED_TO)
        self.weigh = nn.Sequential(
            nn.AdaptiveAvgPool2d(1),
            nn.Conv2d(n_channels, n_squeezed, 1),
            nn.ReLU(inplace=True),
            nn.Conv2d(n_squeezed, n_channels, 1),
            nn.Hardsigmoid(),
        )

    def forward(self, images: Tensor) -> Tensor:
        """Scale the channels of ``(n, n_channels, h, w)``."""
        scaled: Tensor = images * self.weigh(images)
        return scaled


def mbconv(
    n_in: int,
    n_out: int,
    *,
    n_inside: int,
    kernel: int,
    stride: int,
    activation: str,
    excites: bool = False,
) -> Part:
    """Expand, filter by depth, project; a shortcut where shapes agree.

    The inverted bottleneck of MobileNetV2 (Sandler et al. 2018), and of MobileNetV3 (Howard et
    al. 2019) with squeeze and excitation behind the filter. Nothing is expanded where there
    are as many channels inside as outside.

    Args:
        n_in: Channels that the layer takes.
        n_out: Channels that the layer gives.
        n_inside: Channels that are filtered.
        kernel: Side of the filters, in pixels.
        stride: 2 where the layer halves its map, else 1.
        activation: What follows the expansion and the filter, one of ``ACTIVATIONS``.
        excites: Whether squeeze and excitation follows the filter.
    """
    expand = Part.of(convolution, n_in, n_inside, kernel=1, activation=activation)
    shape = {"kernel": kernel, "stride": stride, "groups": n_inside}
    parts = [
        *([expand] if n_inside != n_in else []),
        Part.of(convolution, n_inside, n_inside, **shape, activation=activation),
        *([Part.of(SqueezeExcite, n_inside)] if excites else []),
        Part.of(convolution, n_inside, n_out, kernel=1, activation=None),
    ]
    return Part.of(Branch, *parts, has_shortcut=stride == 1 and n_in == n_out)


class Resize(nn.Module):
    """Images of another size, by bilinear interpolation."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size = size

    def forward(self, images: Tensor) -> Tensor:
        """Turn ``(n, channels, h, w)`` into ``(n, channels, size, size)``."""
        resized: Tensor = nn.functional.interpolate(
            images, size=(self.size, self.size), mode="bilinear", align_corners=False
        )
        return resized

    def extra_repr(self) -> str:
        """The size, which is all there is."""
        return f"size={self.size}"
