"""What networks give: a tensor, several in a row, or several by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

Outputs = Any  # a Tensor, or a tuple, list or mapping of such, however deep
LOGITS = "logits"


def logits_of(outputs: Outputs) -> Tensor:
    """The tensor by which a network classifies.

    Of a mapping it is the one with the key ``logits``, and of a named tuple that field, if it
    has one; of any other tuple or list it is the last matrix, for what has more or fewer axes,
    such as features or a loss, is no logits.

    Args:
        outputs: What a network gave for a batch.

    Raises:
        ValueError: There is no such tensor among the outputs.
    """
    found = outputs
    if isinstance(outputs, Mapping):
        found = outputs.get(LOGITS)
    elif isinstance(outputs, (tuple, list)):
        of_any_shape = list(outputs) or [None]
        found = getattr(outputs, LOGITS, (matrices_of(outputs) or of_any_shape)[-1])
    if isinstance(found, Tensor):
        return found
    raise ValueError(
        f"the network gives {_described(outputs)}; to classify it must give a tensor of "
        "logits, a tuple or list whose last entry is one, or a mapping that has one as "
        f"{LOGITS!r}; for anything else give the problem a task of its own"
    )


def matrices_of(outputs: Outputs) -> list[Tensor]:
    """The tensors of a tuple or list that may be logits, in their order: those of two axes."""
    return [each for each in outputs if isinstance(each, Tensor) and each.ndim == 2]


def as_float(outputs: Outputs) -> Outputs:
    """The same outputs with all floating-point numbers in single precision."""
    if isinstance(outputs, Tensor):
        return outputs.float() if outputs.is_floating_point() else outputs
    if isinstance(outputs, Mapping):
        return {key: as_float(value) for key, value in outputs.items()}
    if isinstance(outputs, (tuple, list)):
        values = tuple(as_float(value) for value in outputs)
        return type(outputs)(*values) if hasattr(outputs, "_fields") else values
    return outputs


def joined(batches: Sequence[Outputs]) -> Outputs:
    """The outputs of several batches as those of one, batch after batch.

    Args:
        batches: What a network gave for each batch, at least one.
    """
    first = batches[0]
    if isinstance(first, Tensor):
        return torch.cat(list(batches)) if first.ndim else torch.stack(list(batches))
    if isinstance(first, Mapping):
        return {key: joined([each[key] for each in batches]) for key in first}
    if isinstance(first, (tuple, list)):
        values = tuple(joined(column) for column in zip(*batches, strict=True))
        return type(first)(*values) if hasattr(first, "_fields") else values
    return first


def _described(outputs: Outputs) -> str:
    kind = type(outputs).__name__
    if isinstance(outputs, Mapping):
        return f"a {kind} of {', '.join(map(str, outputs)) or 'nothing'}"
    if isinstance(outputs, (tuple, list)):
        inner = f"that ends in a {type(outputs[-1]).__name__}" if outputs else "of nothing"
        return f"a {kind} {inner}"
    return f"a {kind}"
