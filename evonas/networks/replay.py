"""The layers of a network one by one, each ready to run again on what it was given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._pytree import tree_flatten, tree_unflatten

from evonas.hardware.roofline import Operation
from evonas.networks.recording import Recorder


class Step(nn.Module):
    """A layer as a module of the tensors that it was given.

    Args:
        call: The layer: a module, or an operator of torch.
        args: What it was given by position, tensors among it.
        kwargs: What it was given by name.

    Attributes:
        given: The tensors that it was given, in their order.
    """

    def __init__(self, call: Callable[..., Any], args: Any, kwargs: Any) -> None:
        super().__init__()
        self.call = call
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


def steps_of(model: nn.Module, inputs: tuple[Tensor, ...]) -> list[Step]:
    """Every layer of a network as ``layer_table`` lists them, from one pass.

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
    is_noted: bool = False


class _StepRecorder(Recorder):
    """Keeps what every layer is called with."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__(model)
        self.model = model
        self.steps: list[Step] = []
        self.calls: list[_Call] = []
        self.named: dict[str, Any] = {}
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
        call = self.calls[-1] if self.calls else None
        is_own = call is None or call.module is self.model
        if call is None or is_own or next(call.module.children(), None) is not None:
            self.steps.append(Step(func, args, self.named))
        elif not call.is_noted:
            call.is_noted = True
            self.steps.append(Step(call.module, *call.given))

    def _begin(self, module: nn.Module, args: Any, kwargs: Any) -> None:
        self.calls.append(_Call(module, (args, kwargs)))

    def _end(self, module: nn.Module, args: Any, output: Any) -> None:
        self.calls.pop()
