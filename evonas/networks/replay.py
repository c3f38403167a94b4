"""The layers of a network one by one, each ready to run again on what it was given."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._pytree import tree_flatten, tree_unflatten

from evonas.hardware.roofline import Operation
from evonas.networks.layers import Layer
from evonas.networks.recording import Recorder


class Step(nn.Module):
    """A layer as a module of the tensors that it was given.

    Args:
        call: The layer: a module, or an operator of torch.
        args: What it was given by position, tensors among it.
        kwargs: What it was given by name.
        where: The path of the module at work, what a table calls the layer, and which call of
            that module it is.

    Attributes:
        given: The tensors that it was given, in their order.
    """

    def __init__(
        self,
        call: Callable[..., Any],
        args: Any,
        kwargs: Any,
        *,
        where: tuple[str, str, int] = ("", "", 1),
    ) -> None:
        super().__init__()
        self.call, self.where = call, where
        self._leaves, self._tree = tree_flatten((args, kwargs))
        self._places = [i for i, x in enumerate(self._leaves) if _is_activation(x)]
        self.given: tuple[Tensor, ...] = tuple(self._leaves[i] for i in self._places)

    def forward(self, *tensors: Tensor) -> Any:
        """What the layer gives for tensors like those that it was given."""
        leaves = list(self._leaves)
        for place, tensor in zip(self._places, tensors, strict=True):
            leaves[place] = tensor
        args, kwargs = tree_unflatten(leaves, self._tree)
        return self.call(*args, **kwargs)

    def again(self) -> Callable[[], Any]:
        """Runs the layer on what it was given, without any detour."""
        args, kwargs = tree_unflatten(self._leaves, self._tree)
        return partial(self.call, *args, **kwargs)


def steps_by_layer(steps: Sequence[Step], layers: Sequence[Layer]) -> list[list[Step]]:
    """What ran for every layer that was counted.

    A real device copies where the layout of memory asks for it, and a count without values has
    no such copies: they go with the layer before them.

    Args:
        steps: What ran in one pass.
        layers: The layers of the same network, as they were counted.

    Raises:
        ValueError: A layer that was counted did not run.
    """
    groups: list[list[Step]] = []
    for step in steps:
        n = len(groups)
        is_next = n < len(layers) and step.where == (
            layers[n].path,
            layers[n].kind,
            layers[n].call,
        )
        if is_next:
            groups.append([step])
        elif groups:
            groups[-1].append(step)
    if len(groups) < len(layers):
        lost = layers[len(groups)]
        raise ValueError(
            f"layer {lost.kind} {lost.name or '(itself)'} was counted and did not run: this "
            "network cannot be taken apart"
        )
    return groups


def steps_of(model: nn.Module, inputs: tuple[Tensor, ...]) -> list[Step]:
    """Every layer of a network, and every copy that its device makes, from one pass.

    Args:
        model: The network in evaluation mode, on a real device.
        inputs: What it is given, with the batch.
    """
    with torch.no_grad(), _StepRecorder(model) as recorder:
        recorder.tracer.take(list(inputs))
        model(*inputs)
    steps: list[Step] = recorder.steps
    return steps


def _is_activation(given: object) -> bool:
    return isinstance(given, Tensor) and not isinstance(given, nn.Parameter)


@dataclass
class _Call:
    module: nn.Module
    given: tuple[Any, Any]
    path: str = ""
    number: int = 1
    is_noted: bool = False


class _StepRecorder(Recorder):
    """Keeps what every layer is called with."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__(model)
        self.model = model
        self.steps: list[Step] = []
        self.calls: list[_Call] = []
        self.named: dict[str, Any] = {}
        self.n_calls: dict[int, int] = {}
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

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Any = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        self.named = kwargs or {}
        return super().__torch_dispatch__(func, types, args, kwargs)

    def note(
        self, func: Any, args: Any, out: Any, *, read: Any, operation: Operation | None
    ) -> None:
        """Keep a module without parts at its first kernel, and any other kernel as it is."""
        if operation is None:
            return
        call = self.calls[-1] if self.calls else _Call(self.model, ((), {}))
        is_own = call.module is self.model
        if is_own or next(call.module.children(), None) is not None:
            kind = func.overloadpacket.__name__.strip("_")
            where = (call.path, kind, call.number)
            self.steps.append(Step(func, args, self.named, where=where))
        elif not call.is_noted:
            call.is_noted = True
            where = (call.path, type(call.module).__name__, call.number)
            self.steps.append(Step(call.module, *call.given, where=where))

    def _begin(self, module: nn.Module, args: Any, kwargs: Any) -> None:
        number = self.n_calls[id(module)] = self.n_calls.get(id(module), 0) + 1
        path = self.name_by_module.get(id(module), "")
        self.calls.append(_Call(module, (args, kwargs), path, number))

    def _end(self, module: nn.Module, args: Any, output: Any) -> None:
        self.calls.pop()
