"""Which buffers a pass of a network reads and makes, watched on the go."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.multiprocessing.reductions import StorageWeakRef
from torch.utils._pytree import tree_iter

from evonas.hardware.memory import Role, Step, Trace

POINTWISE = {"hardsigmoid", "hardswish", "hardtanh", "leaky_relu"}  # though not tagged so
CONTRACTIONS = {"convolution", "addmm", "mm"}  # of which one operand may be weights
BATCH_NORMS = {"native_batch_norm", "cudnn_batch_norm", "miopen_batch_norm"}


class Tracer:
    """Writes down the kernels of a pass as steps between buffers.

    A buffer is what shares memory: a tensor and its views. What is computed from weights alone
    is computed before a network is deployed, so it is a constant, and stays in memory in place
    of those weights.

    Args:
        model: The network whose pass is watched.
    """

    def __init__(self, model: nn.Module) -> None:
        self._constants = _sizes((*model.parameters(), *model.buffers()))
        self._buffers: dict[int, int] = {}
        self._inputs: list[int] = []
        self._steps: list[tuple[Step, list[int]]] = []  # with the constants that each reads
        self._kept: list[Any] = []  # so that no storage takes the address of another

    @property
    def n_steps(self) -> int:
        """How many steps there are so far."""
        return len(self._steps)

    def take(self, tensors: Iterable[Tensor]) -> None:
        """Note what the network is given.

        Args:
            tensors: The inputs, before the pass begins.
        """
        for tensor in tensors:
            self._inputs.append(_n_numbers(tensor))
            self._new_buffer(tensor)

    def see(
        self,
        func: Any,
        args: Any,
        *,
        read: Sequence[Tensor],
        written: Sequence[Tensor],
        is_kernel: bool,
    ) -> None:
        """Note an operator that ran.

        Args:
            func: The operator that ran.
            args: The arguments of the operator by position.
            read: The tensors that it was given, as the network holds them.
            written: The tensors that it gave.
            is_kernel: Whether it computes something, and not only looks or makes room.
        """
        keys = self._unknown(read)
        for tensor in keys.values():
            if tensor is not None:
                self._new_constant(tensor)  # a plain attribute of the network
        new = [tensor for tensor in self._unknown(written).values() if tensor is not None]
        if not is_kernel:  # it looks at no values
            keys, new = {}, [tensor for tensor in new if tensor.numel()]
        constants = [key for key in keys if key in self._constants]
        buffers = tuple(self._buffers[key] for key in keys if key in self._buffers)
        if constants and not buffers:
            for tensor in new:
                self._new_constant(tensor)
        elif is_kernel or new:
            writes = tuple((self._new_buffer(tensor), _n_numbers(tensor)) for tensor in new)
            step = _step(func, args, buffers, writes, has_weights=bool(constants))
            self._steps.append((step, constants))

    def trace(self, output: Any) -> Trace:
        """All that was seen.

        Args:
            output: What the network gave: a tensor, or several however nested.
        """
        outputs = [self._given(t) for t in tree_iter(output) if isinstance(t, Tensor)]
        n_uses = Counter(key for _, keys in self._steps for key in keys)
        unread, steps = set(n_uses), list[Step]()
        for step, keys in self._steps:
            first = unread.intersection(keys)
            unread -= first
            if step.role == "norm" and first:
                n_weights = 2 * step.n_channels
            else:
                n_weights = sum(self._constants[key] for key in first)
            if step.role in ("contraction", "norm") and any(n_uses[key] > 1 for key in keys):
                step = step._replace(role="pointwise" if step.role == "norm" else "other")
            steps.append(step._replace(n_weights=n_weights))
        return Trace(tuple(self._inputs), tuple(steps), tuple(outputs))

    def _unknown(self, tensors: Iterable[Tensor]) -> dict[int, Tensor | None]:
        """By storage, each once, the first of the tensors if the storage is not known yet."""
        found: dict[int, Tensor | None] = {}
        for tensor in tensors:
            key = storage_key(tensor)
            if key not in found:
                is_known = key in self._buffers or key in self._constants
                found[key] = None if is_known else tensor
        return found

    def _given(self, tensor: Tensor) -> int:
        """The number of the buffer of an output; a constant is given as a copy."""
        key = storage_key(tensor)
        if key not in self._buffers:
            held = [key] if key in self._constants else []
            copied = (self._new_buffer(tensor), _n_numbers(tensor))
            self._steps.append((Step((), (copied,)), held))
        return self._buffers[key]

    def _new_buffer(self, tensor: Tensor) -> int:
        number = self._buffers[storage_key(tensor)] = len(self._buffers)
        self._keep(tensor)
        return number

    def _new_constant(self, tensor: Tensor) -> None:
        self._constants[storage_key(tensor)] = _n_numbers(tensor)
        self._keep(tensor)

    def _keep(self, tensor: Tensor) -> None:
        """Hold the address of a storage, though not what is stored."""
        try:
            self._kept.append(StorageWeakRef(tensor.untyped_storage()))  # type: ignore[no-untyped-call]
        except (NotImplementedError, RuntimeError):  # a sparse tensor, see storage_key
            self._kept.append(tensor)


def storage_key(tensor: Tensor) -> int:
    """What a tensor and its views have in common."""
    try:
        return int(tensor.untyped_storage()._cdata)
    except (NotImplementedError, RuntimeError):  # a sparse tensor has no one storage
        return id(tensor)


def is_pointwise(func: Any) -> bool:
    """Whether an operator works on each number by itself.

    Args:
        func: The overload of the operator, as a dispatch mode sees it.
    """
    name = func.overloadpacket.__name__.rstrip("_")
    return torch.Tag.pointwise in func.tags or name in POINTWISE


def _step(
    func: Any,
    args: Any,
    reads: tuple[int, ...],
    writes: tuple[tuple[int, int], ...],
    *,
    has_weights: bool,
) -> Step:
    name = func.overloadpacket.__name__
    role: Role = "pointwise" if is_pointwise(func) else "other"
    if name in BATCH_NORMS and args[5] is False:  # it judges, by the moments that it has kept
        return Step(reads, writes, role="norm", n_channels=args[0].shape[1])
    if name not in CONTRACTIONS or not has_weights or len(reads) != 1:
        return Step(reads, writes, role=role)
    if name == "convolution":
        weight, is_transposed, groups = args[1], args[6], args[8]
        n_channels = weight.shape[1] * groups if is_transposed else weight.shape[0]
        has_bias = args[2] is not None
    else:
        n_channels, has_bias = args[-1].shape[1], name == "addmm"
    return Step(reads, writes, role="contraction", n_channels=n_channels, has_bias=has_bias)


def _sizes(tensors: Iterable[Tensor]) -> dict[int, int]:
    """How many numbers of each storage a network holds, of which several tensors may be."""
    sizes: dict[int, int] = {}
    for tensor in tensors:
        key = storage_key(tensor)
        sizes[key] = sizes.get(key, 0) + _n_numbers(tensor)
    return sizes


def _n_numbers(tensor: Tensor) -> int:
    return math.prod(tensor.shape) * (2 if tensor.is_complex() else 1)
