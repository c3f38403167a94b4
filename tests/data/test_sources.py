from pathlib import Path

import numpy as np
import pytest
from sample_images import make_classes
from sample_sequences import NAMES, waves, written

from evonas.data.class_names import class_names
from evonas.data.dataset import dataset_info, load, notes
from evonas.data.kinds import IMAGES, SEQUENCES
from evonas.data.sources import place_of, source_of


def test_a_name_stands_for_a_published_set_a_folder_or_a_file(tmp_path):
    make_classes(tmp_path / "images", {"cat": 6, "dog": 6})
    file = written(tmp_path / "a.npz")
    found = [source_of(str(name)) for name in ("digits", tmp_path / "images", file)]
    assert [source.info.kind for source in found] == [IMAGES, IMAGES, SEQUENCES]
    assert [source.classes for source in found] == [(), ("cat", "dog"), NAMES]
    assert [len(source.paths) for source in found] == [0, 12, 0]


def test_a_file_of_sequences_is_split_as_images_are(tmp_path):
    x, y = waves()
    name = str(written(tmp_path / "a.npz", z=y))
    info, data = dataset_info(name), load(name)
    assert data.info == info
    assert (info.shape, info.kind) == ((2, 24), SEQUENCES)
    assert (info.n_train, info.n_validation, info.n_test) == (24, 8, 8)
    rows = np.concatenate([p.images.numpy() for p in (data.train, data.validation, data.test)])
    assert sorted(map(bytes, rows)) == sorted(map(bytes, x.astype(np.float32)))
    assert class_names(name) == NAMES
    assert notes(name) == (f"arrays that are passed over in {name!r}: 'z'",)


def test_a_test_part_of_a_file_is_kept(tmp_path):
    x, y = waves(6)
    name = str(written(tmp_path / "a.npz", x_test=x, y_test=y))
    data = load(name)
    assert np.array_equal(data.test.images, x.astype(np.float32))
    assert (data.info.n_train, data.info.n_validation, data.info.n_test) == (32, 8, 6)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "waves.npz",
            "no file at 'waves.npz': choose from digits, .* a file of sequences, .npz",
        ),
        ("waves.csv", "unknown data set 'waves.csv': choose from"),
        (
            "digit-sequence",
            r"unknown data set 'digit-sequence' \(did you mean 'digit-sequences'",
        ),
        ("a/b", "no folder at 'a/b'"),
    ],
)
def test_a_name_that_stands_for_nothing_is_told_what_there_is(name, message):
    with pytest.raises(ValueError, match=message):
        place_of(name)


def test_a_file_with_another_ending_is_refused(tmp_path):
    (tmp_path / "waves.csv").write_text("1,2")
    with pytest.raises(ValueError, match=r"waves.csv' is no .npz file: choose from"):
        place_of(str(tmp_path / "waves.csv"))
    assert place_of(str(written(Path(tmp_path, "a.npz")))) == tmp_path / "a.npz"
