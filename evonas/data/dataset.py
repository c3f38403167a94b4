"""Data sets as tensors in memory, split once and for all."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from evonas.data.decoding import BadFilesError, resize
from evonas.data.folder_sample import bad_files
from evonas.data.published import PUBLISHED, DataInfo, Pool, Pools
from evonas.data.sources import place_of, source_of

SMALLEST, LARGEST = 8, 224  # image sizes, in pixels
_ROUNDING = 1e-7  # of a mean in single precision; a spread below it is none
_MOST_HELD_OUT = 10_000  # inputs; what MNIST and CIFAR-10 have for a test


@dataclass(frozen=True, eq=False)
class Part:
    """Inputs with their labels.

    Attributes:
        images: The inputs: images ``(n, channels, image_size, image_size)`` uint8, or sequences
            ``(n, channels, length)`` float32.
        labels: The class of each input, ``(n,)`` int64.
    """

    images: Tensor
    labels: Tensor

    def first(self, n: int) -> Part:
        """The first inputs alone.

        Args:
            n: How many there are to be at most.
        """
        return Part(self.images[:n], self.labels[:n])


@dataclass(frozen=True, eq=False)
class Dataset:
    """Three disjoint parts, and what normalises them.

    Attributes:
        info: The data set in numbers, as ``dataset_info`` gives it.
        train: The inputs to train on.
        validation: The inputs to compare architectures by.
        test: The inputs for the last word on the few architectures that were chosen.
        mean: Mean of the train part's values by channel, float32: of pixels scaled to [0, 1],
            ``(channels, 1, 1)``, of sequences as they are, ``(channels, 1)``.
        std: Standard deviation of the train part's values, in the shape of ``mean``. That of
            pixels is at least 1/255, so that constant images can be divided by it, and that of
            a channel of sequences with one value throughout is 1.
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
    other. Of a folder all files are counted, and images of every class and part looked at; a
    file of sequences is read.
    """
    return _settle(source_of(name, skip_bad=skip_bad).info, image_size, subset)


def notes(name: str, *, skip_bad: bool = False) -> tuple[str, ...]:
    """What a user should know of a data set's files, in words; nothing of a published set.

    Args:
        name: The data set's name, a folder of images, or a file of sequences.
        skip_bad: Whether files that cannot be read are left out.

    Raises:
        ValueError: The name is unknown, or the files are not as ``load`` expects them.
    """
    return source_of(name, skip_bad=skip_bad).notes


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
    training part: one fifth of it, 10,000 at most. Draws are stratified: every class is
    there, as nearly as can be by its share. The result is shared: do not write to it.

    Args:
        name: The data set's name, a folder of images, or a file of sequences; see
            ``sources.source_of``.
        data_dir: Where torchvision's files lie, or are put; else the environment variable
            ``EVONAS_DATA``, else ``~/.cache/evonas``. Digits need none.
        image_size: Side of the square images in pixels, [8, 224]; else that of the data set.
            For a folder that is the median of its images' shorter sides, [8, 64]. Of sequences
            there is none.
        subset: How many training inputs to keep, [n_classes, n_train]; a smaller subset is
            contained in a larger one. The validation part is cut to as many, so that
            validating costs no more than training; the test part never is.
        seed: Fixes the split and the subset, >= 0.
        skip_bad: Whether to leave out files of a folder that cannot be read; else they are
            refused, all of them named at once.

    Raises:
        ValueError: An argument is out of range or does not apply, the name is unknown, or the
            files do not hold what ``sources.source_of`` and ``decoding.decode`` expect.
        ConnectionError: A named set is missing or incomplete, and could not be downloaded.
    """
    if seed < 0:
        raise ValueError(f"seed of a data split is {seed}; expected 0 or more")
    directory = _directory(data_dir)
    place = None if name in PUBLISHED else place_of(name)
    return _load(name, place, directory, image_size, subset, seed, skip_bad)


@lru_cache(maxsize=4)
def _load(
    name: str,
    place: Path | None,
    directory: Path,
    image_size: int | None,
    subset: int | None,
    seed: int,
    skip_bad: bool,
) -> Dataset:
    source = source_of(name if place is None else str(place), skip_bad=skip_bad)
    info = _settle(replace(source.info, name=name), image_size, subset)
    drawn_from = source.read(info, directory)
    try:
        train, validation, test = (
            Part(_sized(pool.read(rows), info), torch.from_numpy(pool.labels[rows]))
            for pool, rows in _split(drawn_from, info, seed)
        )
    except BadFilesError:
        raise BadFilesError(bad_files(source.paths)) from None
    return Dataset(info, train, validation, test, *_moments(train.images))


def _sized(inputs: Tensor, info: DataInfo) -> Tensor:
    return resize(inputs, info.image_size) if info.kind.has_sizes else inputs


def _directory(data_dir: str | Path | None) -> Path:
    chosen = data_dir or os.environ.get("EVONAS_DATA") or "~/.cache/evonas"
    return Path(chosen).expanduser().absolute()


def _settle(published: DataInfo, image_size: int | None, subset: int | None) -> DataInfo:
    """The sizes after the split, as asked for."""
    name, n_classes = published.name, published.n_classes
    kind = published.kind
    size = published.image_size if image_size is None else image_size
    if image_size is not None and not kind.has_sizes:
        raise ValueError(
            f"{name!r} holds {kind.name}, which have no image size; leave --image-size out"
        )
    if kind.has_sizes and not SMALLEST <= size <= LARGEST:
        raise ValueError(
            f"image size of {name!r} is {size} pixels; expected {SMALLEST} to {LARGEST}"
        )
    n_held_out = _n_held_out(published.n_train)
    n_missing = (published.n_validation == 0) + (published.n_test == 0)
    n_train = published.n_train - n_missing * n_held_out
    n_kept = n_train if subset is None else subset
    if not n_classes <= n_kept <= n_train:
        raise ValueError(
            f"subset of {n_kept} {kind.name} of {name!r}; expected {n_classes} (one per "
            f"class) to {n_train} (all its training {kind.name})"
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
    if images.dtype != torch.uint8:
        return _moments_of_floats(images)
    value = torch.arange(256, dtype=torch.float64) / 255
    counts = [torch.bincount(channel.flatten(), minlength=256) for channel in images.unbind(1)]
    share = torch.stack(counts).double() * len(counts) / images.numel()  # (channels, 256)
    mean = (share * value).sum(1, keepdim=True)  # (channels, 1)
    std = (share * (value - mean) ** 2).sum(1, keepdim=True).sqrt().clamp(min=1 / 255)
    return mean.float()[..., None], std.float()[..., None]


def _moments_of_floats(sequences: Tensor) -> tuple[Tensor, Tensor]:
    values = sequences.numpy().astype(np.float64)  # whose sums depend on no number of threads
    mean, std = (get(values, axis=(0, 2))[:, None] for get in (np.mean, np.std))
    std[std <= _ROUNDING * np.abs(mean)] = 1.0  # zero too
    return torch.from_numpy(mean).float(), torch.from_numpy(std).float()
