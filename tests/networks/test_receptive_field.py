import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from evonas.networks.layers import layer_table
from evonas.networks.receptive_field import ReceptiveField, joined

SIDE = 25


def seen(*layers, shape=(2, SIDE, SIDE)):
    """What one position sees at last: a size, the word whole, or nothing that is known."""
    found = layer_table(lambda: nn.Sequential(*layers), shape).layers[-1].receptive_field
    return "whole" if found and found.is_whole else found and found.size


def reached(net):
    """How far the gradient of the middle of the last map reaches in the input, each way."""
    images = torch.rand(1, 2, SIDE, SIDE, dtype=torch.float64, requires_grad=True)
    out = net.double()(images)
    out[0, :, out.shape[2] // 2, out.shape[3] // 2].sum().backward()
    rows, columns = torch.nonzero(images.grad.abs().sum((0, 1)), as_tuple=True)
    return tuple(int(places.max() - places.min()) + 1 for places in (rows, columns))


def convolution(kernel, stride, dilation):
    made = nn.Conv2d(2, 2, kernel, stride, padding=0, dilation=dilation)
    nn.init.constant_(made.weight, 0.1)  # nothing cancels out
    return made


windows = st.one_of(
    st.builds(convolution, st.integers(1, 3), st.integers(1, 2), st.integers(1, 2)),
    st.builds(nn.AvgPool2d, st.integers(1, 3), st.integers(1, 2)),
    st.builds(lambda: nn.Hardsigmoid()),
)


@given(st.lists(windows, min_size=1, max_size=3))
@settings(max_examples=40, deadline=None)
def test_a_position_sees_what_its_gradient_reaches(layers):
    assert seen(*layers) == reached(nn.Sequential(*layers))


@pytest.mark.parametrize(
    ("layers", "expected"),
    [
        ([nn.Conv2d(2, 4, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 3)], "whole"),
        ([nn.Flatten(), nn.Linear(2 * SIDE**2, 3)], "whole"),
        ([nn.Conv2d(2, 4, 3), nn.GroupNorm(2, 4)], "whole"),
        ([nn.Conv2d(2, 4, 3), nn.InstanceNorm2d(4), nn.ReLU()], "whole"),
        ([nn.Conv2d(2, 4, (1, 5)), nn.BatchNorm2d(4), nn.SiLU(inplace=True)], (1, 5)),
        ([nn.Conv2d(2, 4, 5, stride=5), nn.AdaptiveMaxPool2d(5)], (5, 5)),
        ([nn.ZeroPad2d(2), nn.MaxPool2d(3, dilation=2)], (5, 5)),
        ([nn.Conv2d(2, 4, 3), nn.ChannelShuffle(2), nn.Conv2d(4, 4, 3, groups=2)], (5, 5)),
        ([nn.Upsample(scale_factor=2)], None),
        ([nn.ConvTranspose2d(2, 3, 2, stride=2)], None),
        ([nn.Upsample(scale_factor=2), nn.AdaptiveAvgPool2d(1)], "whole"),
    ],
    ids=lambda value: None if isinstance(value, list) else str(value),
)
def test_what_is_seen_after_some_layers(layers, expected):
    assert seen(*layers) == expected


one_dimensional = [
    nn.Conv1d(2, 2, 3, dilation=2),  # 1 + 2 x 2 = 5
    nn.MaxPool1d(2),  # + 1 = 6, every 2nd
    nn.Conv1d(2, 2, 5, groups=2),  # + 4 x 2 = 14
    nn.AvgPool1d(2),  # + 2 = 16, every 4th
]


@pytest.mark.parametrize(("n", "expected"), [(1, 5), (2, 6), (3, 14), (4, 16)])
def test_what_is_seen_of_a_sequence(n, expected):
    assert seen(*one_dimensional[:n], shape=(2, 64)) == (expected,)


def test_the_mean_over_a_sequence_sees_all_of_it():
    assert seen(*one_dimensional, nn.AdaptiveAvgPool1d(1), shape=(2, 64)) == "whole"
    assert seen(nn.Conv1d(2, 2, 5, 4), nn.AdaptiveMaxPool1d(5), shape=(2, 41)) == (9,)


windows_of_steps = st.one_of(
    st.builds(nn.AvgPool1d, st.integers(1, 3), st.integers(1, 2)),
    st.builds(
        lambda k, s, d: nn.Conv1d(2, 2, k, s, dilation=d),
        *(st.integers(1, 3), st.integers(1, 2), st.integers(1, 2)),
    ),
)


@given(st.lists(windows_of_steps, min_size=1, max_size=3))
@settings(max_examples=40, deadline=None)
def test_a_step_sees_what_its_gradient_reaches(layers):
    for layer in layers:
        for weight in layer.parameters():
            nn.init.constant_(weight, 0.1)  # nothing cancels out
    found = seen(*layers, shape=(2, 40))
    steps = torch.rand(1, 2, 40, dtype=torch.float64, requires_grad=True)
    out = nn.Sequential(*layers).double()(steps)
    out[0, :, out.shape[2] // 2].sum().backward()
    places = torch.nonzero(steps.grad.abs().sum((0, 1)))
    assert found == (int(places.max() - places.min()) + 1,)


def test_a_map_of_one_position_sees_no_more_after_a_linear_layer():
    net = nn.Conv2d(2, 4, 3, stride=5), nn.Flatten(), nn.Linear(4, 3)
    assert seen(*net, shape=(2, 5, 5)) == (3, 3)


def test_a_position_of_a_sum_sees_all_that_its_terms_see():
    one, other = (ReceptiveField(size, (1, 1), (5, 5)) for size in ((3, 9), (7, 1)))
    assert joined([one, other]).size == (7, 9)
    assert joined([one, None]) is None
    assert joined([one, None, other.everything()]).is_whole
    assert joined([]) is None


def test_inputs_without_places_have_no_field():
    assert ReceptiveField.of_input((7,)) is None
    assert seen(nn.Linear(7, 3), shape=(7,)) is None
