"""The published data sets, read from the files of torchvision and scikit-learn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from tarfile import TarError
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch
from torch import Tensor

from evonas.data.kinds import IMAGES, KINDS, SEQUENCES, InputKind, check_augmentations


@dataclass(frozen=True)
class DataInfo:
    """What is known of a data set without decoding its images.

    Attributes:
        name: The data set's name, as it was asked for.
        channels: Channels of the inputs: of images 1 for grey, 3 for colour.
        image_size: Side of the square images, in pixels; 0 where there are no images.
        n_classes: How many classes there are; labels are 0 to ``n_classes - 1``.
        n_train: How many inputs there are to train on.
        n_validation: How many inputs there are by which a search compares architectures.
        n_test: How many inputs there are that a search never sees.
        flip: Whether a mirrored image keeps its label: a boat does, a digit does not.
        length: How many steps each sequence has; 0 where there are no sequences.
    """

    name: str
    channels: int
    image_size: int
    n_classes: int
    n_train: int
    n_validation: int
    n_test: int
    flip: bool
    length: int = 0

    @property
    def kind(self) -> InputKind:
        """What kind of inputs the data set holds."""
        return SEQUENCES if self.length else IMAGES

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of one input: ``(channels, size, size)``, or ``(channels, length)``."""
        sides = (self.length,) if self.length else (self.image_size, self.image_size)
        return self.channels, *sides


def check_kind(
    info: DataInfo, takes: InputKind, *, augment: Sequence[str] | None = None, problem: str
) -> None:
    """Refuse data of a kind that a problem's networks do not take, or augmentations of another.

    Args:
        info: The data set in numbers.
        takes: The kind of inputs that the networks take.
        augment: The augmentations that a user asks for; ``None`` where he says nothing.
        problem: What an error calls the problem.

    Raises:
        ValueError: They are of another kind.
    """
    if info.kind != takes:
        own = "a folder of images" if takes == IMAGES else "a file of sequences, .npz"
        raise ValueError(
            f"{problem} takes {takes.name}, and {info.name!r} holds {info.kind.name}; give as "
            f"data {', '.join(NAMES_BY_KIND[takes])}, or {own}"
        )
    check_augmentations(augment or (), kind=takes)


@dataclass(frozen=True, eq=False)
class Pool:
    """Inputs to draw from, with their labels.

    Attributes:
        labels: The class of each input, ``(n,)`` int64.
        read: Gives the inputs of some rows: images as ``(n_rows, channels, height, width)``
            uint8, sequences as ``(n_rows, channels, length)`` float32.
    """

    labels: np.ndarray
    read: Callable[[np.ndarray], Tensor]


Pools = tuple[Pool, Pool | None, Pool | None]  # train, validation, test

# As published: 0 inputs where a part is still to be drawn from the training images.
PUBLISHED = {
    info.name: info
    for info in (
        DataInfo("digits", 1, 8, 10, 1_797, 0, 0, flip=False),
        DataInfo("mnist", 1, 28, 10, 60_000, 0, 10_000, flip=False),
        DataInfo("fashion-mnist", 1, 28, 10, 60_000, 0, 10_000, flip=True),
        DataInfo("cifar10", 3, 32, 10, 50_000, 0, 10_000, flip=True),
        DataInfo("cifar100", 3, 32, 100, 50_000, 0, 10_000, flip=True),
        DataInfo("svhn", 3, 32, 10, 73_257, 0, 26_032, flip=False),
        DataInfo("digit-sequences", 1, 0, 10, 1_797, 0, 0, flip=False, length=64),
    )
}
DATASET_NAMES = tuple(PUBLISHED)
NAMES_BY_KIND = {
    kind: tuple(name for name, info in PUBLISHED.items() if info.kind == kind) for kind in KINDS
}
# How torchvision says that files are not there (the first), cut short or not its own.
_INCOMPLETE = (RuntimeError, AssertionError, EOFError, TypeError, ValueError)


def pools(published: DataInfo, directory: Path) -> Pools:
    """The training and the test part of a published set, downloaded if need be.

    Args:
        published: The published data set, one of ``PUBLISHED``.
        directory: The folder in which torchvision's files lie, or are put.

    Raises:
        ConnectionError: The files are missing or incomplete, and cannot be downloaded.
    """
    if published.name == "digits":
        images, labels = _digits()
        return _pool(np.rint(images * (255 / 16)), labels), None, None
    if published.name == "digit-sequences":
        images, labels = _digits()
        return sequence_pool(images.reshape(len(images), 1, -1) / 16, labels), None, None
    try:
        train, test = _open(published, directory)
    except _INCOMPLETE:
        train, test = _download(published, directory)
    return train, None, test


def sequence_pool(sequences: np.ndarray, labels: np.ndarray) -> Pool:
    """Sequences in memory to draw from.

    Args:
        sequences: Finite numbers, ``(n, channels, length)``.
        labels: The class of each sequence, ``(n,)``.
    """
    values = np.ascontiguousarray(sequences, dtype=np.float32)
    return Pool(np.asarray(labels, np.int64), lambda rows: torch.from_numpy(values[rows]))


def _digits() -> tuple[np.ndarray, np.ndarray]:
    """Images ``(1797, 8, 8)`` with pixels 0 to 16, and their labels."""
    from sklearn.datasets import load_digits

    digits = load_digits()
    return digits.images, digits.target


def _pool(images: Any, labels: Any) -> Pool:
    """Rows of an array in any of torchvision's layouts: NHW, NHWC or NCHW."""
    pixels = np.asarray(images).astype(np.uint8, copy=False)
    if pixels.ndim == 3:
        pixels = pixels[:, None]
    elif pixels.shape[3] == 3:
        pixels = pixels.transpose(0, 3, 1, 2)
    return Pool(
        np.asarray(labels, dtype=np.int64),
        lambda rows: torch.from_numpy(np.ascontiguousarray(pixels[rows])),
    )


def _open(published: DataInfo, directory: Path, *, download: bool = False) -> list[Pool]:
    """The official training and test images, from torchvision's files."""
    import torchvision.datasets

    name = published.name
    class_name = "FashionMNIST" if name == "fashion-mnist" else name.upper()
    torchvision_class = getattr(torchvision.datasets, class_name)
    opened = []
    for part, n_images in (("train", published.n_train), ("test", published.n_test)):
        which = {"split": part} if name == "svhn" else {"train": part == "train"}
        found = torchvision_class(str(directory), download=download, **which)
        labels = found.labels if name == "svhn" else found.targets
        if len(labels) != n_images:
            raise ValueError(f"{len(labels)} {part} images, expected {n_images}")
        opened.append(_pool(found.data, labels))
    return opened


def _download(published: DataInfo, directory: Path) -> list[Pool]:
    """Fetch beside the target and move when complete, so that no half is ever found."""
    home = next(folder for folder in (directory, *directory.parents) if folder.is_dir())
    try:
        with TemporaryDirectory(dir=home, prefix=f".{published.name}-") as folder:
            opened = _open(published, Path(folder), download=True)
            for file in sorted(filter(Path.is_file, Path(folder).rglob("*"))):
                target = directory / file.relative_to(folder)
                target.parent.mkdir(parents=True, exist_ok=True)
                file.replace(target)
    except (*_INCOMPLETE, OSError, HTTPException, TarError) as error:
        raise ConnectionError(
            f"data set {published.name!r} is missing or incomplete in {str(directory)!r} and "
            f"could not be downloaded ({' '.join(str(error).split())}); give --data-dir with "
            "torchvision's files of it, or use --data digits"
        ) from error
    return opened
