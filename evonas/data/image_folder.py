"""Folders of images, with one sub-folder per class."""

from __future__ import annotations

import os
import stat
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from evonas.data.decoding import BadFilesError
from evonas.data.folder_parts import ANNOTATIONS, SUFFIXES, find_parts, is_image, sub_folders
from evonas.data.folder_sample import bad_files, look_at

MIN_PER_CLASS = 5  # a fifth is still an image
_SIZES = (8, 64)  # of the default image size, in pixels
_COMPANIONS = {"", ".txt", ".csv", ".json", ".xml", ".md", ".db", ".ini", ".py"}  # no images


@dataclass(frozen=True, eq=False)
class Files:
    """Image files with their classes.

    Attributes:
        paths: Where the files lie, in the order of the class names, then of the file names.
        labels: The class of each file, ``(n,)`` int64, as indices into the classes of the
            folder.
        notes: What was passed over, in words.
    """

    paths: tuple[str, ...]
    labels: np.ndarray
    notes: tuple[str, ...] = ()

    def kept(self, bad: Collection[str]) -> Files:
        """The files without some, in the same order."""
        is_kept = np.array([path not in bad for path in self.paths], dtype=bool)
        paths = tuple(path for path in self.paths if path not in bad)
        return replace(self, paths=paths, labels=self.labels[is_kept])

    def groups(self) -> list[tuple[str, ...]]:
        """The files of each class that has any."""
        rows = [np.flatnonzero(self.labels == label) for label in np.unique(self.labels)]
        return [tuple(self.paths[row] for row in those) for those in rows]


@dataclass(frozen=True, eq=False)
class ImageFolder:
    """What a folder of images holds, before all of them are decoded.

    Attributes:
        classes: Sorted names of the classes; a label is an index into them.
        train: The training images: all that the folder does not set aside itself.
        validation: The validation images; ``None`` where the folder has none with labels.
        test: The test images; ``None`` where the folder has none with labels.
        channels: Channels of the images: 1 if all that were looked at are grey, else 3.
        image_size: Side of the square images in pixels: the median of the shorter sides of
            those that were looked at, but 8 at least and 64 at most.
        notes: What a user should know of the folder, in words: files that are passed over or
            left out, and images that show nothing.
    """

    classes: tuple[str, ...]
    train: Files
    validation: Files | None
    test: Files | None
    channels: int
    image_size: int
    notes: tuple[str, ...] = ()


def find_images(root: Path, *, skip_bad: bool = False) -> ImageFolder:
    """List the images below a folder.

    Classes are the sub-folders of the training part, or of ``root`` itself where it has no
    parts (see ``folder_parts.find_parts``); images are found at any depth below them, hidden
    files excepted. The validation and the test part hold the same sub-folders, or as in
    Tiny-ImageNet a ``val_annotations.txt`` and a folder ``images``. Without either they
    have no labels and count as absent.

    Args:
        root: The folder.
        skip_bad: Whether to leave out files that cannot be read, and say how many; all files
            are then decoded once for that.

    Raises:
        ValueError: It cannot be told which folders are parts, there are fewer than two
            classes, a class has fewer than 5 training images, a validation or test image is of
            no training class, or images that are looked at cannot be read: then all that
            cannot are named.
    """
    parts = find_parts(root)
    label_by_class = {name: label for label, name in enumerate(sub_folders(parts.train))}
    train = _files(parts.train, label_by_class)
    validation = _set_aside(parts.validation, label_by_class) if parts.validation else None
    test = _set_aside(parts.test, label_by_class) if parts.test else None
    found = [files for files in (train, validation, test) if files]
    notes = [note for files in found for note in files.notes]
    if skip_bad:
        bad = bad_files(all_paths(found))
        train = train.kept(bad)
        validation, test = (files and files.kept(bad) for files in (validation, test))
        found = [files for files in (train, validation, test) if files]
        if bad:
            notes.append(f"{len(bad)} bad files are left out, such as {min(bad)!r}")
    _check(parts.train, label_by_class, train)
    try:
        sample = look_at([group for files in found for group in files.groups()])
    except BadFilesError:
        raise BadFilesError(bad_files(all_paths(found))) from None
    notes += sample.notes
    return ImageFolder(
        classes=tuple(label_by_class),
        train=train,
        validation=validation,
        test=test,
        channels=1 if sample.is_grey else 3,
        image_size=int(np.clip(sample.side, *_SIZES)),
        notes=tuple(notes),
    )


def all_paths(found: Iterable[Files | None]) -> tuple[str, ...]:
    """The paths of several parts, of which some may be absent."""
    return tuple(path for files in found if files for path in files.paths)


