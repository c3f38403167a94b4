"""Data sets to be read: folders of small images, and torchvision's classes without files."""

from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import numpy as np
import torch
from PIL import Image

from evonas.data.dataset import Dataset, Part
from evonas.data.published import PUBLISHED

PARTS = ("train", "validation", "test")


def parts(dataset: Dataset) -> list[Part]:
    return [getattr(dataset, name) for name in PARTS]


def rows(part: Part) -> list[bytes]:
    return [image.numpy().tobytes() for image in part.images]


def equal(one: Part, other: Part) -> bool:
    return torch.equal(one.images, other.images) and torch.equal(one.labels, other.labels)


def save(path: Path, *, value: int = 0, size: tuple[int, int] = (12, 10), mode: str = "L"):
    """One image, its upper left pixel the value, so that no two need be alike."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.new(mode, size, 50)
    image.paste(value if mode == "L" else (value, 0, 0), (0, 0, *size))
    image.save(path)


def make_classes(top: Path, n_by_class: dict[str, int], *, first: int = 0, **options) -> int:
    for name, n in n_by_class.items():
        for index in range(n):
            save(top / name / f"{index:03}.png", value=first, **options)
            first += 1
    return first


def make_tiny_imagenet(root: Path) -> None:
    first = 0
    for name in ("n01", "n02", "n03"):
        for index in range(10):
            save(
                root / "train" / name / "images" / f"{name}_{index}.JPEG",
                value=first,
                size=(64, 64),
                mode="RGB",
            )
            first += 1
        (root / "train" / name / f"{name}_boxes.txt").write_text("0 0 9 9\n")
    lines = []
    for index, name in enumerate(("n03", "n01", "n02", "n01")):
        save(
            root / "val" / "images" / f"val_{index}.JPEG",
            value=200 + index,
            size=(64, 64),
            mode="RGB",
        )
        lines.append(f"val_{index}.JPEG\t{name}\t0\t0\t62\t62\n")
        save(root / "test" / "images" / f"test_{index}.JPEG", value=index)
    (root / "val" / "val_annotations.txt").write_text("".join(lines))


class FakeDataset:
    """As a class of torchvision; the first bytes of an image tell its number."""

    shape: tuple[int, ...] = (28, 28)
    n_by_part: ClassVar = {"train": 60_000, "test": 10_000}
    n_classes = 10

    def __init__(self, root, train=True, split=None, download=False):
        part = split or ("train" if train else "test")
        n = self.n_by_part[part]
        self.data = np.zeros((n, *self.shape), np.uint8)
        flat = self.data.reshape(n, -1)
        flat[:, 0] = part == "test"
        for byte in range(3):
            flat[:, 1 + byte] = np.arange(n) >> (8 * byte) & 255
        self.targets = (np.arange(n) % self.n_classes).tolist()


class FakeMNIST(FakeDataset):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.data = torch.from_numpy(self.data)
        self.targets = torch.tensor(self.targets)


class FakeCIFAR10(FakeDataset):
    shape = (32, 32, 3)
    n_by_part: ClassVar = {"train": 1000, "test": 200}


class FakeSVHN(FakeDataset):
    shape = (3, 32, 32)
    n_by_part: ClassVar = {"train": 1500, "test": 400}

    def __init__(self, root, split, download=False):
        super().__init__(root, split=split)
        self.labels = np.array(self.targets)
        del self.targets


def shrink(monkeypatch, name: str, fake: type[FakeDataset]) -> None:
    sizes = {"n_train": fake.n_by_part["train"], "n_test": fake.n_by_part["test"]}
    monkeypatch.setitem(PUBLISHED, name, replace(PUBLISHED[name], **sizes))
