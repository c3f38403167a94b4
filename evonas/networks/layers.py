"""The layers of a network: what each of them does, gives and costs, and what feeds it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from torch import Tensor, nn
from torch.utils._pytree import tree_iter

from evonas.hardware.roofline import Cost, Operation, moved_bytes
from evonas.networks.chain import traced
from evonas.networks.counting import watched
from evonas.networks.inputs import Input, Inputs, as_inputs
from evonas.networks.receptive_field import Field, ReceptiveField, field_after, joined
from evonas.networks.recording import Recorder
from evonas.networks.tracing import storage_key

THE_INPUT = -1  # among the sources of a layer: the images themselves


@dataclass(frozen=True)
class Layer:
    """One step of a network's forward pass of one input.

    Attributes:
        path: Where its module stands in the network, such as ``features.3``; of an operator
            that the code of a module calls itself, that module's; empty for the network's own.
        kind: The class of its module, such as ``Conv2d``, or the operator, such as ``add``.
        detail: Kernel, stride and groups of a convolution or a pooling; else empty.
        shape: Shape of what it gives, without the batch.
        params: How many trainable parameters it is the first to read.
        operations: The kernels that it runs.
        sources: Places of the layers that it reads, ascending; -1 stands for the input.
        receptive_field: What one position of its output sees of the input; ``None`` where that
            cannot be told.
        call: Which call of its module it is, from 1; a shared module is called several times.
        n_alive: The most activations that are alive while it runs, with what later layers need.
    """

    path: str
    kind: str
    detail: str
    shape: tuple[int, ...]
    params: int
    operations: tuple[Operation, ...]
    sources: tuple[int, ...]
    receptive_field: ReceptiveField | None
    call: int = 1
    n_alive: int = 0

    @property
    def name(self) -> str:
        """The path, and which call it is where it is not the first."""
        return f"{self.path} (call {self.call})" if self.call > 1 else self.path

    @property
    def flops(self) -> float:
        """Arithmetic for one input; a multiply and an add count as two."""
        return sum(operation.flops for operation in self.operations)

    @property
    def macs(self) -> float:
        """Multiply-accumulates for one input: half the FLOPs."""
        return self.flops / 2

    @property
    def n_bytes(self) -> float:
        """Bytes of weights and activations that are read and written for one input alone."""
        return sum(moved_bytes(operation, batch=1) for operation in self.operations)

    @property
    def family(self) -> str:
        """What its dearest kernel does, one of ``evonas.hardware.roofline.OPERATION_KINDS``."""
        return max(self.operations, key=lambda operation: operation.flops).kind


@dataclass(frozen=True)
class LayerTable:
    """All layers of a network, in the order in which they run.

    Attributes:
        inputs: What one input of the network is.
        layers: The layers; their parameters, FLOPs and operations sum to the cost.
        cost: What one forward pass of one input costs.
    """

    inputs: tuple[Input, ...]
    layers: tuple[Layer, ...]
    cost: Cost


def layer_table(
    build: Callable[[], nn.Module], inputs: Inputs, *, is_strict: bool = False
) -> LayerTable:
    """Count a network layer by layer, in one pass that is counted as ``count`` does.

    A module of torch, or another one without parts of its own, is one layer each time it is
    called; every operator that the code of any other module calls is a layer too. What runs no
    kernel, as a view or dropout in evaluation, is none.

    Args:
        build: Makes the network, on torch's default device.
        inputs: What one input of the network is: its shape without the batch, or one ``Input``
            or more.
        is_strict: Whether an operator without a declared cost is an error.

    Raises:
        ValueError: ``build`` gives no network, or with ``is_strict`` an operator is unknown.
    """
    recorder, cost, _ = watched(
        build, inputs, watcher=partial(_LayerRecorder, is_strict=is_strict)
    )
    return LayerTable(as_inputs(inputs), recorder.layers(cost), cost)


@dataclass
class _Row:
    path: str
    kind: str
    call: int
    detail: str = ""
    shape: tuple[int, ...] = ()
    params: int = 0
    operations: list[Operation] = field(default_factory=list)
    sources: set[int] = field(default_factory=set)
    sees: Field = None
    n_alive: int = 0


@dataclass
class _Call:
    """One call of a module that is at work."""

    module: nn.Module
    path: str
    number: int
    row: int | None = None


@dataclass(frozen=True)
class _Origin:
    """Where a tensor comes from."""

    rows: frozenset[int]
    sees: Field


class _LayerRecorder(Recorder):
    """Knows which module is at work, and which layer every tensor comes from."""

    def __init__(self, model: nn.Module, *, is_strict: bool = False) -> None:
        super().__init__(model, is_strict=is_strict)
        self.model = model
        self.rows: list[_Row] = []
        self.places: list[int] = []  # of the tracer's steps
        self.calls: list[_Call] = []
        self.n_calls: dict[int, int] = {}
        self.origins: dict[int, _Origin] = {}
        self.rewritten: dict[int, _Origin] = {}  # by storage, whatever view is looked at
        self.alive: list[Any] = []  # so that no tensor takes the id of another
        self.unattributed = _params_by_storage(model)
        self.hooks: list[Any] = []

    def __enter__(self) -> Any:
        for module in self.model.modules():
            self.hooks += [
                module.register_forward_pre_hook(self._begin, with_kwargs=True),
                module.register_forward_hook(self._end, always_call=True),
            ]
        return super().__enter__()

    def __exit__(self, *error: Any) -> None:
        for hook in self.hooks:
            hook.remove()
        super().__exit__(*error)

    def layers(self, cost: Cost) -> tuple[Layer, ...]:
        """What was seen; what was read by views alone counts with the last layer."""
        if self.rows:
            self.rows[-1].params += sum(
                n for key, n in self.unattributed.items() if key in self.read
            )
        alive = traced(cost).flow().alive()
        next(alive)  # before the first of them
        for place, n_alive in zip(self.places, alive, strict=False):
            self.rows[place].n_alive = max(self.rows[place].n_alive, n_alive)
        return tuple(
            Layer(
                path=row.path,
                kind=row.kind,
                detail=row.detail,
                shape=row.shape,
                params=row.params,
                operations=tuple(row.operations),
                sources=tuple(sorted(row.sources)),
                receptive_field=row.sees,
                call=row.call,
                n_alive=row.n_alive,
            )
            for row in self.rows
        )

    def note(
        self,
        func: Any,
        args: Any,
        out: Any,
        *,
        read: Sequence[Tensor],
        operation: Operation | None,
    ) -> None:
        """Follow what an operator read and gave."""
        written = _tensors(out)
        self.alive += [*read, *written]
        call = self.calls[-1] if self.calls else None
        if operation is None and call and call.row is not None and written:
            self.rows[call.row].shape = tuple(written[0].shape[1:])
        known = [found for tensor in read if (found := self._origin(tensor)) is not None]
        if operation is not None:
            place = self._place(func)
            row = self.rows[place]
            row.operations.append(operation)
            self.places += [place] * (self.tracer.n_steps - len(self.places))
            row.detail = row.detail or _detail(func, args)
            row.sources |= {n for origin in known for n in origin.rows} - {place}
            row.params += sum(self.unattributed.pop(storage_key(t), 0) for t in read)
            row.shape = tuple(written[0].shape[1:]) if written else ()
            row.sees = field_after(func, args, out, given=[o.sees for o in known])
            made = _Origin(frozenset({place}), row.sees)
        elif known:
            rows = frozenset().union(*(origin.rows for origin in known))
            made = _Origin(rows, joined([origin.sees for origin in known]))
        else:
            return
        for tensor in written:
            self.origins[id(tensor)] = made
            if operation is not None and any(tensor is t for t in read):
                self.rewritten[storage_key(tensor)] = made

    def _origin(self, tensor: Tensor) -> _Origin | None:
        own = self.origins.get(id(tensor))
        later = self.rewritten.get(storage_key(tensor))
        if own is None or later is None or own is later:
            return own or later
        return _Origin(own.rows | later.rows, later.sees)

    def _place(self, func: Any) -> int:
        """The row of what is at work, made where there is none yet."""
        call = self.calls[-1] if self.calls else _Call(self.model, "", 1)
        if call.row is not None:
            return call.row
        is_one_layer = call.module is not self.model and _is_leaf(call.module)
        kind = (
            type(call.module).__name__
            if is_one_layer
            else func.overloadpacket.__name__.strip("_")
        )
        self.rows.append(_Row(call.path, kind, call.number))
        if is_one_layer:
            call.row = len(self.rows) - 1
        return len(self.rows) - 1

    def _begin(self, module: nn.Module, args: Any, kwargs: Any) -> None:
        if module is self.model and not self.calls:
            for tensor in _tensors((args, kwargs)):
                sees = ReceptiveField.of_input(tensor.shape[1:])
                self.origins[id(tensor)] = _Origin(frozenset({THE_INPUT}), sees)
                self.alive.append(tensor)
        number = self.n_calls[id(module)] = self.n_calls.get(id(module), 0) + 1
        self.calls.append(_Call(module, self.name_by_module.get(id(module), ""), number))

    def _end(self, module: nn.Module, args: Any, output: Any) -> None:
        self.calls.pop()


def _is_leaf(module: nn.Module) -> bool:
    return next(module.children(), None) is None


def _params_by_storage(model: nn.Module) -> dict[int, int]:
    found: dict[int, int] = {}
    for weight in model.parameters():
        if weight.requires_grad:
            key = storage_key(weight)
            found[key] = found.get(key, 0) + weight.numel()
    return found


def _tensors(tree: Any) -> list[Tensor]:
    return [t for t in tree_iter(tree) if isinstance(t, Tensor)]


def _detail(func: Any, args: Any) -> str:
    """Kernel, stride and groups, where an operator has them."""
    name = func.overloadpacket.__name__
    if name == "convolution":
        images, weight, _, stride, _, dilation, is_transposed, _, groups = args
        said = [_times(weight.shape[2:])]
        said += [f"stride {_times(stride)}"] if set(stride) != {1} else []
        said += [f"dilation {_times(dilation)}"] if set(dilation) != {1} else []
        is_depthwise = groups > 1 and groups == images.shape[1]
        said += ["depthwise"] if is_depthwise else [f"{groups} groups"] if groups > 1 else []
        return ", ".join([*said, *(["transposed"] if is_transposed else [])])
    if name.startswith(("max_pool", "avg_pool")):
        kernel, stride = args[1], (args[2] if len(args) > 2 else ()) or args[1]
        if args[0].shape[2] == 1 and kernel[0] == 1:  # of a sequence: it runs as a flat image
            kernel, stride = kernel[1:], stride[1:]
        return f"{_times(kernel)}, stride {_times(stride)}"
    return ""


def _times(sides: Iterable[int]) -> str:
    return "x".join(map(str, sides))
