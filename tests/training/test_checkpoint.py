import numpy as np
import pytest

from evonas.training.checkpoint import Checkpoint

ARRAYS = {"weights of layer.0": np.arange(6.0).reshape(2, 3), "notes": np.array([1], np.uint8)}


def test_what_was_written_is_read(tmp_path):
    checkpoint = Checkpoint(tmp_path / "new", {"genome": (1, 2), "seed": 3})
    assert checkpoint.read() is None
    checkpoint.write(ARRAYS)
    read = Checkpoint(tmp_path / "new", {"seed": 3, "genome": (1, 2)}).read()
    assert read.keys() == ARRAYS.keys()
    assert all(np.array_equal(read[name], array) for name, array in ARRAYS.items())
    assert len(list((tmp_path / "new").iterdir())) == 1


def test_another_identity_is_another_file(tmp_path):
    Checkpoint(tmp_path, {"seed": 3}).write(ARRAYS)
    assert Checkpoint(tmp_path, {"seed": 4}).read() is None


@pytest.mark.parametrize("n_left", [0, 1, 50, 400])
def test_a_damaged_file_is_as_good_as_none(tmp_path, n_left):
    checkpoint = Checkpoint(tmp_path, {})
    checkpoint.write(ARRAYS)
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes()[:n_left])
    assert checkpoint.read() is None


def test_nothing_in_it_can_execute_code(tmp_path):
    checkpoint = Checkpoint(tmp_path, {})
    checkpoint.write({"a": np.array([print], dtype=object)})
    assert checkpoint.read() is None


def test_where_nothing_can_be_written_nothing_is(tmp_path):
    (tmp_path / "file").write_text("")
    Checkpoint(tmp_path / "file", {}).write(ARRAYS)
    assert Checkpoint(tmp_path / "file", {}).read() is None


def test_it_can_be_dropped_twice(tmp_path):
    checkpoint = Checkpoint(tmp_path, {})
    checkpoint.write(ARRAYS)
    checkpoint.drop()
    checkpoint.drop()
    assert not list(tmp_path.iterdir())