def _files(top: Path, label_by_class: Mapping[str, int]) -> Files:
    real_by_class = {name: os.path.realpath(top / name) for name in label_by_class}
    twins = [name for name, n in Counter(real_by_class.values()).items() if n > 1]
    if twins:
        names = [name for name, real in real_by_class.items() if real == twins[0]]
        raise ValueError(
            f"classes {' and '.join(map(repr, names))} in {str(top)!r} are one folder under "
            "several names; keep one of them"
        )
    paths: list[str] = []
    labels: list[int] = []
    passed_over: Counter[str] = Counter()
    home = os.path.realpath(top)
    loose = sum(is_image(entry.name) and entry.is_file() for entry in os.scandir(top))
    if loose:
        passed_over["images beside the class folders"] = loose
    for name, label in label_by_class.items():
        closed = {real for other, real in real_by_class.items() if other != name}
        found = []
        for path in _regular(str(top / name), {*closed, home}, passed_over):
            if is_image(os.path.basename(path)):
                found.append(path)
            elif (ending := os.path.splitext(path)[1].lower()) not in _COMPANIONS:
                passed_over[f"files that end in {ending}"] += 1
        paths += sorted(found)
        labels += [label] * len(found)
    notes = tuple(
        f"{what} are passed over in {str(top)!r} ({n})" for what, n in passed_over.items()
    )
    return Files(tuple(paths), np.array(labels, dtype=np.int64), notes)


def _regular(top: str, closed: Collection[str], passed_over: Counter[str]) -> Iterator[str]:
    """Regular files at any depth, and links to nowhere, which decoding will complain of.

    A linked folder is entered once, and not if it leads back up, or to what is data anyway.
    """
    entered: set[str] = set()
    for folder, inner, files in os.walk(top, followlinks=True):
        entered.add(os.path.realpath(folder))
        for name in [name for name in inner if os.path.islink(os.path.join(folder, name))]:
            real = os.path.realpath(os.path.join(folder, name))
            known = [*entered, *closed]
            if any(_contains(real, one) or _contains(one, real) for one in known):
                inner.remove(name)
                passed_over["links to folders that are here already"] += 1
        inner[:] = sorted(name for name in inner if name[0] != "." and name != "@eaDir")
        for path in (os.path.join(folder, name) for name in files if name[0] != "."):
            if _is_regular(path):
                yield path
            else:
                passed_over["pipes, sockets or devices"] += 1


def _is_regular(path: str) -> bool:
    try:
        return stat.S_ISREG(os.stat(path).st_mode)
    except OSError:
        return True


def _contains(folder: str, path: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def _check(top: Path, label_by_class: Mapping[str, int], train: Files) -> None:
    classes = list(label_by_class)
    if not classes:
        raise ValueError(
            f"no classes in {str(top)!r}; expected one sub-folder of images per class"
        )
    if not train.paths:
        raise ValueError(
            f"no images in the class folders of {str(top)!r}; expected files that end in "
            f"{', '.join(SUFFIXES)}"
        )
    if len(classes) == 1:
        inner = [name for name in sub_folders(top / classes[0]) if name != "images"]
        raise ValueError(
            f"only one class, {classes[0]!r}, in {str(top)!r}; expected two or more sub-folders"
            + (f": is {str(top / classes[0])!r} meant?" if len(inner) > 1 else "")
        )
    counts = np.bincount(train.labels, minlength=len(classes))
    if counts.min() < MIN_PER_CLASS:
        raise ValueError(
            f"class {classes[counts.argmin()]!r} in {str(top)!r} has {counts.min()} images; "
            f"expected at least {MIN_PER_CLASS}: add some, or take the folder away"
        )


def _set_aside(folder: Path, label_by_class: Mapping[str, int]) -> Files | None:
    """The validation or test part that a folder brings along, if it has labels."""
    if (folder / ANNOTATIONS).is_file():
        return _annotated(folder, label_by_class)
    classes = sub_folders(folder)
    if "images" not in label_by_class:  # a pile of unlabelled images, as in Tiny-ImageNet
        classes = [name for name in classes if name != "images"]
    if not classes:
        return None
    for name in classes:
        _check_class(name, where=folder, classes=label_by_class)
    files = _files(folder, {name: label_by_class[name] for name in classes})
    if not files.paths:
        raise ValueError(
            f"no images in the class folders of {str(folder)!r}; add some, or take it away to "
            "have this part drawn from the training images"
        )
    return files


def _annotated(folder: Path, label_by_class: Mapping[str, int]) -> Files:
    """Tiny-ImageNet's list: file name and class, then a box, parted by tabs."""
    annotations = folder / ANNOTATIONS
    class_by_path: dict[str, str] = {}
    for number, line in enumerate(annotations.read_text("utf-8").splitlines(), start=1):
        fields = line.split("\t")
        if len(fields) < 2:
            raise ValueError(
                f"line {number} of {str(annotations)!r} is {line!r}; expected the name of a "
                "file, a tab, and the name of its class"
            )
        _check_class(fields[1], where=annotations, classes=label_by_class)
        class_by_path[str(folder / "images" / fields[0])] = fields[1]
    if not class_by_path:
        raise ValueError(f"{str(annotations)!r} is empty; expected one line per image")
    paths = sorted(class_by_path, key=lambda path: (class_by_path[path], path))
    labels = [label_by_class[class_by_path[path]] for path in paths]
    return Files(tuple(paths), np.array(labels, dtype=np.int64))


def _check_class(name: str, *, where: Path, classes: Collection[str]) -> None:
    if name not in classes:
        first = ", ".join(list(classes)[:5]) + (", ..." if len(classes) > 5 else "")
        raise ValueError(
            f"class {name!r} in {str(where)!r} is no training class; expected one of {first}"
        )
