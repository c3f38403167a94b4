"""How much of the input one position of a feature map sees, operator by operator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatch
from typing import Any

import torch
from torch import Tensor

from evonas.networks.formulas import is_contraction

REDUCTIONS = ("mean", "sum", "amax", "amin", "var*", "std*", "logsumexp")
WINDOWS = ("max_pool?d*", "avg_pool?d")
KEEPING = (  # by their places: what they put together lies at one place already
    *("cat", "stack", "clone", "copy", "_to_copy", "constant_pad_nd", "repeat"),
    *("channel_shuffle", "native_channel_shuffle"),
    *("native_batch_norm", "_native_batch_norm*", "cudnn_batch_norm", "batch_norm*"),
    *("gelu", "hardsigmoid", "hardswish", "hardtanh", "leaky_relu", "glu", "_prelu_kernel"),
)


@dataclass(frozen=True)
class ReceptiveField:
    """What one position of a feature map sees of the input.

    Attributes:
        size: How many positions of the input it sees in each dimension, those beyond the
            margin included.
        jump: How many positions of the input lie between two neighbours of the map.
        grid: How many positions the map itself has in each dimension.
        is_whole: Whether it sees the whole input, whatever that measures.
    """

    size: tuple[int, ...]
    jump: tuple[int, ...]
    grid: tuple[int, ...]
    is_whole: bool = False

    @classmethod
    def of_input(cls, shape: Sequence[int]) -> ReceptiveField | None:
        """That of the input itself, where it has channels and then places.

        Args:
            shape: Shape of one input without the batch.
        """
        grid = tuple(shape[1:])
        ones = (1,) * len(grid)
        return cls(ones, ones, grid) if grid else None

    def windowed(
        self, kernel: Sequence[int], stride: Sequence[int], dilation: Sequence[int]
    ) -> ReceptiveField | None:
        """After a window has gone over the map; ``None`` where it has other dimensions."""
        n = len(self.size)
        sides = [
            tuple(side) * n if len(side) == 1 else _flattened(side, n)
            for side in (kernel, stride, dilation)
        ]
        if any(len(side) != n for side in sides):
            return None
        steps = list(zip(*sides, strict=True))
        size = tuple(
            own + d * (k - 1) * j
            for own, j, (k, _, d) in zip(self.size, self.jump, steps, strict=True)
        )
        jump = tuple(j * s for j, (_, s, _) in zip(self.jump, steps, strict=True))
        return replace(self, size=size, jump=jump)

    def everything(self) -> ReceptiveField:
        """After all positions of the map have been put together."""
        alone = all(side == 1 for side in self.grid)  # then there was one position only
        return replace(self, is_whole=self.is_whole or not alone)


Field = ReceptiveField | None


def joined(fields: Sequence[Field]) -> Field:
    """What sees all that any of several sees; ``None`` where one of them is unknown."""
    known = [field for field in fields if field is not None]
    if any(field.is_whole for field in known):
        return next(field for field in known if field.is_whole)
    if len(known) < len(fields) or not known or len({len(f.size) for f in known}) > 1:
        return None
    sizes, jumps, grids = (
        tuple(map(max, zip(*(getattr(field, what) for field in known), strict=True)))
        for what in ("size", "jump", "grid")
    )
    return ReceptiveField(sizes, jumps, grids)


def field_after(func: Any, args: Sequence[Any], out: Any, *, given: Sequence[Field]) -> Field:
    """The receptive field after an operator; ``None`` where that cannot be told.

    Args:
        func: The operator.
        args: The arguments of the operator by position.
        out: What the operator gave.
        given: The receptive fields of the activations that it read.
    """
    name = func.overloadpacket.__name__.rstrip("_")
    before = joined(given)
    if before is None:
        n = _n_places(args)
        gathers = _is(name, REDUCTIONS) and n > 1 and _reduced(args, n=n) == "all"
        return ReceptiveField((0,) * n, (0,) * n, (1,) * n, is_whole=True) if gathers else None
    if before.is_whole:
        return before
    after = _after(func, name, args, before=before)
    if after is None or after.is_whole or func.is_view:
        return after
    shape, n = _first(out).shape, len(after.grid)
    return replace(after, grid=tuple(shape[-n:])) if _is_map(shape, n) else after


def _after(func: Any, name: str, args: Sequence[Any], *, before: ReceptiveField) -> Field:
    n = len(before.size)
    if name == "convolution":
        _, weight, _, stride, _, dilation, is_transposed, *_ = args
        kernel = tuple(weight.shape[2:])
        return None if is_transposed else before.windowed(kernel, stride, dilation)
    if _is(name, WINDOWS):
        kernel, stride = args[1], (args[2] if len(args) > 2 else ()) or args[1]
        is_dilated = name.startswith("max") and len(args) > 4
        return before.windowed(kernel, stride, args[4] if is_dilated else (1,))
    if fnmatch(name, "*adaptive_*_pool?d"):
        return _adaptive(args, before=before)
    if _is(name, REDUCTIONS):
        reduced = _reduced(args, n=n)
        return {"all": before.everything(), "none": before}.get(reduced)
    if name in ("native_group_norm", "native_layer_norm"):
        is_local = name == "native_layer_norm" and len(args[1]) == 1
        return before if is_local else before.everything()
    if name == "native_batch_norm" and args[5]:  # of an image alone, as instance norm
        return before.everything()
    if is_contraction(func):
        return _contracted(args, before=before)
    is_local = torch.Tag.pointwise in func.tags or _is(name, KEEPING)
    return before if is_local else None


def _adaptive(args: Sequence[Any], *, before: ReceptiveField) -> Field:
    if all(side == 1 for side in args[1]):
        return before.everything()
    pairs = list(zip(before.grid, _flattened(args[1], len(before.grid)), strict=False))
    if any(own % side for own, side in pairs):
        return None
    stride = [own // side for own, side in pairs]
    return before.windowed(stride, stride, (1,))


def _reduced(args: Sequence[Any], *, n: int) -> str:
    """Which of the places a reduction puts together: all, none, or some."""
    tensor = args[0]
    dims = args[1] if len(args) > 1 else None
    if not dims and dims != 0:
        return "all"
    named = {dim % tensor.ndim for dim in (dims if isinstance(dims, (list, tuple)) else [dims])}
    places = set(range(tensor.ndim - n, tensor.ndim))
    if not _is_map(tensor.shape, n):
        return "some"
    return "all" if places <= named else "none" if not places & named else "some"


def _contracted(args: Sequence[Any], *, before: ReceptiveField) -> Field:
    """After a matrix product with weights: place by place, or of all places at once."""
    factors = [t for t in args if isinstance(t, Tensor) and t.ndim >= 2]
    if len(factors) < 2 or factors[-2].ndim != 2:
        return None  # such as attention, of activations with activations
    n_rows = factors[-2].shape[0]
    return before.everything() if n_rows == 1 else before


def _is_map(shape: Sequence[int], n: int) -> bool:
    """Whether a tensor has n axes of places; a sequence may lie in an image one pixel high."""
    return len(shape) >= n + 2 and all(side == 1 for side in shape[2 : len(shape) - n])


def _flattened(sides: Sequence[int], n: int) -> tuple[int, ...]:
    """Sides of a window without those across a sequence, which are 1."""
    n_across = max(0, len(sides) - n)
    return tuple(sides[n_across if set(sides[:n_across]) <= {1} else 0 :])


def _n_places(args: Sequence[Any]) -> int:
    return max(0, args[0].ndim - 2) if args and isinstance(args[0], Tensor) else 0


def _first(out: Any) -> Any:
    return out[0] if isinstance(out, (tuple, list)) else out


def _is(name: str, patterns: Sequence[str]) -> bool:
    return any(fnmatch(name, pattern) for pattern in patterns)
