"""What one forward pass costs, counted exactly on the meta device."""

from __future__ import annotations

import math
from collections.abc import Callable
from fnmatch import fnmatch
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_iter
from torch.utils.flop_counter import flop_registry

from evonas.hardware.roofline import Cost, Operation

# Operators that compute but count as no floating-point operations, beside the pointwise ones
# that torch tags as such: norms, pooling, reductions, and moves of memory.
FREE = {
    *("_native_batch_norm_legit", "_native_batch_norm_legit_no_training", "native_batch_norm"),
    *("native_group_norm", "native_layer_norm"),
    *("_adaptive_avg_pool2d", "adaptive_max_pool2d", "avg_pool2d", "max_pool2d_with_indices"),
    *("amax", "max", "mean", "sum", "_log_softmax", "_safe_softmax", "_softmax"),
    *("hardsigmoid", "hardswish", "hardswish_", "hardtanh", "hardtanh_", "leaky_relu"),
    *("_to_copy", "cat", "clone", "constant_pad_nd", "copy_", "index", "pixel_shuffle"),
    *("reflection_pad2d", "replication_pad2d", "upsample_bilinear2d", "upsample_nearest2d"),
}
NOT_A_KERNEL = {
    *("_unsafe_view", "arange", "detach", "empty", "empty_like"),
    *("fill_", "full", "ones", "zeros"),
}
POINTWISE = {"hardsigmoid", "hardswish", "hardtanh", "leaky_relu"}  # though not tagged so
KIND_BY_WORD = {  # patterns of names, without the underscore of those that work in place
    "matmul": ("*mm", "*linear*", "*attention*", "addmv"),
    "norm": ("*norm*",),
    "pool": ("*pool*", "mean"),
    "exponential": ("silu", "elu", "[cgs]elu", "sigmoid", "tanh", "*softmax", "mish", "exp"),
}


def count(build: Callable[[], nn.Module], input_shape: tuple[int, ...]) -> Cost:
    """The cost of one forward pass of one input; see ``count_through``."""
    return count_through(build, input_shape)[0]


def count_through(
    build: Callable[[], nn.Module], input_shape: tuple[int, ...]
) -> tuple[Cost, tuple[int, ...]]:
    """Count the cost of one forward pass of one input, without computing anything.

    A multiply and an add count as two (Green AI: ADD and MUL are the base operations), so
    FLOPs = 2 x MACs; papers that write FLOPs and mean MACs report half. Batch norm,
    activations, pooling and biases count as zero, as in ``torch.utils.flop_counter``, whose
    formulas are used.

    Args:
        build: Makes the network; it is called with the meta device as the default.
        input_shape: Shape of one input without the batch, ``(channels, height, width)``.

    Returns:
        The cost, and the shape of the output without the batch; an empty shape where the
        network gives not one tensor but several, in a row or by name.

    Raises:
        ValueError: The network uses an operator whose cost nobody has declared.
    """
    with torch.device("meta"), torch.no_grad():
        model = build().eval()
        with _Recorder([*model.parameters(), *model.buffers()]) as recorder:
            output = model(torch.empty(1, *input_shape))
    cost = Cost(
        flops=int(sum(operation.flops for operation in recorder.operations)),
        params=sum(p.numel() for p in model.parameters() if p.requires_grad),
        operations=tuple(recorder.operations),
    )
    return cost, tuple(output.shape[1:]) if isinstance(output, Tensor) else ()


class _Recorder(TorchDispatchMode):
    """Turns every kernel that runs under it into an ``Operation``."""

    def __init__(self, weights: list[Tensor]) -> None:
        super().__init__()
        self.weight_by_id = {id(tensor): tensor for tensor in weights}
        self.operations: list[Operation] = []

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Any = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        out = _shaped(func, args, kwargs)
        if _is_kernel(func):
            self._record(func, args, kwargs, out)
        self._inherit(func, args, out)
        return out

    def _record(self, func: Any, args: Any, kwargs: dict[str, Any], out: Any) -> None:
        read = [t for t in tree_iter((args, kwargs)) if isinstance(t, Tensor)]
        written = [t for t in tree_iter(out) if isinstance(t, Tensor)]
        held = [t for t in read if id(t) in self.weight_by_id]
        moved = [t for t in read if id(t) not in self.weight_by_id] + written
        self.operations.append(
            Operation(
                flops=float(_flops(func, args, kwargs, out)),
                activation_bytes=float(sum(map(_n_bytes, moved))),
                weight_bytes=float(sum(map(_n_bytes, held))),
                kind=_kind(func, args),
            )
        )

    def _inherit(self, func: Any, args: Any, out: Any) -> None:
        """A view of a weight, such as a transposed matrix, is a weight too."""
        if func.is_view and id(args[0]) in self.weight_by_id:
            self.weight_by_id[id(out)] = out  # held, for the id of a freed tensor is reused


def _shaped(func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    """What a kernel gives on the meta device.

    Batch norm that judges gives as much as it takes; torch works that out in Python, from a
    decomposition, which took most of the time of counting a network.
    """
    if func is torch.ops.aten.native_batch_norm.default and args[5] is False:
        images = args[0]
        moments = [images.new_empty(images.shape[1]) for _ in range(2)]
        return torch.empty_like(images), *moments
    return func(*args, **kwargs)


def _is_kernel(func: Any) -> bool:
    return not func.is_view and func.overloadpacket.__name__ not in NOT_A_KERNEL


def _flops(func: Any, args: Any, kwargs: dict[str, Any], out: Any) -> int:
    packet = func.overloadpacket
    if packet in flop_registry:
        return int(flop_registry[packet](*args, **kwargs, out_val=out))
    if torch.Tag.pointwise in func.tags or packet.__name__ in FREE:
        return 0
    raise ValueError(
        f"nobody has declared the FLOPs of operator {func}; give it a formula with "
        "torch.utils.flop_counter.register_flop_formula"
    )


def _kind(func: Any, args: Any) -> str:
    """One of ``evonas.hardware.roofline.OPERATION_KINDS``."""
    name = func.overloadpacket.__name__
    if name == "convolution":
        return _kind_of_convolution(args)
    for kind, words in KIND_BY_WORD.items():
        if any(fnmatch(name.rstrip("_"), word) for word in words):
            return kind
    is_pointwise = torch.Tag.pointwise in func.tags or name.rstrip("_") in POINTWISE
    return "pointwise" if is_pointwise else "move"


def _kind_of_convolution(args: Any) -> str:
    images, weight, _, stride, _, dilation, is_transposed, _, groups = args
    if groups > 1:
        return "depthwise" if groups == images.shape[1] else "conv"
    is_plain = {*stride, *dilation} == {1} and not is_transposed
    kernel = tuple(weight.shape[2:])
    return {(3, 3): "conv3x3", (1, 1): "conv1x1"}.get(kernel, "conv") if is_plain else "conv"


def _n_bytes(tensor: Tensor) -> int:
    return math.prod(tensor.shape) * tensor.element_size()
