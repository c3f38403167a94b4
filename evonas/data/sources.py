"""Where a data set comes from: a published set, a folder of images, or a file of sequences."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from evonas.data.decoding import decode
from evonas.data.image_folder import Files, ImageFolder, all_paths, find_images
from evonas.data.published import (
    DATASET_NAMES,
    PUBLISHED,
    DataInfo,
    Pool,
    Pools,
    pools,
    sequence_pool,
)
from evonas.data.sequence_file import SUFFIX, SequenceFile, find_sequences
from evonas.parsing import nearest


@dataclass(frozen=True, eq=False)
class Source:
    """Where the inputs of a data set come from.

    Attributes:
        info: The data set in numbers before it is split: 0 inputs where a part is still to be
            drawn from the training part.
        read: Gives what the parts are drawn from. It takes the settled numbers, and the folder
            in which torchvision's files lie.
        classes: Names of the classes, where the files tell them; else empty.
        notes: What a user should know of the files, in words.
        paths: Files that are read only when rows are drawn, and may then prove bad.
    """

    info: DataInfo
    read: Callable[[DataInfo, Path], Pools]
    classes: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()


def source_of(name: str, *, skip_bad: bool = False) -> Source:
    """Where the data set of a name comes from.

    Args:
        name: The data set's name, one of ``DATASET_NAMES``; a folder of images (see
            ``image_folder.find_images``); or a file of sequences (see
            ``sequence_file.find_sequences``).
        skip_bad: Whether to leave out files of a folder that cannot be read.

    Raises:
        ValueError: The name is unknown, or the files are not as they should be.
    """
    if name in PUBLISHED:
        info = PUBLISHED[name]
        return Source(info, lambda _, directory: pools(info, directory))
    place = place_of(name)
    if place.is_file():
        return _of_file(name, find_sequences(place))
    return _of_folder(name, find_images(place, skip_bad=skip_bad))


def place_of(name: str) -> Path:
    """The folder of images, or the file of sequences, that a name stands for.

    Raises:
        ValueError: There is no such folder or file.
    """
    place = Path(name).expanduser()
    if name and (place.is_dir() or (place.is_file() and place.suffix == SUFFIX)):
        return place.absolute()
    offered = (
        f"choose from {', '.join(DATASET_NAMES)}, or give a folder of images or a file of "
        f"sequences, {SUFFIX}"
    )
    if place.is_file():
        raise ValueError(f"{name!r} is no {SUFFIX} file: {offered}")
    if place.suffix == SUFFIX:
        raise ValueError(f"no file at {name!r}: {offered}")
    if place.name != name:  # a path, and no word
        raise ValueError(f"no folder at {name!r}: {offered}")
    raise ValueError(f"unknown data set {name!r}{nearest(name, DATASET_NAMES)}: {offered}")


def _of_folder(name: str, folder: ImageFolder) -> Source:
    parts = (folder.train, folder.validation, folder.test)
    n_train, n_validation, n_test = (len(files.paths) if files else 0 for files in parts)
    info = DataInfo(
        *(name, folder.channels, folder.image_size, len(folder.classes)),
        *(n_train, n_validation, n_test),
        flip=True,
    )
    read = partial(_folder_pools, folder)
    return Source(info, read, folder.classes, folder.notes, paths=all_paths(parts))


def _folder_pools(folder: ImageFolder, info: DataInfo, directory: Path) -> Pools:
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


def _of_file(name: str, file: SequenceFile) -> Source:
    n_train, channels, length = file.train.values.shape
    n_test = len(file.test.values) if file.test else 0
    info = DataInfo(
        *(name, channels, 0, len(file.classes), n_train, 0, n_test), flip=False, length=length
    )
    train = sequence_pool(file.train.values, file.train.labels)
    test = sequence_pool(file.test.values, file.test.labels) if file.test else None
    return Source(info, lambda *_: (train, None, test), file.classes, file.notes)
