import numpy as np
import pytest
import torch
from torch import nn

from evonas.networks.timing import (
    LONG_ENOUGH_S,
    MAX_REPEATS,
    MIN_REPEATS,
    inference_seconds,
    training_seconds,
)

CPU = torch.device("cpu")


def test_the_shortest_of_several_passes_counts(monkeypatch):
    clock = iter(np.cumsum([0.0, 1.0, 0.0, 3.0, 0.0, 2.0, 0.0, 1.5, 0.0, 4.0]).tolist())
    monkeypatch.setattr("evonas.networks.timing.time.perf_counter", lambda: next(clock))
    passes = []

    class Counted(nn.Module):
        def forward(self, images):
            passes.append(images.shape)
            return images

    assert inference_seconds(Counted(), (1, 2, 2), batch=3, device=CPU) == 1.0
    assert passes == [(3, 1, 2, 2)] * (MIN_REPEATS + 1)  # and one to warm up


def test_a_training_step_goes_back_through_the_network_and_changes_it():
    model = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 36, 10))
    before = [p.clone() for p in model.parameters()]
    backward = []
    model[-1].register_full_backward_hook(lambda *_: backward.append(1))
    assert training_seconds(model, (1, 8, 8), batch=4, device=CPU) > 0
    assert len(backward) > MIN_REPEATS
    assert all((a != b).any() for a, b in zip(before, model.parameters(), strict=True))


@pytest.mark.parametrize(
    ("seconds", "n_passes"),
    [(1.0, MIN_REPEATS), (1e-9, MAX_REPEATS), (LONG_ENOUGH_S / 10, 10)],
)
def test_short_passes_are_repeated_for_a_while_and_not_for_ever(monkeypatch, seconds, n_passes):
    ticks = iter(np.tile([0.0, seconds * (1 + 1e-6)], 2 * MAX_REPEATS).tolist())
    monkeypatch.setattr("evonas.networks.timing.time.perf_counter", lambda: next(ticks))
    passes = []

    class Counted(nn.Module):
        def forward(self, images):
            passes.append(images.requires_grad)
            assert torch.is_inference_mode_enabled()
            return images

    assert inference_seconds(Counted(), (1, 2, 2), batch=1, device=CPU) > 0
    assert len(passes) == n_passes + 1


def test_inference_is_timed_in_evaluation_mode_and_changes_nothing():
    model = nn.Sequential(nn.BatchNorm2d(3), nn.Flatten(), nn.Linear(48, 2))
    before = {name: value.clone() for name, value in model.state_dict().items()}
    inference_seconds(model, (3, 4, 4), batch=2, device=CPU)
    assert not model.training
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


def test_there_may_be_more_images_in_a_step_than_classes():
    model, seen = nn.Sequential(nn.Flatten(), nn.Linear(4, 3)), []
    model.register_forward_hook(lambda module, inputs, output: seen.append(output.shape))
    assert training_seconds(model, (1, 2, 2), batch=31, device=CPU) > 0
    assert set(seen) == {(31, 3)}
