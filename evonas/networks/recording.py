"""What runs in a pass of a network, kernel by kernel."""

from __future__ import annotations

import logging
import math
import sys
from collections.abc import Sequence
from fnmatch import fnmatch
from functools import cache
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_iter, tree_map_only

from evonas.hardware.roofline import Operation
from evonas.networks.building import META
from evonas.networks.formulas import is_contraction, operator_flops
from evonas.networks.tracing import POINTWISE, Tracer, is_pointwise, storage_key

logger = logging.getLogger("evonas")

# What makes a tensor or looks at one, and is no work of its own on a device.
NOT_A_KERNEL = (
    *("_unsafe_view", "arange", "detach", "empty*", "fill", "full*", "ones*", "zero*"),
    *("new_*", "eye", "linspace", "scalar_tensor", "lift_fresh*", "_local_scalar_dense"),
    *("set", "_assert*", "sym_*", "is_*"),
)
KIND_BY_WORD = {  # patterns of names, without the underscore of those that work in place
    "norm": ("*norm*",),
    "pool": ("*pool*", "mean"),
    "exponential": (
        *("silu", "elu", "[cgs]elu", "sigmoid", "tanh", "*softmax", "mish", "exp"),
        *("glu", "softplus", "log_sigmoid*"),
    ),
}


class UndeclaredError(ValueError):
    """Something whose cost nobody has declared, where only what is declared may be counted."""


_said: set[str] = set()


def say_once(line: str, *, is_strict: bool = False) -> None:
    """Tell once in a process what a count leaves out.

    Args:
        line: What is left out.
        is_strict: Whether that is an error.

    Raises:
        UndeclaredError: It is one.
    """
    if is_strict:
        raise UndeclaredError(line)
    if line not in _said:
        _said.add(line)
        logger.warning("%s", line)


class Recorder(TorchDispatchMode):
    """Turns every kernel that runs under it into an ``Operation``.

    Args:
        model: The network whose pass is watched.
        is_strict: Whether an operator without a declared cost is an error.
    """

    def __init__(self, model: nn.Module, *, is_strict: bool = False) -> None:
        super().__init__()
        self.name_by_module = {id(module): name for name, module in model.named_modules()}
        self.weights = {storage_key(t) for t in (*model.parameters(), *model.buffers())}
        self.read: set[int] = set()  # of the weights
        self.is_strict = is_strict
        self.operations: list[Operation] = []
        self.tracer = Tracer(model)

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Any = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        read = [t for t in tree_iter((args, kwargs)) if isinstance(t, Tensor)]
        if len({t.device for t in read}) > 1:  # a plain attribute of the network, not moved
            args, kwargs = tree_map_only(Tensor, lambda t: t.to(META), (args, kwargs))
        out = _shaped(func, args, kwargs)
        held = [t for t in read if storage_key(t) in self.weights]
        self.read.update(map(storage_key, held))
        written = [t for t in tree_iter(out) if isinstance(t, Tensor)]
        is_kernel = _is_kernel(func)
        self.tracer.see(func, args, read=read, written=written, is_kernel=is_kernel)
        if is_kernel:
            moved = [t for t in read if storage_key(t) not in self.weights] + written
            self._record(func, args, kwargs, out, moved=moved, held=held)
        self.note(
            func, args, out, read=read, operation=self.operations[-1] if is_kernel else None
        )
        return out

    def note(
        self,
        func: Any,
        args: Any,
        out: Any,
        *,
        read: Sequence[Tensor],
        operation: Operation | None,
    ) -> None:
        """Told of everything that ran; for whoever wants to know more than the cost.

        Args:
            func: The operator that ran.
            args: The arguments of the operator by position.
            out: What the operator gave.
            read: The tensors that it was given, as the network holds them.
            operation: What it cost; ``None`` where it is no kernel, but a view or the like.
        """

    def _record(
        self,
        func: Any,
        args: Any,
        kwargs: dict[str, Any],
        out: Any,
        *,
        moved: list[Tensor],
        held: list[Tensor],
    ) -> None:
        flops = operator_flops(func, args, kwargs, out)
        if flops is None:
            self._tell_unknown(func)
        self.operations.append(
            Operation(
                flops=flops or 0.0,
                activation_bytes=float(sum(map(_n_bytes, moved))),
                weight_bytes=float(sum(map(_n_bytes, held))),
                kind=_kind(func, args),
            )
        )

    def _tell_unknown(self, func: Any) -> None:
        packet = func.overloadpacket
        say_once(
            f"nobody has declared the FLOPs of operator {packet}, in {self._where()}"
            + (": it counts as 0" if not self.is_strict else "")
            + "; give it a formula with torch.utils.flop_counter.register_flop_formula",
            is_strict=self.is_strict,
        )

    def _where(self) -> str:
        """The innermost module at work; its own code is on the stack of calls."""
        frame = sys._getframe()
        while frame.f_back is not None:
            frame = frame.f_back
            module = frame.f_locals.get("self")
            if isinstance(module, nn.Module) and id(module) in self.name_by_module:
                name = self.name_by_module[id(module)]
                return f"{type(module).__name__} {name!r}" if name else type(module).__name__
        return "the network"


def _shaped(func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    """What a kernel gives.

    Batch norm that judges gives as much as it takes, and so do activations; torch works that
    out in Python on the meta device, from decompositions, which took most of the time of
    counting a network.
    """
    name = func.overloadpacket.__name__
    if name.rstrip("_") in POINTWISE and args[0].device == META:
        return args[0] if name.endswith("_") else torch.empty_like(args[0])
    if func is torch.ops.aten.native_batch_norm.default and args[5] is False:
        images = args[0]
        if images.device == META:
            moments = [images.new_empty(images.shape[1]) for _ in range(2)]
            return torch.empty_like(images), *moments
    return func(*args, **kwargs)


@cache
def _is_kernel(func: Any) -> bool:
    if func.is_view or torch.Tag.inplace_view in func.tags or func.namespace == "profiler":
        return False
    name = func.overloadpacket.__name__.rstrip("_")
    return not any(fnmatch(name, pattern) for pattern in NOT_A_KERNEL)


def _kind(func: Any, args: Any) -> str:
    """One of ``evonas.hardware.roofline.OPERATION_KINDS``."""
    name = func.overloadpacket.__name__
    if name == "convolution":
        return _kind_of_convolution(args)
    if is_contraction(func):
        return "matmul"
    for kind, words in KIND_BY_WORD.items():
        if any(fnmatch(name.rstrip("_"), word) for word in words):
            return kind
    return "pointwise" if is_pointwise(func) else "move"


def _kind_of_convolution(args: Any) -> str:
    images, weight, _, stride, _, dilation, is_transposed, _, groups = args
    if groups > 1:
        return "depthwise" if groups == images.shape[1] else "conv"
    is_plain = {*stride, *dilation} == {1} and not is_transposed
    kernel = tuple(weight.shape[2:])
    if is_plain and set(kernel) == {1}:  # of an image or a sequence, a product of matrices
        return "conv1x1"
    return "conv3x3" if is_plain and kernel == (3, 3) else "conv"


def _n_bytes(tensor: Tensor) -> int:
    return math.prod(tensor.shape) * tensor.element_size()
