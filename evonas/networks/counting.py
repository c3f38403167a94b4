"""What one forward pass costs, counted exactly, without values where that can be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TypeVar

import torch
from torch import Tensor, nn

from evonas.hardware.roofline import Cost
from evonas.networks.building import META, built, completed, made, without_values
from evonas.networks.inputs import Input, Inputs, as_inputs
from evonas.networks.recording import Recorder, UndeclaredError, say_once
from evonas.networks.tracing import storage_key

R = TypeVar("R", bound=Recorder)


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
    _, cost, shape = watched(build, inputs, watcher=partial(Recorder, is_strict=is_strict))
    return cost, shape


def watched(
    build: Callable[[], nn.Module], inputs: Inputs, *, watcher: Callable[[nn.Module], R]
) -> tuple[R, Cost, tuple[int, ...]]:
    """Count as ``count_through`` does, and give what watched the pass too.

    Args:
        build: Makes the network, on torch's default device.
        inputs: What one input of the network is, as for ``count_through``.
        watcher: Makes the recorder that watches the pass of a network; maybe several times,
            for a pass that fails on the meta device begins anew elsewhere.

    Returns:
        The recorder, the cost, and the shape of the output without the batch.
    """
    given = as_inputs(inputs)
    with torch.no_grad(), _plain_attention():
        try:
            with META:
                model = completed(build(), given)
                return _counted(model, given, META, watcher=watcher)
        except UndeclaredError:
            raise
        except Exception:  # on the meta device anything may go wrong that goes well elsewhere
            return _counted_with_values(build, given, watcher=watcher)


def _counted_with_values(
    build: Callable[[], nn.Module],
    inputs: tuple[Input, ...],
    *,
    watcher: Callable[[nn.Module], R],
) -> tuple[R, Cost, tuple[int, ...]]:
    model = built(build, inputs)
    try:
        with META:
            return _counted(without_values(model), inputs, META, watcher=watcher)
    except UndeclaredError:
        raise
    except Exception:  # the pass itself needs values, or cannot be
        with torch.random.fork_rng(devices=[]):
            found = _counted(model, inputs, torch.device("cpu"), watcher=watcher)
    say_once(
        f"the forward pass of {type(model).__name__} looks at values: it is counted as "
        "computed for one input of noise, and may cost more or less for another",
        is_strict=found[0].is_strict,
    )
    return found


def _counted(
    model: nn.Module,
    inputs: tuple[Input, ...],
    device: torch.device,
    *,
    watcher: Callable[[nn.Module], R],
) -> tuple[R, Cost, tuple[int, ...]]:
    tensors = made(inputs, device)
    model.eval()
    with watcher(model) as recorder:
        recorder.tracer.take(tensors)
        output = model(*tensors)
    weights = {name: p for name, p in model.named_parameters() if p.requires_grad}
    unread = {n: p for n, p in weights.items() if storage_key(p) not in recorder.read}
    n_params = sum(p.numel() for p in weights.values())
    n_unread = sum(p.numel() for p in unread.values())
    if unread:
        parts = dict.fromkeys(name.partition(".")[0] for name in unread)
        say_once(
            f"{n_unread:,} of {n_params:,} parameters of {type(model).__name__} are not read "
            f"when it answers ({', '.join(parts)}): the network without them is counted"
        )
    cost = Cost(
        flops=int(sum(operation.flops for operation in recorder.operations)),
        params=n_params - n_unread,
        operations=tuple(recorder.operations),
        tensors=recorder.tracer.trace(output),
    )
    return recorder, cost, tuple(output.shape[1:]) if isinstance(output, Tensor) else ()


@contextmanager
def _plain_attention() -> Iterator[None]:
    """Multi-head attention by products that can be seen, on a processor too."""
    was_fast = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        yield
    finally:
        torch.backends.mha.set_fastpath_enabled(was_fast)
