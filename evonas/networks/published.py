"""What torchvision publishes with the weights of its networks, read offline."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evonas.pareto.dominance import front

FIRST, NEWER = "IMAGENET1K_V1", "IMAGENET1K_V2"  # of recipes that use ImageNet-1k alone
DATA = "ImageNet-1K"
RESNETS = ("resnet18", "resnet34", "resnet50", "resnet101", "resnet152")


@dataclass(frozen=True)
class Published:
    """A network for ImageNet, as torchvision publishes it.

    Attributes:
        name: The network's name in torchvision.
        top1: Top-1 accuracy on ImageNet's validation set, one crop, in percent.
        params: Trainable parameters.
        flops: Floating-point operations of one image of the size at which it was judged:
            twice the multiply-accumulates that are published.
        side: Height and width of that image, in pixels.
    """

    name: str
    top1: float
    params: int
    flops: float
    side: int


def published_networks(weights: str = FIRST) -> list[Published]:
    """All of torchvision's classifiers that have certain weights, ascending in FLOPs.

    Args:
        weights: The name of the weights: those of the first recipe, or of the newer one.
    """
    from torchvision import models  # heavy

    found = []
    for name in models.list_models(module=models):
        for each in models.get_model_weights(name):
            if each.name == weights:
                found.append(
                    Published(
                        name=name,
                        top1=float(each.meta["_metrics"][DATA]["acc@1"]),
                        params=int(each.meta["num_params"]),
                        flops=2e9 * each.meta["_ops"],
                        side=each.transforms.keywords["crop_size"],
                    )
                )
    return sorted(found, key=lambda each: (each.flops, each.name))


def unlisted_networks() -> list[str]:
    """Names of the classifiers that have no weights of the first recipe."""
    from torchvision import models  # heavy

    known = {each.name for each in published_networks()}
    return [name for name in models.list_models(module=models) if name not in known]


def best_for_their_flops(networks: Sequence[Published]) -> list[Published]:
    """Those that no other network beats with as few FLOPs, ascending in FLOPs.

    Args:
        networks: The networks to choose from.
    """
    points = np.array([[each.flops, -each.top1] for each in networks]).reshape(-1, 2)
    kept = [each for each, is_kept in zip(networks, front(points), strict=True) if is_kept]
    return sorted(kept, key=lambda each: each.flops)


@dataclass(frozen=True)
class Step:
    """From a network to a dearer one.

    Attributes:
        points: How many points of top-1 accuracy the step brings.
        flops_per_point: FLOPs that one point more takes; infinite where the step brings none.
        points_per_doubling: Points by doubling of the FLOPs.
    """

    points: float
    flops_per_point: float
    points_per_doubling: float

    @classmethod
    def between(cls, cheap: Published, dear: Published) -> Step:
        """The step from one network to another that takes more FLOPs."""
        points, more = dear.top1 - cheap.top1, dear.flops - cheap.flops
        return cls(
            points=points,
            flops_per_point=more / points if points > 0 else math.inf,
            points_per_doubling=points / math.log2(dear.flops / cheap.flops),
        )
