"""What can be told of a folder of images by looking at some of its files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from PIL import Image

from evonas.data.decoding import BadFilesError, in_8_bits, is_grey, opened

N_LOOKED_AT = 1024  # heads of files, over all classes and parts
N_DECODED = 256  # of those, to see whether they show anything


@dataclass(frozen=True)
class Sample:
    """What the images that were looked at have in common.

    Attributes:
        is_grey: whether all of them have but one channel.
        side: the median of their shorter sides, in pixels.
        notes: what a user should know of them, in words.
    """

    is_grey: bool
    side: int
    notes: tuple[str, ...]


def look_at(groups: Sequence[Sequence[str]]) -> Sample:
    """Look at images of every group, evenly from among its files.

    Args:
        groups: paths of the image files of each class of each part; none is empty.

    Raises:
        BadFilesError: Some of the images that were looked at cannot be read.
    """
    n_each = max(1, N_LOOKED_AT // len(groups))
    paths = [path for group in groups for path in _evenly(group, n_each)]
    decoded = set(_evenly(paths, N_DECODED))
    greys, sides, constant = [], [], []
    reasons: dict[str, str] = {}
    for path in paths:
        try:
            with opened(path) as image:
                greys.append(is_grey(image))
                sides.append(min(image.size))
                if path in decoded and _is_constant(image):
                    constant.append(path)
        except BadFilesError as error:
            reasons |= error.reasons
    if reasons:
        raise BadFilesError(reasons)
    notes = [
        f"{len(constant)} of {len(decoded)} images that were looked at are of one colour, such "
        f"as {path!r}"
        for path in constant[:1]
    ]
    return Sample(all(greys), int(np.median(sides)), tuple(notes))


@lru_cache(maxsize=4)
def bad_files(paths: tuple[str, ...]) -> Mapping[str, str]:
    """What is wrong with those of some files that cannot be decoded; all are tried."""
    reasons: dict[str, str] = {}
    for path in paths:
        try:
            with opened(path) as image:
                in_8_bits(image).load()
        except BadFilesError as error:
            reasons |= error.reasons
    return reasons


def _evenly(paths: Sequence[str], n: int) -> list[str]:
    """Up to n of the paths, the first and the last among them."""
    rows = np.linspace(0, len(paths) - 1, min(n, len(paths))).astype(int)
    return [paths[row] for row in rows]


def _is_constant(image: Image.Image) -> bool:
    pixels = np.asarray(in_8_bits(image).convert("RGB"))
    return bool((pixels == pixels[0, 0]).all())
