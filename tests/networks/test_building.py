import pytest
import torch
from torch import nn

from evonas.networks.building import META, built, completed, made, without_values
from evonas.networks.inputs import Input

IMAGES = (3, 8, 8)


def lazy() -> nn.Module:
    layers = (nn.LazyConv2d(4, 3), nn.LazyBatchNorm2d(), nn.Dropout(), nn.Flatten())
    return nn.Sequential(*layers, nn.LazyLinear(10))


def test_lazy_modules_get_their_shapes_and_nothing_else():
    model = completed(lazy(), IMAGES)
    assert sum(p.numel() for p in model.parameters()) == 4 * 27 + 4 + 8 + 144 * 10 + 10
    assert model.training
    assert model[1].num_batches_tracked == 0


def test_lazy_modules_draw_the_weights_of_the_seed():
    def weights() -> torch.Tensor:
        torch.manual_seed(3)
        return completed(lazy(), IMAGES)[-1].weight

    assert torch.equal(weights(), weights())


def test_a_network_without_lazy_modules_is_not_run():
    class Unready(nn.Module):
        def forward(self, images):
            raise AssertionError("it ran")

    model = Unready()
    assert completed(model, IMAGES) is model


@pytest.mark.parametrize(
    ("found", "message"),
    [
        (None, r"build gives a NoneType; expected a nn\.Module; does it return its network\?$"),
        ([nn.ReLU()], r"build gives a list; expected a nn\.Module$"),
        (nn.ReLU, r"build gives a type; expected a nn\.Module$"),
    ],
)
def test_what_is_no_network_is_named(found, message):
    with pytest.raises(ValueError, match=message):
        completed(found, IMAGES)


def test_a_network_is_built_the_same_in_every_call_and_no_random_state_changes():
    state = torch.get_rng_state()
    one, other = (built(lambda: nn.Linear(3, 2), (3,)) for _ in range(2))
    assert torch.equal(one.weight, other.weight)
    assert torch.equal(torch.get_rng_state(), state)


def test_a_copy_without_values_keeps_what_is_tied_and_what_is_frozen():
    model = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3), nn.BatchNorm1d(3), nn.LSTM(3, 3))
    model[1].weight = model[0].weight
    model[0].bias.requires_grad_(False)
    copied = without_values(model)
    assert copied[1].weight is copied[0].weight
    assert [p.requires_grad for p in copied.parameters()] == [
        p.requires_grad for p in model.parameters()
    ]
    assert {t.device for t in (*copied.parameters(), *copied.buffers())} == {META}
    assert model[0].weight.device.type == "cpu"
    assert copied(torch.zeros(2, 3, device=META))[0].shape == (2, 3)


def test_inputs_are_noise_in_their_kind_of_number_and_whole_numbers_are_zero():
    images, words = made([Input((3, 4)), Input((7,), "int64")], torch.device("cpu"))
    assert images.shape == (1, 3, 4)
    assert images.std() > 0.1
    assert torch.equal(words, torch.zeros(1, 7, dtype=torch.int64))
    assert torch.equal(images, made([Input((3, 4))], torch.device("cpu"))[0])
