"""The building blocks of networks for sequences: as those for images, along one axis."""

from __future__ import annotations

from collections import OrderedDict

from torch import Tensor, nn

from evonas.networks.blocks import ACTIVATIONS

POOLINGS = {"max": nn.MaxPool1d, "average": nn.AvgPool1d}


def temporal_convolution(
    n_in: int,
    n_out: int,
    *,
    kernel: int = 3,
    dilation: int = 1,
    groups: int = 1,
    activation: str | None = "relu",
) -> nn.Sequential:
    """A convolution that keeps the length, without bias, then batch norm and activation if any.

    Where the margins cannot be equal, as with a kernel of 8, the later one is the larger.
    """
    margin = dilation * (kernel - 1)
    before, after = margin // 2, margin - margin // 2
    shared = before if before == after else 0
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    if before != after:
        layers["padding"] = nn.ConstantPad1d((before, after), 0.0)
    layers["convolution"] = nn.Conv1d(
        n_in, n_out, kernel, padding=shared, dilation=dilation, groups=groups, bias=False
    )
    layers["norm"] = nn.BatchNorm1d(n_out)
    if activation is not None:
        layers["activation"] = ACTIVATIONS[activation]()
    return nn.Sequential(layers)


def temporal_separable(n_in: int, n_out: int, *, kernel: int, dilation: int) -> nn.Sequential:
    """A depthwise then a pointwise convolution (Howard et al. 2017, MobileNets)."""
    return nn.Sequential(
        temporal_convolution(n_in, n_in, kernel=kernel, dilation=dilation, groups=n_in),
        temporal_convolution(n_in, n_out, kernel=1),
    )


class TemporalResidual(nn.Module):
    """Two dilated convolutions around a shortcut, as in the TCN of Bai et al. 2018.

    We differ in that the convolutions see as much of what follows as of what was before, for
    whole sequences are classified, and in batch norm where theirs have weight norm and dropout.
    Where widths differ the shortcut is a convolution of kernel 1 with batch norm.
    """

    def __init__(self, n_in: int, n_out: int, *, kernel: int, dilation: int) -> None:
        super().__init__()
        self.branch = nn.Sequential(
            temporal_convolution(n_in, n_out, kernel=kernel, dilation=dilation),
            temporal_convolution(
                n_out, n_out, kernel=kernel, dilation=dilation, activation=None
            ),
        )
        self.shortcut: nn.Module = nn.Identity()
        if n_in != n_out:
            self.shortcut = temporal_convolution(n_in, n_out, kernel=1, activation=None)
        self.activation = nn.ReLU(inplace=True)

    def forward(self, sequences: Tensor) -> Tensor:
        """Transform ``(n, n_in, length)`` to ``(n, n_out, length)``."""
        out: Tensor = self.activation(self.branch(sequences) + self.shortcut(sequences))
        return out


class TemporalClassifier(nn.Module):
    """The mean over all steps and one linear layer."""

    def __init__(self, n_in: int, n_classes: int) -> None:
        super().__init__()
        self.linear = nn.Linear(n_in, n_classes)

    def forward(self, sequences: Tensor) -> Tensor:
        """Turn ``(n, n_in, length)`` into logits, ``(n, n_classes)``."""
        logits: Tensor = self.linear(sequences.mean(2))
        return logits
