"""Image data sets as tensors in memory, split once and for all."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from evonas.data.decoding import BadFilesError, decode, resize
from evonas.data.folder_sample import bad_files
from evonas.data.image_folder import Files, ImageFolder, all_paths, find_images
from evonas.data.published import DATASET_NAMES, PUBLISHED, DataInfo, Pool, Pools, pools
from evonas.parsing import nearest

SMALLEST, LARGEST = 8, 224  # image sizes, in pixels
_MOST_HELD_OUT = 10_000  # images; what MNIST and CIFAR-10 have for a test


@dataclass(frozen=True, eq=False)
class Part:
    """Images with their labels.

    Attributes:
        images: The images, ``(n, channels, image_size, image_size)`` uint8.
        labels: The class of each image, ``(n,)`` int64.
    """

    images: Tensor
    labels: Tensor


@dataclass(frozen=True, eq=False)
class Dataset:
    """Three disjoint parts, and what normalises them.

    Attributes:
        info: The data set in numbers, as ``dataset_info`` gives it.
        train: The images to train on.
        validation: The images to compare architectures by.
        test: The images for the last word on the few architectures that were chosen.
        mean: Mean of the train part's pixels, scaled to [0, 1], ``(channels, 1, 1)`` float32.
        std: Standard deviation of the train part's pixels, scaled to [0, 1],
            ``(channels, 1, 1)`` float32; at least 1/255, so that constant images can be divided
            by it.
    """

    info: DataInfo
    train: Part
    validation: Part
    test: Part
    mean: Tensor
    std: Tensor


def dataset_info(
    name: str,
    *,
    data_dir: str | Path | None = None,
    image_size: int | None = None,
    subset: int | None = None,
    skip_bad: bool = False,
) -> DataInfo:
    """Sizes and shapes of a data set; no file is opened for one of ``DATASET_NAMES``.

    For arguments and errors see ``load``; ``data_dir`` is taken so that one can stand for the
    other. Of a folder all files are counted, and images of every class and part looked at.
    """
    if name in PUBLISHED:
        return _settle(PUBLISHED[name], image_size, subset)
    found = find_images(folder_of(name), skip_bad=skip_bad)
    return _settle(_published(name, found), image_size, subset)


def notes(name: str, *, skip_bad: bool = False) -> tuple[str, ...]:
    """What a user should know of a data set's files, in words; nothing of a published set.

    Args:
        name: The data set's name, or a folder of images.
        skip_bad: Whether files that cannot be read are left out.

    Raises:
        ValueError: The name is unknown, or the folder is not as ``load`` expects it.
    """
    if name in PUBLISHED:
        return ()
    return find_images(folder_of(name), skip_bad=skip_bad).notes


def load(
    name: str,
    *,
    data_dir: str | Path | None = None,
    image_size: int | None = None,
    subset: int | None = None,
    seed: int = 0,
    skip_bad: bool = False,
) -> Dataset:
    """Read a data set, or give the one that this process has read before.

    A published test or validation part is kept. Each that is missing is drawn from the
    training images: one fifth of them, 10,000 at most. Draws are stratified: every class is
    there, as nearly as can be by its share. The result is shared: do not write to it.

    Args:
        name: The data set's name, one of ``DATASET_NAMES``, or a folder of images (see
            ``image_folder.find_images``).
        data_dir: Where torchvision's files lie, or are put; else the environment variable
            ``EVONAS_DATA``, else ``~/.cache/evonas``. Digits need none.
        image_size: Side of the square images in pixels, [8, 224]; else that of the data set.
            For a folder that is the median of its images' shorter sides, [8, 64].
        subset: How many training images to keep, [n_classes, n_train]; a smaller subset is
            contained in a larger one. The validation part is cut to as many, so that
            validating costs no more than training; the test part never is.
        seed: Fixes the split and the subset, >= 0.
        skip_bad: Whether to leave out files of a folder that cannot be read; else they are
            refused, all of them named at once.

    Raises:
        ValueError: An argument is out of range, the name is unknown, or a folder does not hold
            what ``image_folder.find_images`` and ``decoding.decode`` expect.
        ConnectionError: A named set is missing or incomplete, and could not be downloaded.
    """
    if seed < 0:
        raise ValueError(f"seed of a data split is {seed}; expected 0 or more")
    directory = _directory(data_dir)
    folder = None if name in PUBLISHED else folder_of(name)
    return _load(name, folder, directory, image_size, subset, seed, skip_bad)


@lru_cache(maxsize=4)
def _load(
    name: str,
    folder: Path | None,
    directory: Path,
    image_size: int | None,
    subset: int | None,
    seed: int,
    skip_bad: bool,
) -> Dataset:
    found = find_images(folder, skip_bad=skip_bad) if folder else None
    published = _published(name, found) if found else PUBLISHED[name]
    info = _settle(published, image_size, subset)
    drawn_from = _folder_pools(found, info) if found else pools(published, directory)
    try:
        train, validation, test = (
            Part(resize(pool.read(rows), info.image_size), torch.from_numpy(pool.labels[rows]))
            for pool, rows in _split(drawn_from, info, seed)
        )
    except BadFilesError:
        assert found is not None  # no published set is read from files of its own
        raise BadFilesError(
            bad_files(all_paths((found.train, found.validation, found.test)))
        ) from None
    return Dataset(info, train, validation, test, *_moments(train.images))


def _directory(data_dir: str | Path | None) -> Path:
    chosen = data_dir or os.environ.get("EVONAS_DATA") or "~/.cache/evonas"
    return Path(chosen).expanduser().absolute()


def folder_of(name: str) -> Path:
    """The folder of images that a name stands for.

    Raises:
        ValueError: There is no such folder.
    """
    folder = Path(name).expanduser()
    if name and folder.is_dir():
        return folder.absolute()
    offered = f"choose from {', '.join(DATASET_NAMES)}, or give a folder of images"
    if folder.name != name:  # a path, and no word
        raise ValueError(f"no folder at {name!r}: {offered}")
    raise ValueError(f"unknown data set {name!r}{nearest(name, DATASET_NAMES)}: {offered}")


def _published(name: str, folder: ImageFolder) -> DataInfo:
    n_train, n_validation, n_test = (
        len(files.paths) if files else 0
        for files in (folder.train, folder.validation, folder.test)
    )
    return DataInfo(
        *(name, folder.channels, folder.image_size, len(folder.classes)),
        *(n_train, n_validation, n_test),
        flip=True,
    )


def _settle(published: DataInfo, image_size: int | None, subset: int | None) -> DataInfo:
    """The sizes after the split, as asked for."""
    name, n_classes = published.name, published.n_classes
    size = published.image_size if image_size is None else image_size
    if not SMALLEST <= size <= LARGEST:
        raise ValueError(
            f"image size of {name!r} is {size} pixels; expected {SMALLEST} to {LARGEST}"
        )
    n_held_out = _n_held_out(published.n_train)
    n_missing = (published.n_validation == 0) + (published.n_test == 0)
    n_train = published.n_train - n_missing * n_held_out
    n_kept = n_train if subset is None else subset
    if not n_classes <= n_kept <= n_train:
        raise ValueError(
            f"subset of {n_kept} images of {name!r}; expected {n_classes} (one per class) to "
            f"{n_train} (all its training images)"
        )
    n_validation = published.n_validation or n_held_out
    return replace(
        published,
        image_size=size,
        n_train=n_kept,
        n_validation=n_validation if subset is None else min(n_validation, subset),
        n_test=published.n_test or n_held_out,
    )


def _n_held_out(n_train: int) -> int:
    return min(_MOST_HELD_OUT, round(n_train / 5))


def _split(drawn_from: Pools, info: DataInfo, seed: int) -> list[tuple[Pool, np.ndarray]]:
    """The rows of the train, the validation and the test part, each with its pool."""
    train, validation, test = drawn_from
    left = np.arange(len(train.labels))
    n_held_out = _n_held_out(len(left))
    parts = []
    for stream, pool in enumerate((test, validation)):
        if pool is not None:
            parts.append((pool, np.arange(len(pool.labels))))
        else:
            rows = _draw(train.labels, left, n=n_held_out, seed=(seed, stream))
            parts.append((train, rows))
            left = np.setdiff1d(left, rows)
    (test, test_rows), (validation, rows) = parts
    rows = _draw(validation.labels, rows, n=info.n_validation, seed=(seed, 2))
    left = _draw(train.labels, left, n=info.n_train, seed=(seed, 3))
    return [(train, left), (validation, rows), (test, test_rows)]


def _draw(labels: np.ndarray, rows: np.ndarray, *, n: int, seed: Sequence[int]) -> np.ndarray:
    """Some of the rows, sorted: every class by its share, and at least one if n allows.

    The draw of a smaller ``n`` is contained in that of a larger one.
    """
    rng = np.random.default_rng(seed)
    shuffled = rng.permutation(rows)
    by_class = shuffled[np.argsort(labels[shuffled], kind="stable")]
    counts = np.bincount(labels[rows])
    rank = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
    progress = rank / np.repeat(counts, counts)  # [0, 1) within each class
    order = np.lexsort((rng.random(len(rows)), progress))
    return np.sort(by_class[order[:n]])


def _moments(images: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation per channel, the same on every machine."""
    value = torch.arange(256, dtype=torch.float64) / 255
    counts = [torch.bincount(channel.flatten(), minlength=256) for channel in images.unbind(1)]
    share = torch.stack(counts).double() * len(counts) / images.numel()  # (channels, 256)
    mean = (share * value).sum(1, keepdim=True)  # (channels, 1)
    std = (share * (value - mean) ** 2).sum(1, keepdim=True).sqrt().clamp(min=1 / 255)
    return mean.float()[..., None], std.float()[..., None]


def _folder_pools(folder: ImageFolder, info: DataInfo) -> Pools:
    def pool(files: Files) -> Pool:
        return Pool(
            files.labels,
            lambda rows: decode(
                [files.paths[row] for row in rows],
                channels=info.channels,
                image_size=info.image_size,
            ),
        )

    validation = pool(folder.validation) if folder.validation else None
    return pool(folder.train), validation, pool(folder.test) if folder.test else None
