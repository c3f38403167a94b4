"""Cells whose nodes sum what operations make of the nodes before them.

Such are the cells of NAS-Bench-201 (Dong & Yang 2020). They have four nodes: the first is the
input, every other has an edge from each node before it, and the last is the output.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from itertools import chain, groupby, permutations, product

from torch import Tensor, nn

from evonas.networks.cell_strings import CELL_OPERATIONS, EDGES, N_NODES
from evonas.networks.primitives import NONE, SKIP, Zero, primitive

LAST = N_NODES - 1
WEIGHTLESS = frozenset({"avg_pool_3x3"})
KERNELS = {"nor_conv_1x1": 1, "nor_conv_3x3": 3}

Operations = tuple[str, ...]  # six, one for every edge
Term = tuple[str, "Value", int]  # an operation, what it takes, and the edge that has weights
Value = tuple[Term, ...]  # the sum of them, in a sorted row
INPUT: Term = ("", (), -1)


class SumCell(nn.Module):
    """A cell that keeps size and channels.

    An edge of which the operation is ``none`` is not built; a node without others is zero.

    Args:
        operations: The operation of every edge, in the order of ``EDGES``.
        n_channels: Channels of what it takes and of what it gives.
    """

    def __init__(self, operations: Operations, n_channels: int) -> None:
        super().__init__()
        kept = {e: word for e, word in zip(EDGES, operations, strict=True) if word != NONE}
        self.sources = {
            node: [source for source, target in kept if target == node]
            for node in range(1, N_NODES)
            if node == LAST or any(node in edge for edge in kept)
        }
        self.edges = nn.ModuleDict(
            {f"{source}_{node}": _made(w, n_channels) for (source, node), w in kept.items()}
        )
        self.zero = Zero()

    def forward(self, images: Tensor) -> Tensor:
        """Transform ``(n, n_channels, h, w)`` to the same shape."""
        values = {0: images}
        for node, sources in self.sources.items():
            terms = [self.edges[f"{source}_{node}"](values[source]) for source in sources]
            values[node] = terms[0] if terms else self.zero(images)
            for term in terms[1:]:
                values[node] = values[node] + term
        return values[LAST]


def _made(word: str, n_channels: int) -> nn.Module:
    if word in KERNELS:
        return relu_convolution(n_channels, n_channels, kernel=KERNELS[word])
    return primitive(word, n_channels)


def relu_convolution(n_in: int, n_out: int, *, kernel: int, stride: int = 1) -> nn.Sequential:
    """ReLU, then a padded convolution without bias, then batch norm."""
    convolution = nn.Conv2d(n_in, n_out, kernel, stride, kernel // 2, bias=False)
    return nn.Sequential(nn.ReLU(), convolution, nn.BatchNorm2d(n_out))


def function_of(operations: Operations) -> Value:
    """What a cell computes: equal for two cells exactly if they compute the same.

    That is, if to any weights of one there are weights of the other that make them agree on
    all inputs. A skip hands on what it takes; ``none``, and whatever takes nothing but
    ``none``, adds nothing; poolings of the same are the same; convolutions are the same where
    one convolution is meant, so that two of them on the same input are not one, twice. As in
    the benchmark, a convolution of zeros counts as zeros, though in a training its batch norm
    could learn a constant. The sum of two poolings and the pooling of a sum differ: they
    agree up to rounding, but take more work and less.

    Args:
        operations: The operation of every edge, in the order of ``EDGES``.
    """
    return _numbered(_value(operations))


def folded(operations: Operations) -> Operations:
    """The cell that stands for all that compute the same.

    It has the fewest operations but skips among them, of those the fewest edges, and of those
    it is the first in the order of ``CELL_OPERATIONS``; so nothing in it is in vain.

    Args:
        operations: The operation of every edge, in the order of ``EDGES``.
    """
    return _representatives()[operations]


@cache
def _representatives() -> Mapping[Operations, Operations]:
    """By every cell the one that stands for it; takes some tenths of a second."""
    cells = sorted(product(CELL_OPERATIONS, repeat=len(EDGES)), key=_effort)
    first = dict[Value, Operations]()
    return {cell: first.setdefault(function_of(cell), cell) for cell in cells}


def _effort(operations: Operations) -> tuple[int, int, tuple[int, ...]]:
    n_skips, n_none = operations.count(SKIP), operations.count(NONE)
    n_edges = len(operations) - n_none
    return n_edges - n_skips, n_edges, tuple(map(CELL_OPERATIONS.index, operations))


def _value(operations: Operations) -> Value:
    """The sum that the last node is, its convolutions told apart by their edges."""
    values, terms = list[Value]([(INPUT,)]), list[Term]()
    for place, (source, node) in enumerate(EDGES):
        terms += _added(operations[place], values[source], place)
        if source == node - 1:
            values.append(tuple(sorted(terms)))
            terms = []
    return values[-1]


@cache
def _added(word: str, value: Value, place: int) -> Value:
    """What an edge makes of the sum that it is given."""
    if word == NONE or not value:
        return ()
    return value if word == SKIP else ((word, value, -1 if word in WEIGHTLESS else place),)


@cache
def _numbered(value: Value) -> Value:
    """One row for all sums that differ in the names of their convolutions alone.

    Where no two convolutions look alike, a sum is known without their numbers. Else it is the
    first row among those of all numberings of those that do.
    """
    pairs = sorted((_unlabelled((term,)), term[2]) for term in _convolutions(value))
    alike = [[label for _, label in group] for _, group in groupby(pairs, lambda p: p[0])]
    if len(alike) == len(pairs):
        return _unlabelled(value)
    orders = product(*(permutations(labels) for labels in alike))
    numberings = (
        {label: number for number, label in enumerate(chain.from_iterable(order))}
        for order in orders
    )
    return min(_relabelled(value, numbering) for numbering in numberings)


@cache
def _convolutions(value: Value) -> frozenset[Term]:
    found = frozenset(term for term in value if term[2] >= 0)
    return found.union(*(_convolutions(term[1]) for term in value))


def _relabelled(value: Value, labels: Mapping[int, int]) -> Value:
    return tuple(
        sorted(
            (word, _relabelled(given, labels), labels.get(label, -1))
            for word, given, label in value
        )
    )


@cache
def _unlabelled(value: Value) -> Value:
    return tuple(sorted((word, _unlabelled(given), -1) for word, given, _ in value))
