import os
import re

import numpy as np
import pytest
import torch
from PIL import Image

from evonas.data import decoding
from evonas.data.decoding import BadFilesError, decode, is_grey, opened, resize


def test_resizing_keeps_a_constant_image_constant():
    images = torch.full((3, 3, 16, 16), 201, dtype=torch.uint8)
    for size in (8, 16, 33):
        assert (resize(images, size) == 201).all()


def test_an_image_is_cut_to_its_central_square(tmp_path):
    image = Image.new("L", (40, 20), 0)
    image.paste(255, (10, 0, 30, 20))
    image.save(tmp_path / "wide.png")
    image.transpose(Image.Transpose.ROTATE_90).save(tmp_path / "high.png")
    paths = [str(tmp_path / name) for name in ("wide.png", "high.png")]
    assert (decode(paths, channels=1, image_size=20) == 255).all()


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK"])
@pytest.mark.parametrize("channels", [1, 3])
def test_every_8_bit_mode_can_be_decoded(tmp_path, mode, channels):
    path = tmp_path / ("image.tif" if mode == "CMYK" else "image.png")
    Image.new("RGB", (9, 9), (255, 255, 255)).convert(mode).save(path)
    images = decode([str(path)], channels=channels, image_size=8)
    assert images.shape == (1, channels, 8, 8)
    assert (images == 255).all()


def test_decoding_nothing_gives_an_empty_tensor():
    assert decode([], channels=3, image_size=8).shape == (0, 3, 8, 8)


@pytest.mark.parametrize(
    ("name", "pixel", "expected"),
    [
        ("a.png", np.uint16(65535), 255),
        ("a.png", np.uint16(25700), 100),
        ("a.tif", np.uint16(257), 1),
        ("a.tif", np.int32(25700), 100),
        ("a.tif", np.float32(0.4), 102),
        ("a.pgm", np.uint16(51400), 200),
    ],
)
@pytest.mark.parametrize("channels", [1, 3])
def test_deep_and_float_pixels_are_scaled(tmp_path, name, pixel, expected, channels):
    path = tmp_path / name
    Image.fromarray(np.full((9, 9), pixel)).save(path)
    assert (decode([str(path)], channels=channels, image_size=8) == expected).all()
    with opened(str(path)) as image:
        assert is_grey(image)


@pytest.mark.parametrize(
    ("pixel", "expected"),
    [
        (np.float32(3), r"float pixels go from 3 to 3; expected 0 to 1"),
        (np.float32(-0.5), r"float pixels go from -0.5 to -0.5; expected 0 to 1"),
        (np.float32("nan"), r"float pixels go from nan to nan"),
        (np.int32(70_000), r"16-bit pixels go from 70000 to 70000; expected 0 to 65535"),
    ],
)
def test_values_out_of_range_are_no_picture(tmp_path, pixel, expected):
    path = tmp_path / "a.tif"
    Image.fromarray(np.full((9, 9), pixel)).save(path)
    with pytest.raises(ValueError, match=expected):
        decode([str(path)], channels=1, image_size=8)


def test_pixels_are_counted_before_they_are_decoded(tmp_path, monkeypatch):
    path = tmp_path / "large.png"
    Image.new("1", (7100, 7100)).save(path)
    with pytest.raises(ValueError, match="it has 7100 x 7100 pixels, more than 50,000,000"):
        decode([str(path)], channels=1, image_size=8)
    monkeypatch.setattr(decoding, "MOST_PIXELS", 7100 * 7100)
    assert decode([str(path)], channels=1, image_size=8).sum() == 0


def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "a.png")
    with pytest.raises(ValueError, match=r"unreadable image .*a.png': it is no regular file"):
        decode([str(tmp_path / "a.png")], channels=1, image_size=8)


def test_all_bad_files_are_named_at_once(tmp_path):
    paths = [str(tmp_path / f"{i:02}.png") for i in range(25)]
    for path in paths:
        Image.new("L", (9, 9)).save(path)
    for path in paths[2:]:
        (tmp_path / path).write_text("no image")
    with pytest.raises(
        BadFilesError, match=r"^23 unreadable images: .*; and 3 more; "
    ) as caught:
        decode(paths, channels=1, image_size=8)
    assert list(caught.value.reasons) == paths[2:]
    named = re.findall(r"\d\d\.png': cannot identify", str(caught.value))
    assert len(named) == 20
