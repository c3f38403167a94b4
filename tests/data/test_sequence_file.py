import re
import subprocess
import sys

import numpy as np
import pytest
from sample_sequences import NAMES, waves, written

from evonas.data.sequence_file import find_sequences, read_values

X, Y = waves()


def with_one(value) -> np.ndarray:
    changed = X.copy()
    changed[3, 1, 2] = value
    return changed


def test_what_was_written_is_read_in_single_precision(tmp_path):
    file = find_sequences(written(tmp_path / "a.npz", x_test=X[:5], y_test=Y[:5]))
    assert file.classes == NAMES
    assert file.train.values.dtype == np.float32
    assert np.array_equal(file.train.values, X.astype(np.float32))
    assert np.array_equal(file.train.labels, Y)
    assert np.array_equal(file.test.values, X[:5].astype(np.float32))
    assert not file.notes


def test_without_names_the_values_of_y_name_the_classes(tmp_path):
    numbers = find_sequences(written(tmp_path / "a.npz", y=3 * Y - 1, labels=None))
    texts = find_sequences(
        written(tmp_path / "b.npz", y=np.array(["no", "yes"])[Y], labels=None)
    )
    assert (numbers.classes, texts.classes) == (("-1", "2"), ("no", "yes"))
    assert np.array_equal(numbers.train.labels, Y)
    assert np.array_equal(texts.train.labels, Y)


def test_whole_numbers_are_values_as_they_are(tmp_path):
    file = find_sequences(
        written(tmp_path / "a.npz", x=np.arange(X.size).reshape(X.shape) % 256)
    )
    assert file.train.values.max() == 255.0


def test_a_file_that_was_written_anew_is_read_anew(tmp_path):
    written(tmp_path / "a.npz")
    assert len(find_sequences(tmp_path / "a.npz").train.labels) == 40
    x, y = waves(20)
    written(tmp_path / "a.npz", x=x, y=y)
    assert len(find_sequences(tmp_path / "a.npz").train.labels) == 20


def test_arrays_that_nobody_asks_for_are_told(tmp_path):
    file = find_sequences(written(tmp_path / "a.npz", z=np.arange(3)))
    assert file.notes == (f"arrays that are passed over in '{tmp_path / 'a.npz'}': 'z'",)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"x": None}, "has no array 'x': it has y, labels; expected x and y, and x_test"),
        ({"y": None}, "has no array 'y': it has x, labels"),
        ({"x_test": X}, "has no array 'y_test'"),
        ({"y_test": Y}, "has no array 'x_test'"),
        ({"x": X[:-1]}, "'y' .* has shape (40,) for 39 sequences; expected (39,): a class for"),
        ({"y": Y[:, None]}, "'y' .* has shape (40, 1) for 40 sequences"),
        ({"x": with_one(np.nan)}, "not finite, in 1 of 40 sequences, the first at index 3"),
        ({"x": with_one(np.inf)}, "not finite, in 1 of 40"),
        ({"x": with_one(1e300)}, "not finite, in 1 of 40"),
        (
            {"x": np.array([X, None], dtype=object)},
            "'x' .* holds Python objects, which are not",
        ),
        ({"y": np.array([*Y, None], dtype=object)}, "'y' .* holds Python objects"),
        ({"x": X.astype(complex)}, "'x' .* holds complex128; expected real numbers"),
        ({"x": X.astype(str)}, "expected real numbers"),
        (
            {"x": X[:, 0]},
            "has shape (40, 24); expected (n, channels, length); of one channel give",
        ),
        ({"x": X[:, :0]}, "has shape (40, 0, 24); expected (n, channels, length)"),
        ({"x": X[:, :, :7]}, "has sequences of 7 steps; expected 8 or more"),
        (
            {"y": Y * 1.5},
            "'y' .* holds float64; expected the classes as whole numbers (y.astype(",
        ),
        ({"y": 0 * Y}, "class 'slow' .* has 0 sequences to train on; expected 5 or more"),
        ({"y": 0 * Y, "labels": None}, "has 1 class; expected two or more different values"),
        ({"y": Y + 1}, "'y' .* holds 2; expected the classes 0, 1"),
        ({"labels": np.array(["one"])}, "has 1 class;"),
        (
            {"labels": np.array(["one", "one"])},
            "classes .* are 'one', 'one'; expected different",
        ),
        ({"labels": np.array(["one", "a\nb"])}, "expected different names, of one line each"),
        (
            {"labels": np.arange(2)},
            "'labels' .* is int64 of shape (2,), and 'y' int64; expected",
        ),
        ({"y": Y.astype(str)}, "'labels' .* and 'y' <U21; expected texts"),
        (
            {"x_test": X[:, :1], "y_test": Y},
            "'x_test' .* (40, 1, 24); expected (n, 2, 24) as of",
        ),
        ({"x_test": X[:0], "y_test": Y[:0]}, "n at least 1"),
        ({"x_test": X, "y_test": Y + 5}, "'y_test' .* holds 5; expected the classes 0, 1"),
        (
            {"x_test": X, "y_test": Y * 1.0},
            "'y_test' .* holds float64; expected the classes 0, 1",
        ),
        ({"x": X[:8], "y": Y[:8]}, "class 'fast' .* has 4 sequences to train on; expected 5"),
    ],
)
def test_what_is_wrong_in_a_file_is_said(tmp_path, arrays, message):
    file = written(tmp_path / "a.npz", **arrays)
    pattern = re.escape(message).replace(r"\.\*", ".*")
    with pytest.raises(ValueError, match=pattern) as caught:
        find_sequences(file)
    assert "\n" not in str(caught.value).replace("\\n", "")


def test_a_file_of_something_else_is_refused(tmp_path):
    (tmp_path / "text.npz").write_text("x, y")
    (tmp_path / "cut.npz").write_bytes(written(tmp_path / "a.npz").read_bytes()[:700])
    with (tmp_path / "array.npz").open("wb") as file:
        np.save(file, X)
    for name in ("text", "cut"):
        with pytest.raises(
            ValueError, match=r"is no file of arrays; write one with numpy.savez"
        ):
            find_sequences(tmp_path / f"{name}.npz")
    with pytest.raises(ValueError, match="holds one array without a name"):
        find_sequences(tmp_path / "array.npz")
    with pytest.raises(FileNotFoundError, match="no file of sequences at"):
        find_sequences(tmp_path / "none.npz")


def test_of_a_file_to_predict_the_values_are_enough(tmp_path):
    assert read_values(written(tmp_path / "a.npz", y=None)).shape == X.shape
    with pytest.raises(ValueError, match="has no array 'x': it has y, labels"):
        read_values(written(tmp_path / "b.npz", x=None))
    with pytest.raises(FileNotFoundError, match="no file of sequences at"):
        read_values(tmp_path / "none.npz")


def test_files_are_read_without_torch():
    code = "import sys, evonas.data.sequence_file; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
