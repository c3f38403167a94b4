import torch
from torch import nn

from evonas.networks.clocks import LEAST_REPEATS
from evonas.networks.timing import (
    inference_pass,
    inference_seconds,
    training_pass,
    training_seconds,
)

CPU = torch.device("cpu")


def test_a_training_step_goes_back_through_the_network_and_changes_it():
    model = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 36, 10))
    before = [p.clone() for p in model.parameters()]
    backward = []
    model[-1].register_full_backward_hook(lambda *_: backward.append(1))
    assert training_seconds(model, (1, 8, 8), batch=4, device=CPU) > 0
    assert len(backward) > LEAST_REPEATS
    assert all((a != b).any() for a, b in zip(before, model.parameters(), strict=True))


def test_passes_of_one_network_take_turns_in_their_own_modes():
    class Mode(nn.Module):
        def forward(self, images):
            seen.append((self.training, torch.is_inference_mode_enabled(), len(images)))
            return images

    seen, model = [], nn.Sequential(nn.Flatten(), nn.Linear(4, 2), Mode())
    passes = [
        training_pass(model, (1, 2, 2), batch=3, device=CPU),
        inference_pass(model, (1, 2, 2), batch=1, device=CPU),
    ]
    seen.clear()
    for _ in range(2):
        assert all(each.seconds() > 0 for each in passes)
    assert seen == [(True, False, 3), (False, True, 1)] * 2


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
