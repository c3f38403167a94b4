"""The building blocks that the shipped spaces share: convolution, batch norm, activation."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

from torch import Tensor, nn

ACTIVATIONS: dict[str, Callable[[], nn.Module]] = {
    "relu": lambda: nn.ReLU(inplace=True),
    "relu6": lambda: nn.ReLU6(inplace=True),
    "silu": lambda: nn.SiLU(inplace=True),
    "hard_swish": lambda: nn.Hardswish(inplace=True),
}


def convolution(
    n_in: int,
    n_out: int,
    *,
    kernel: int = 3,
    stride: int = 1,
    groups: int = 1,
    activation: str | None = "relu",
) -> nn.Sequential:
    """A padded convolution without bias, then batch norm, then the activation if any."""
    layers: OrderedDict[str, nn.Module] = OrderedDict(
        convolution=nn.Conv2d(
            n_in, n_out, kernel, stride, kernel // 2, groups=groups, bias=False
        ),
        norm=nn.BatchNorm2d(n_out),
    )
    if activation is not None:
        layers["activation"] = ACTIVATIONS[activation]()
    return nn.Sequential(layers)


def depthwise_separable(
    n_in: int, n_out: int, *, kernel: int, stride: int, activation: str
) -> nn.Sequential:
    """A depthwise then a pointwise convolution (Howard et al. 2017, MobileNets)."""
    return nn.Sequential(
        convolution(
            n_in, n_in, kernel=kernel, stride=stride, groups=n_in, activation=activation
        ),
        convolution(n_in, n_out, kernel=1, activation=activation),
    )


class InvertedResidual(nn.Module):
    """Expand, filter by depth, project; a shortcut where shapes agree.

    Sandler et al. 2018, MobileNetV2: no activation after the projection.
    """

    def __init__(
        self,
        n_in: int,
        n_out: int,
        *,
        kernel: int,
        stride: int,
        expansion: int,
        activation: str = "relu",
    ) -> None:
        super().__init__()
        n_wide = n_in * expansion
        self.has_shortcut = stride == 1 and n_in == n_out
        self.branch = nn.Sequential(
            convolution(n_in, n_wide, kernel=1, activation=activation),
            convolution(
                n_wide,
                n_wide,
                kernel=kernel,
                stride=stride,
                groups=n_wide,
                activation=activation,
            ),
            convolution(n_wide, n_out, kernel=1, activation=None),
        )

    def forward(self, images: Tensor) -> Tensor:
        """Transform ``(n, n_in, h, w)`` to ``(n, n_out, h / stride, w / stride)``."""
        filtered: Tensor = self.branch(images)
        return images + filtered if self.has_shortcut else filtered


class _Residual(nn.Module):
    """A branch around which there is a shortcut, and an activation behind their sum.

    Where shapes differ the shortcut is a 1x1 convolution with batch norm.
    """

    def __init__(
        self, branch: nn.Sequential, n_in: int, n_out: int, *, stride: int, activation: str
    ) -> None:
        super().__init__()
        self.branch = branch
        self.shortcut: nn.Module = nn.Identity()
        if stride != 1 or n_in != n_out:
            self.shortcut = convolution(n_in, n_out, kernel=1, stride=stride, activation=None)
        self.activation = ACTIVATIONS[activation]()

    def forward(self, images: Tensor) -> Tensor:
        """Transform ``(n, n_in, h, w)`` to ``(n, n_out, h / stride, w / stride)``."""
        out: Tensor = self.activation(self.branch(images) + self.shortcut(images))
        return out


class Residual(_Residual):
    """Two convolutions around a shortcut (He et al. 2016, basic block)."""

    def __init__(
        self, n_in: int, n_out: int, *, kernel: int, stride: int, activation: str
    ) -> None:
        branch = nn.Sequential(
            convolution(n_in, n_out, kernel=kernel, stride=stride, activation=activation),
            convolution(n_out, n_out, kernel=kernel, activation=None),
        )
        super().__init__(branch, n_in, n_out, stride=stride, activation=activation)


class Bottleneck(_Residual):
    """Narrow, filter and widen around a shortcut (He et al. 2016, bottleneck block).

    The filter has the stride, as in torchvision, and not the first convolution, as in the
    paper. It gives four times its width in channels.
    """

    EXPANSION = 4  # channels that it gives, for each channel inside

    def __init__(self, n_in: int, width: int, *, stride: int, activation: str = "relu") -> None:
        n_out = self.EXPANSION * width
        branch = nn.Sequential(
            convolution(n_in, width, kernel=1, activation=activation),
            convolution(width, width, stride=stride, activation=activation),
            convolution(width, n_out, kernel=1, activation=None),
        )
        super().__init__(branch, n_in, n_out, stride=stride, activation=activation)


def stem(
    n_in: int, width: int, n_halvings: int, *, last_activation: str | None = "relu"
) -> nn.Sequential:
    """Convolutions that each halve the images; one that does not, where none is to halve.

    Args:
        n_in: Channels of the images.
        width: Channels of what every convolution gives.
        n_halvings: How often the images are halved.
        last_activation: What follows the last convolution; nothing if ``None``.
    """
    strides = [2] * n_halvings or [1]
    widths = [n_in, *[width] * (len(strides) - 1)]
    activations = [*["relu"] * (len(strides) - 1), last_activation]
    return nn.Sequential(
        *(
            convolution(n, width, stride=stride, activation=activation)
            for n, stride, activation in zip(widths, strides, activations, strict=True)
        )
    )


class Classifier(nn.Module):
    """Global average pooling and one linear layer."""

    def __init__(self, n_in: int, n_classes: int) -> None:
        super().__init__()
        self.linear = nn.Linear(n_in, n_classes)

    def forward(self, images: Tensor) -> Tensor:
        """Turn ``(n, n_in, h, w)`` into logits, ``(n, n_classes)``."""
        logits: Tensor = self.linear(images.mean((2, 3)))
        return logits


class ActivatedClassifier(nn.Module):
    """Batch norm, ReLU, global average pooling and one linear layer.

    For maps of parts that begin with an activation and end without one, as cells do.

    Args:
        n_in: Channels of the feature map.
        n_classes: How many logits there are.
    """

    def __init__(self, n_in: int, n_classes: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(n_in)
        self.linear = nn.Linear(n_in, n_classes)

    def forward(self, features: Tensor) -> Tensor:
        """Turn ``(n, n_in, h, w)`` or ``(n, n_in, length)`` into logits, ``(n, n_classes)``."""
        maps = features if features.ndim == 4 else features[..., None]
        logits: Tensor = self.linear(self.norm(maps).relu().mean((2, 3)))
        return logits
