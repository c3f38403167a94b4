"""From image files to square pictures of one size."""

from __future__ import annotations

import stat
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import Tensor
from torch.nn import functional

MOST_PIXELS = 50_000_000  # in one file: 150 MB once decoded, as large cameras make them
_N_NAMED = 20  # bad files


class BadFilesError(ValueError):
    """Some files are no images that can be read.

    Args:
        reasons: what is wrong with each file, by its path.

    Attributes:
        reasons: what is wrong with each file, by its path.
    """

    def __init__(self, reasons: Mapping[str, str]) -> None:
        self.reasons = dict(reasons)
        told = [f"{path!r}: {reason}" for path, reason in reasons.items()]
        more = f"; and {len(told) - _N_NAMED} more" if len(told) > _N_NAMED else ""
        which = "unreadable image" if len(told) == 1 else f"{len(told)} unreadable images:"
        it = "it" if len(told) == 1 else "them"
        super().__init__(
            f"{which} {'; '.join(told[:_N_NAMED])}{more}; replace {it} or take {it} away, or "
            f"leave {it} out by --skip-bad"
        )


def decode(paths: Sequence[str], *, channels: int, image_size: int) -> Tensor:
    """Read images, each cut to its central square and scaled to one size.

    Pictures of 16 bits are scaled from [0, 65535], floats from [0, 1].

    Args:
        paths: where the image files lie; there may be none.
        channels: how many channels the images get: 1 for grey, 3 for colour, whatever the
            files hold.
        image_size: side of the squares, in pixels.

    Returns:
        ``(n, channels, image_size, image_size)`` uint8.

    Raises:
        BadFilesError: A file is no image, is damaged, or has too many pixels or values out of
            range; all such files are named.
    """
    images = np.empty((len(paths), image_size, image_size, channels), dtype=np.uint8)
    reasons: dict[str, str] = {}
    for row, path in enumerate(paths):
        try:
            with opened(path) as image:
                images[row] = _square(image, channels, image_size)
        except BadFilesError as error:
            reasons |= error.reasons
    if reasons:
        raise BadFilesError(reasons)
    return torch.from_numpy(images).permute(0, 3, 1, 2).contiguous()  # (n, c, size, size)


def resize(images: Tensor, image_size: int) -> Tensor:
    """Scale square images, smoothed where they shrink.

    Args:
        images: square images, ``(n, channels, side, side)`` uint8.
        image_size: the new side of the images, in pixels.

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
def opened(path: str) -> Iterator[Image.Image]:
    """An image file, of which only the head is read as yet.

    Raises:
        BadFilesError: The file is no regular one, no image or too large, or is found to be
            damaged while the image is used.
    """
    try:
        if not stat.S_ISREG(Path(path).stat().st_mode):  # a FIFO would be waited for for ever
            raise ValueError("it is no regular file")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # we are stricter
            image = Image.open(path)
        with image:
            width, height = image.size
            if width * height > MOST_PIXELS:
                raise ValueError(
                    f"it has {width} x {height} pixels, more than {MOST_PIXELS:,} in all"
                )
            yield image
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise BadFilesError({path: str(error)}) from error


def is_grey(image: Image.Image) -> bool:
    """Whether an image has but one channel, of whatever depth."""
    return image.mode in ("1", "L", "I", "F") or image.mode.startswith("I;16")


def in_8_bits(image: Image.Image) -> Image.Image:
    """An image whose pixels have 8 bits per channel; the same one if they have already.

    Raises:
        ValueError: A pixel is out of the range of its kind.
    """
    if not image.mode.startswith(("I", "F")):
        return image
    pixels = np.asarray(image).astype(np.float64)
    most, kind = (1.0, "float") if image.mode == "F" else (65535.0, "16-bit")
    if not (np.isfinite(pixels).all() and pixels.min() >= 0 and pixels.max() <= most):
        raise ValueError(
            f"{kind} pixels go from {pixels.min():g} to {pixels.max():g}; expected 0 to "
            f"{most:g}"
        )
    return Image.fromarray(np.round(pixels * (255 / most)).astype(np.uint8))


def _square(image: Image.Image, channels: int, image_size: int) -> np.ndarray:
    upright = in_8_bits(ImageOps.exif_transpose(image))
    upright = upright.convert("L" if channels == 1 else "RGB")
    square = ImageOps.fit(upright, (image_size, image_size), method=Image.Resampling.BILINEAR)
    return np.asarray(square).reshape(image_size, image_size, channels)
