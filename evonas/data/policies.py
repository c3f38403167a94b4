"""Augmentation policies of torchvision: some operations, drawn anew for every image."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

POLICIES = ("randaugment", "trivial")


def make_policy(name: str) -> Callable[[Tensor], Tensor]:
    """What changes every image of a batch by operations of its own.

    The operations are drawn from torch's global random state.

    Args:
        name: ``randaugment`` (Cubuk et al. 2020: two operations at one strength) or ``trivial``
            (TrivialAugment, Mueller and Hutter 2021: one operation at any strength).

    Returns:
        A function from images as bytes, ``(n, channels, size, size)``, to such images.

    Raises:
        ValueError: There is no policy of that name.
    """
    import torch  # no help text that lists the policies waits for it
    from torchvision.transforms import v2  # two seconds, which most trainings do without

    if name not in POLICIES:
        raise ValueError(f"unknown policy {name!r}; choose from {', '.join(POLICIES)}")
    change = v2.RandAugment() if name == "randaugment" else v2.TrivialAugmentWide()

    def policy(images: Tensor) -> Tensor:
        changed = [change(image) for image in images.cpu()]
        return torch.stack(changed).to(images.device)

    return policy
