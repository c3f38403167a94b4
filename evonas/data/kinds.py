"""Kinds of inputs that networks take, and what can be done to each of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class InputKind:
    """A kind of inputs: what a data set holds, and what a problem's networks take.

    Attributes:
        name: What many of them are called: ``images``.
        n_axes: How many axes an input has besides its channels.
        augmentations: Words of the augmentations that apply, in the order in which they are
            carried out; ``augment.AUGMENTATIONS`` holds what they do.
        has_sizes: Whether inputs can be scaled to another size (``--image-size``).
        has_policies: Whether the augmentation policies of torchvision apply.
    """

    name: str
    n_axes: int
    augmentations: tuple[str, ...]
    has_sizes: bool
    has_policies: bool


IMAGES = InputKind(
    "images",
    n_axes=2,
    augmentations=("crop", "flip", "cutout"),
    has_sizes=True,
    has_policies=True,
)
SEQUENCES = InputKind(
    "sequences",
    n_axes=1,
    augmentations=("crop", "scale", "jitter", "cutout"),
    has_sizes=False,
    has_policies=False,
)
KINDS = (IMAGES, SEQUENCES)
AUGMENTATIONS = tuple(dict.fromkeys(word for kind in KINDS for word in kind.augmentations))


def check_augmentations(words: Sequence[str], *, kind: InputKind) -> None:
    """Refuse augmentations that a user asks for and that do not apply.

    Args:
        words: What the user asks for; ``Recipe`` refuses what is no augmentation at all.
        kind: The kind of the inputs.

    Raises:
        ValueError: An augmentation is one of another kind of inputs.
    """
    wrong = [w for w in words if w in AUGMENTATIONS and w not in kind.augmentations]
    if wrong:
        raise ValueError(
            f"augmentation {wrong[0]!r} does not apply to {kind.name}; choose from "
            f"{', '.join(kind.augmentations)}, or none"
        )
