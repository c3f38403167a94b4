"""What a network takes: one tensor or several, each of some shape and kind of number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

DTYPES = (
    *("float32", "float16", "bfloat16", "float64", "int64", "int32", "int16", "int8"),
    *("uint8", "bool", "complex64"),
)


@dataclass(frozen=True)
class Input:
    """One input of a network.

    Attributes:
        shape: Shape of the input without the batch.
        dtype: What torch calls its numbers, one of ``DTYPES``.
    """

    shape: tuple[int, ...]
    dtype: str = "float32"

    def __str__(self) -> str:
        text = "x".join(map(str, self.shape))
        return text if self.dtype == "float32" else f"{text}:{self.dtype}"


Inputs = tuple[int, ...] | Sequence[Input]  # the shape of the only one, or all of them


def as_inputs(inputs: Inputs) -> tuple[Input, ...]:
    """All inputs of a network, of which one alone may be named by its shape.

    Args:
        inputs: The shape of the only input without the batch, or all inputs in their order.
    """
    parts = tuple(part for part in inputs if isinstance(part, Input))
    shape = tuple(size for size in inputs if not isinstance(size, Input))
    return parts or (Input(shape),)


def read_input(text: str) -> Input:
    """An input from a text such as ``3x224x224`` or ``77:int64``.

    Args:
        text: What a user wrote.

    Raises:
        ValueError: The text is something else, or the kind of number is unknown.
    """
    sizes, _, dtype = text.strip().lower().partition(":")
    try:
        shape = tuple(int(word) for word in sizes.split("x"))
    except ValueError:
        shape = ()
    if not shape or min(shape) < 1:
        raise ValueError(f"cannot read the input {text!r}; expected one like 3x224x224")
    if (dtype or "float32") not in DTYPES:
        raise ValueError(
            f"cannot read the input {text!r}: unknown dtype {dtype!r}; choose from "
            f"{', '.join(DTYPES)}"
        )
    return Input(shape, dtype or "float32")
