"""What one forward pass costs, counted exactly, without values where that can be."""

from __future__ import annotations

import logging
import math
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fnmatch import fnmatch
from functools import cache
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_iter, tree_map_only

from evonas.hardware.roofline import Cost, Operation
from evonas.networks.building import META, built, completed, made, without_values
from evonas.networks.formulas import is_contraction, operator_flops
from evonas.networks.inputs import Input, Inputs, as_inputs

logger = logging.getLogger("evonas")

# What makes a tensor or looks at one, and is no work of its own on a device.
NOT_A_KERNEL = (
    *("_unsafe_view", "arange", "detach", "empty*", "fill", "full*", "ones*", "zero*"),
    *("new_*", "eye", "linspace", "scalar_tensor", "lift_fresh*", "_local_scalar_dense"),
    *("set", "_assert*", "sym_*", "is_*"),
)
POINTWISE = {"hardsigmoid", "hardswish", "hardtanh", "leaky_relu"}  # though not tagged so
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


def count(build: Callable[[], nn.Module], inputs: Inputs, *, is_strict: bool = False) -> Cost:
    """The cost of one forward pass of one input; see ``count_through``."""
    return count_through(build, inputs, is_strict=is_strict)[0]


def count_through(
    build: Callable[[], nn.Module], inputs: Inputs, *, is_strict: bool = False
) -> tuple[Cost, tuple[int, ...]]:
    """Count the cost of one forward pass of one input in evaluation.

    A multiply and an add count as two (Green AI: ADD and MUL are the base operations), so
    FLOPs = 2 x MACs; papers that write FLOPs and mean MACs report half. Contractions count by
    their formulas; batch norm, activations, pooling, biases and whatever else is no contraction
    count as zero; see ``evonas.networks.formulas``. What is counted is what gives an answer:
    parameters that such a pass does not read, as those of auxiliary heads for the training,
    are no part of it, and a line in the log says so.

    The pass is one on the meta device, which computes nothing. A constructor that looks at
    values is run on the processor, and its network counted without them. A network whose pass
    looks at values, as that of a detector, is computed for one input of noise, and a line in
    the log says so.

    Args:
        build: Makes the network, on torch's default device.
        inputs: What one input of the network is: its shape without the batch, as ``(channels,
            height, width)``, or one ``Input`` or more.
        is_strict: Whether an operator without a declared cost is an error, and a pass that
            looks at values too. Else the operator counts as zero, and a line in the log says
            so.

    Returns:
        The cost, and the shape of the output without the batch; an empty shape where the
        network gives not one tensor but several, in a row or by name.

    Raises:
        ValueError: ``build`` gives no network, or with ``is_strict`` an operator is unknown.
        Exception: Whatever the network raises on the processor.
    """
    given = as_inputs(inputs)
    with torch.no_grad(), _plain_attention():
        try:
            with META:
                model = completed(build(), given)
                return _counted(model, given, META, is_strict=is_strict)
        except UndeclaredError:
            raise
        except Exception:  # on the meta device anything may go wrong that goes well elsewhere
            return _counted_with_values(build, given, is_strict=is_strict)


def _counted_with_values(
    build: Callable[[], nn.Module], inputs: tuple[Input, ...], *, is_strict: bool
) -> tuple[Cost, tuple[int, ...]]:
    model = built(build, inputs)
    try:
        with META:
            return _counted(without_values(model), inputs, META, is_strict=is_strict)
    except UndeclaredError:
        raise
    except Exception:  # the pass itself needs values, or cannot be
        with torch.random.fork_rng(devices=[]):
            found = _counted(model, inputs, torch.device("cpu"), is_strict=is_strict)
    _say(
        f"the forward pass of {type(model).__name__} looks at values: it is counted as "
        "computed for one input of noise, and may cost more or less for another",
        is_strict=is_strict,
    )
    return found


def _counted(
    model: nn.Module, inputs: tuple[Input, ...], device: torch.device, *, is_strict: bool
) -> tuple[Cost, tuple[int, ...]]:
    tensors = made(inputs, device)
    model.eval()
    with _Recorder(model, is_strict=is_strict) as recorder:
        output = model(*tensors)
    weights = {name: p for name, p in model.named_parameters() if p.requires_grad}
    unread = {n: p for n, p in weights.items() if _key(p) not in recorder.read}
    n_params = sum(p.numel() for p in weights.values())
    n_unread = sum(p.numel() for p in unread.values())
    if unread:
        parts = dict.fromkeys(name.partition(".")[0] for name in unread)
        _say(
            f"{n_unread:,} of {n_params:,} parameters of {type(model).__name__} are not read "
            f"when it answers ({', '.join(parts)}): the network without them is counted"
        )
    cost = Cost(
        flops=int(sum(operation.flops for operation in recorder.operations)),
        params=n_params - n_unread,
        operations=tuple(recorder.operations),
    )
    return cost, tuple(output.shape[1:]) if isinstance(output, Tensor) else ()


@contextmanager
def _plain_attention() -> Iterator[None]:
    """Multi-head attention by products that can be seen, on a processor too."""
    was_fast = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        yield
    finally:
        torch.backends.mha.set_fastpath_enabled(was_fast)


_said: set[str] = set()


def _say(line: str, *, is_strict: bool = False) -> None:
    """Tell once in a process what a count leaves out."""
    if is_strict:
        raise UndeclaredError(line)
    if line not in _said:
        _said.add(line)
        logger.warning("%s", line)


class _Recorder(TorchDispatchMode):
    """Turns every kernel that runs under it into an ``Operation``."""

    def __init__(self, model: nn.Module, *, is_strict: bool) -> None:
        super().__init__()
        self.name_by_module = {id(module): name for name, module in model.named_modules()}
        self.weights = {_key(t) for t in (*model.parameters(), *model.buffers())}
        self.read: set[int] = set()  # of the weights
        self.is_strict = is_strict
        self.operations: list[Operation] = []

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Any = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        read = [t for t in tree_iter((args, kwargs)) if isinstance(t, Tensor)]
        if len({t.device for t in read}) > 1:  # a plain attribute of the network, not moved
            args, kwargs = tree_map_only(Tensor, lambda t: t.to(META), (args, kwargs))
        out = _shaped(func, args, kwargs)
        held = [t for t in read if _key(t) in self.weights]
        self.read.update(map(_key, held))
        if _is_kernel(func):
            self._record(func, args, kwargs, out, read=read, held=held)
        return out

    def _record(
        self,
        func: Any,
        args: Any,
        kwargs: dict[str, Any],
        out: Any,
        *,
        read: list[Tensor],
        held: list[Tensor],
    ) -> None:
        written = [t for t in tree_iter(out) if isinstance(t, Tensor)]
        weights = set(map(id, held))
        moved = [t for t in read if id(t) not in weights] + written
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
        _say(
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


def _key(tensor: Tensor) -> int:
    """What a tensor and its views have in common."""
    try:
        return int(tensor.untyped_storage()._cdata)
    except (NotImplementedError, RuntimeError):  # a sparse tensor has no one storage
        return id(tensor)


def _shaped(func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    """What a kernel gives.

    Batch norm that judges gives as much as it takes; torch works that out in Python on the meta
    device, from a decomposition, which took most of the time of counting a network.
    """
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
