import numpy as np
import pytest
from PIL import Image

from evonas.data.decoding import BadFilesError
from evonas.data.folder_sample import bad_files, look_at


def images(folder, specs):
    """One file for each (mode, size), half of it white."""
    paths = []
    for i, (mode, size) in enumerate(specs):
        image = Image.new(mode, size)
        image.paste(Image.new(mode, (size[0] // 2, size[1]), "white"))
        paths.append(str(folder / f"{i:04}.png"))
        image.save(paths[-1])
    return paths


def test_colour_anywhere_makes_the_folder_coloured(tmp_path):
    paths = images(tmp_path, [("L", (9, 9))] * 30 + [("RGB", (9, 9))])
    assert look_at([paths[:20], paths[20:30]]).is_grey
    assert not look_at([paths[:20], paths[20:]]).is_grey
    assert not look_at([paths[30:], paths[:20]]).is_grey


def test_the_side_is_the_median_of_the_shorter_ones(tmp_path):
    sizes = [(100, 200), (20, 30), (31, 22), (24, 90), (26, 90)]
    paths = images(tmp_path, [("L", size) for size in sizes])
    assert look_at([paths[:3], paths[3:]]).side == 24


def test_the_first_and_the_last_of_many_files_are_among_those_looked_at(tmp_path):
    many = images(tmp_path, [("L", (9, 9))] * 2) * 2000
    last = images(tmp_path, [("L", (9, 9))] * 3 + [("RGB", (9, 9))])[3:]
    assert look_at([many]).is_grey
    assert not look_at([many + last]).is_grey
    assert not look_at([last + many]).is_grey


def test_constant_images_are_told(tmp_path):
    paths = images(tmp_path, [("L", (9, 9))] * 3)
    assert look_at([paths]).notes == ()
    for path in paths[1:]:
        Image.new("RGB", (9, 9), (1, 2, 3)).save(path)
    assert look_at([paths]).notes == (
        f"2 of 3 images that were looked at are of one colour, such as {paths[1]!r}",
    )


def test_bad_files_are_told_with_their_reasons(tmp_path):
    paths = images(tmp_path, [("L", (9, 9))] * 3)
    noise = np.random.default_rng(0).integers(0, 256, (64, 64), dtype=np.uint8)
    Image.fromarray(noise).save(paths[1])
    content = (tmp_path / "0001.png").read_bytes()
    (tmp_path / "0001.png").write_bytes(content[:2000])
    assert list(bad_files(tuple(paths))) == [paths[1]]
    with pytest.raises(BadFilesError, match="truncated"):
        look_at([paths])
