"""A small data set and a small network, for tests of trainings."""

import torch
from torch import nn

from evonas.data.dataset import Dataset, Part
from evonas.data.published import DataInfo

CPU = torch.device("cpu")


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def part(n: int) -> Part:
    labels = torch.arange(n) % 2
    images = torch.randint(0, 60, (n, 1, 8, 8), generator=seeded(n), dtype=torch.uint8)
    images[labels == 0, :, :, :4] += 150
    images[labels == 1, :, :, 4:] += 150
    return Part(images, labels)


def stripes(n_train: int = 64, *, flips: bool = False) -> Dataset:
    """Two classes that a child can tell: the left or the right half is bright."""
    info = DataInfo("stripes", 1, 8, 2, n_train, 40, 40, flip=flips)
    constant = torch.full((1, 1, 1), 0.4)
    return Dataset(info, part(n_train), part(40), part(30), constant, constant)


def network(seed: int = 0) -> nn.Module:
    torch.manual_seed(seed)
    return nn.Sequential(
        *(nn.Conv2d(1, 8, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(8), nn.ReLU()),
        *(nn.Flatten(), nn.Dropout(0.2), nn.Linear(128, 2)),
    )


def equal(one: nn.Module, other: nn.Module) -> bool:
    states = zip(one.state_dict().values(), other.state_dict().values(), strict=True)
    return all(torch.equal(a, b) for a, b in states)
