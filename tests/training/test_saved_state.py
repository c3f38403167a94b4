import pytest
import torch

from evonas.training.saved_state import read_state, write_state


def test_what_was_written_is_read_and_nothing_else_is_left(tmp_path):
    file = tmp_path / "state.pt"
    write_state(file, {"weights": torch.arange(3.0), "curve": [{"epoch": 1}]})
    state = read_state(file)
    assert state["weights"].tolist() == [0.0, 1.0, 2.0]
    assert state["curve"] == [{"epoch": 1}]
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("n_left", [0, 1, 100, 700])
def test_a_damaged_file_is_named(tmp_path, n_left):
    file = tmp_path / "state.pt"
    write_state(file, {"weights": torch.arange(300.0)})
    file.write_bytes(file.read_bytes()[:n_left])
    with pytest.raises(ValueError, match=r"state\.pt cannot be read: "):
        read_state(file)


def test_what_could_run_code_is_refused(tmp_path):
    torch.save({"harm": print}, tmp_path / "state.pt")
    with pytest.raises(ValueError, match="cannot be read: UnpicklingError"):
        read_state(tmp_path / "state.pt")


def test_something_else_is_named(tmp_path):
    torch.save(torch.zeros(1), tmp_path / "state.pt")
    with pytest.raises(ValueError, match="cannot be read: it holds a Tensor"):
        read_state(tmp_path / "state.pt")


def test_a_failed_writing_leaves_what_was_there(tmp_path):
    file = tmp_path / "state.pt"
    write_state(file, {"a": 1})
    with pytest.raises((TypeError, AttributeError, RuntimeError)):
        write_state(file, {"a": (i for i in ())})
    assert read_state(file) == {"a": 1}
    assert list(tmp_path.iterdir()) == [file]


def test_a_missing_file_is_missing(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_state(tmp_path / "none.pt")
