"""Folders of images, with one sub-folder per class."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import Tensor
from torch.nn import functional

# Those of torchvision's ImageFolder.
SUFFIXES = (".jpg", ".jpeg", ".png", ".ppm", ".pgm", ".bmp", ".tif", ".tiff", ".webp")
MIN_PER_CLASS = 5  # a fifth is still an image
_N_LOOKED_AT = 16
_SIZES = (8, 64)  # of the default image size, in pixels


@dataclass(frozen=True, eq=False)
class Files:
    """Image files with their classes.

    Attributes:
        paths: Where the files lie, in the order of the class names, then of the file names.
        labels: The class of each file, ``(n,)`` int64, as indices into the classes of the
            folder.
    """

    paths: tuple[str, ...]
    labels: np.ndarray


@dataclass(frozen=True, eq=False)
class ImageFolder:
    """What a folder of images holds, before any of them is decoded.

    Attributes:
        classes: Sorted names of the classes; a label is an index into them.
        train: The training images: all that the folder does not set aside itself.
        validation: The validation images; ``None`` where the folder has none with labels.
        test: The test images; ``None`` where the folder has none with labels.
        channels: Channels of the images: 1 if the first 16 training images are all grey, else
            3.
        image_size: Side of the square images in pixels: the shorter side of the first training
            image, but 8 at least and 64 at most.
    """

    classes: tuple[str, ...]
    train: Files
    validation: Files | None
    test: Files | None
    channels: int
    image_size: int


def find_images(root: Path) -> ImageFolder:
    """List the images below a folder.

    Classes are the sub-folders of ``root/train``, or of ``root`` itself where there is no
    ``train``; images are found at any depth below them, hidden files excepted. ``root/val``
    (or ``root/validation``) and ``root/test`` hold the same sub-folders, or as in
    Tiny-ImageNet a ``val_annotations.txt`` and a folder ``images``. Without either they
    have no labels and count as absent.

    Raises:
        ValueError: There are fewer than two classes, a class has fewer than 5 training
            images, a validation or test image is of no training class, or one of the first
            16 images cannot be read.
    """
    has_parts = (root / "train").is_dir()
    top = root / "train" if has_parts else root
    label_by_class = {name: label for label, name in enumerate(_folders(top))}
    train = _files(top, label_by_class)
    _check(top, label_by_class, train)
    validation = test = None
    if has_parts:
        validation_folder = root / ("val" if (root / "val").is_dir() else "validation")
        validation = _set_aside(validation_folder, label_by_class)
        test = _set_aside(root / "test", label_by_class)
    looked_at = []
    for path in train.paths[:_N_LOOKED_AT]:
        with _opened(path) as image:
            looked_at.append((image.mode, min(image.size)))
    return ImageFolder(
        classes=tuple(label_by_class),
        train=train,
        validation=validation,
        test=test,
        channels=1 if all(mode in ("1", "L") for mode, _ in looked_at) else 3,
        image_size=int(np.clip(looked_at[0][1], *_SIZES)),
    )


def decode(paths: Sequence[str], *, channels: int, image_size: int) -> Tensor:
    """Read images, each cut to its central square and scaled to one size.

    Args:
        paths: Where the image files lie; there may be none.
        channels: How many channels the images get: 1 for grey, 3 for colour, whatever the files
            hold.
        image_size: Side of the squares, in pixels.

    Returns:
        ``(n, channels, image_size, image_size)`` uint8.

    Raises:
        ValueError: A file is no image, is damaged, or has more than 8 bits per channel.
    """
    images = np.empty((len(paths), image_size, image_size, channels), dtype=np.uint8)
    for row, path in enumerate(paths):
        with _opened(path) as image:
            images[row] = _square(image, channels, image_size)
    return torch.from_numpy(images).permute(0, 3, 1, 2).contiguous()  # (n, c, size, size)


def resize(images: Tensor, image_size: int) -> Tensor:
    """Scale square images, smoothed where they shrink.

    Args:
        images: Square images, ``(n, channels, side, side)`` uint8.
        image_size: The new side of the images, in pixels.

    Returns:
        ``(n, channels, image_size, image_size)`` uint8; the same tensor if nothing changes.
    """
    if images.shape[2] == image_size:
        return images
    size = (image_size, image_size)
    resized = [
        functional.interpolate(chunk.float(), size, mode="bilinear", antialias=True)
        .round()
        .clamp(0, 255)
        .to(torch.uint8)
        for chunk in torch.split(images, 1024)  # floats of all images at once would not fit
    ]
    return torch.cat(resized)


@contextmanager
def _opened(path: str) -> Iterator[Image.Image]:
    try:
        with Image.open(path) as image:
            yield image
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise ValueError(
            f"unreadable image {path!r}: {error}; replace it or take it away"
        ) from error


def _square(image: Image.Image, channels: int, image_size: int) -> np.ndarray:
    if image.mode.startswith(("I", "F")):
        raise ValueError(f"pixels of mode {image.mode}, expected 8 bits per channel")
    upright = ImageOps.exif_transpose(image).convert("L" if channels == 1 else "RGB")
    square = ImageOps.fit(upright, (image_size, image_size), method=Image.Resampling.BILINEAR)
    return np.asarray(square).reshape(image_size, image_size, channels)


def _folders(top: Path) -> list[str]:
    return sorted(
        entry.name for entry in top.iterdir() if entry.is_dir() and entry.name[0] != "."
    )


def _files(top: Path, label_by_class: Mapping[str, int]) -> Files:
    paths: list[str] = []
    labels: list[int] = []
    for name, label in label_by_class.items():
        found = [
            os.path.join(folder, file)
            for folder, _, files in os.walk(top / name, followlinks=True)
            for file in files
            if file.lower().endswith(SUFFIXES) and file[0] != "."
        ]
        paths += sorted(found)
        labels += [label] * len(found)
    return Files(tuple(paths), np.array(labels, dtype=np.int64))


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
        raise ValueError(
            f"only one class, {classes[0]!r}, in {str(top)!r}; expected two or more sub-folders"
        )
    counts = np.bincount(train.labels, minlength=len(classes))
    if counts.min() < MIN_PER_CLASS:
        raise ValueError(
            f"class {classes[counts.argmin()]!r} in {str(top)!r} has {counts.min()} images; "
            f"expected at least {MIN_PER_CLASS}: add some, or take the folder away"
        )


def _set_aside(folder: Path, label_by_class: Mapping[str, int]) -> Files | None:
    """The validation or test part that a folder brings along, if it has labels."""
    if (folder / "val_annotations.txt").is_file():
        return _annotated(folder, label_by_class)
    classes = _folders(folder) if folder.is_dir() else []
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
    annotations = folder / "val_annotations.txt"
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
