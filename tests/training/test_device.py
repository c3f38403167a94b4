import pytest
import torch

from evonas.training.device import choose_device, reproducible


@pytest.mark.parametrize(
    ("name", "has_cuda", "expected"),
    [
        ("auto", True, "cuda"),
        ("auto", False, "cpu"),
        ("cpu", True, "cpu"),
        ("cuda", True, "cuda"),
    ],
)
def test_a_device_is_chosen_by_word(monkeypatch, name, has_cuda, expected):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: has_cuda)
    assert choose_device(name) == torch.device(expected)


def test_an_unknown_device_is_refused():
    with pytest.raises(ValueError, match="unknown device 'gpu'; choose from auto, cpu, cuda"):
        choose_device("gpu")


def test_a_device_that_is_not_there_is_refused(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(
        ValueError, match="device 'cuda' is not there: torch sees no GPU; use cpu or auto"
    ):
        choose_device("cuda")


def test_within_there_is_one_thread_and_the_random_state_outside_is_left_alone():
    state, n_threads = torch.get_rng_state(), torch.get_num_threads()

    @reproducible()
    def draw_and_fail():
        assert torch.get_num_threads() == 1
        raise RuntimeError(f"drew {torch.rand(3)}")

    with pytest.raises(RuntimeError, match="drew tensor"):
        draw_and_fail()
    assert torch.equal(torch.get_rng_state(), state)
    assert torch.get_num_threads() == n_threads
