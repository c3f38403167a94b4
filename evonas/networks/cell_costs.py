"""What the networks of benchmarks' cells cost, by formula: parameters and multiply-accumulates.

A table answers at once, and building each of its networks to count it would take far longer.
The skeletons are those of NAS-Bench-101 (Ying et al. 2019) and -201 (Dong & Yang 2020).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

STEM_CHANNELS, N_STACKS, N_MODULES = 128, 3, 3  # Ying et al. 2019, for CIFAR-10
N_CHANNELS, N_CLASSES, SIDE = 3, 10, 32
OPERATIONS = ("conv3x3", "conv1x1", "maxpool3x3")
TINY_CHANNELS, N_TINY_CELLS = (16, 32, 64), 5  # Dong & Yang 2020, a stage each
_TAPS = {"conv3x3": 9, "conv1x1": 1, "nor_conv_3x3": 9, "nor_conv_1x1": 1}

Matrix = Sequence[Sequence[int]]  # adjacency, upper triangular; input first, output last


class CellCost(NamedTuple):
    """What a network of cells costs.

    Attributes:
        params: Trainable parameters.
        macs: Multiply-accumulates of one image, batch normalisation and pooling not counted.
    """

    params: int
    macs: int


def edges_cost(
    operations: Sequence[str], *, n_classes: int = N_CLASSES, side: int = SIDE
) -> CellCost:
    """The network of a cell of NAS-Bench-201, as that counts it.

    A stem, three stages of five cells with a residual block of stride 2 in between, and a
    linear layer, of which the bias counts as a multiply-accumulate for each class.

    Args:
        operations: The operations of the cell's six edges.
        n_classes: How many classes the linear layer tells apart.
        side: Side of the square images, in pixels.
    """
    taps = [_TAPS[word] for word in operations if word in _TAPS]
    last = TINY_CHANNELS[-1]
    params = 2 * last + (last + 1) * n_classes
    macs = (last + 1) * n_classes
    layers = [(*(9, N_CHANNELS, TINY_CHANNELS[0]), side, True)]
    for stage, n in enumerate(TINY_CHANNELS):
        if stage:
            side //= 2
            layers += [(9, n // 2, n, side, True), (9, n, n, side, True)]
            layers += [(1, n // 2, n, side, False)]
        layers += N_TINY_CELLS * [(n_taps, n, n, side, True) for n_taps in taps]
    for n_taps, n_in, n_out, at, is_normalised in layers:
        weights = n_taps * n_in * n_out
        params += weights + 2 * n_out * is_normalised
        macs += weights * at * at
    return CellCost(params, macs)


def vertices_cost(matrix: Matrix, operations: Sequence[str]) -> CellCost:
    """The network of a cell of NAS-Bench-101 on images of CIFAR-10.

    Args:
        matrix: Adjacency of the cell's vertices, all of which lie between input and output.
        operations: Words of ``OPERATIONS`` for the inner vertices.
    """
    n_in = n_out = STEM_CHANNELS
    side = SIDE
    layers = [(9 * N_CHANNELS * n_out, n_out, side)]
    for stack in range(N_STACKS):
        if stack:
            side, n_out = side // 2, 2 * n_out
        for _ in range(N_MODULES):
            layers += [(*each, side) for each in _cell(matrix, operations, n_in, n_out)]
            n_in = n_out
    params = sum(weights + 2 * n for weights, n, _ in layers) + (n_out + 1) * N_CLASSES
    macs = sum(weights * at * at for weights, _, at in layers) + n_out * N_CLASSES
    return CellCost(params, macs)


def _cell(
    matrix: Matrix, operations: Sequence[str], n_in: int, n_out: int
) -> Iterator[tuple[int, int]]:
    """Weights and channels of every convolution of one cell."""
    channels = vertex_channels(matrix, n_in=n_in, n_out=n_out)
    for v in range(1, len(matrix)):
        if matrix[0][v]:
            yield n_in * channels[v], channels[v]
    for v, word in enumerate(operations, start=1):
        if word in _TAPS:
            yield _TAPS[word] * channels[v] ** 2, channels[v]


def vertex_channels(matrix: Matrix, *, n_in: int, n_out: int) -> tuple[int, ...]:
    """Channels of every vertex (Ying et al. 2019, section 2.2 and the published code).

    Those that the output joins share its channels as evenly as can be, the first ones taking
    what is left over; every other has as many as the widest that it feeds.
    """
    last = len(matrix) - 1
    channels = [n_in, *[0] * (last - 1), n_out]
    joined = [v for v in range(1, last) if matrix[v][last]]
    for i, v in enumerate(joined):
        channels[v] = n_out // len(joined) + (i < n_out % len(joined))
    for v in range(last - 1, 0, -1):
        if not matrix[v][last]:
            channels[v] = max(channels[u] for u in range(v + 1, last) if matrix[v][u])
    return tuple(channels)
