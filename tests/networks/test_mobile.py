import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torchvision.models._utils import _make_divisible
from torchvision.ops.misc import SqueezeExcitation

from evonas.networks.blocks import InvertedResidual
from evonas.networks.mobile import Resize, SqueezeExcite, divisible, mbconv


def n_params(module):
    return sum(parameter.numel() for parameter in module.parameters())


@given(width=st.floats(1, 5000), by=st.sampled_from([4, 8, 16]))
def test_widths_are_rounded_as_torchvision_does(width, by):
    assert divisible(width, by) == _make_divisible(width, by)


@settings(max_examples=15, deadline=None)
@given(n_in=st.sampled_from([8, 16]), n_out=st.sampled_from([8, 16]), stride=st.integers(1, 2))
def test_a_layer_keeps_the_size_but_for_its_stride_and_adds_where_shapes_agree(
    n_in, n_out, stride
):
    layer = mbconv(
        n_in, n_out, n_inside=24, kernel=5, stride=stride, activation="relu", excites=True
    )().eval()
    images = torch.rand(2, n_in, 8, 8)
    assert layer.has_shortcut == (stride == 1 and n_in == n_out)
    alone = layer.branch(images)
    assert torch.equal(layer(images), images + alone if layer.has_shortcut else alone)
    assert alone.shape == (2, n_out, 8 // stride, 8 // stride)


def test_nothing_is_expanded_where_there_are_as_many_channels_inside():
    shape = {"kernel": 3, "stride": 1, "activation": "relu"}
    wide, plain = (mbconv(8, 8, n_inside=n, **shape)() for n in (16, 8))
    assert (len(wide.branch), len(plain.branch)) == (3, 2)
    assert n_params(wide) == n_params(InvertedResidual(8, 8, **shape, expansion=2))
    assert n_params(plain) == 8 * 9 + 16 + 64 + 16  # filter and norm, projection and norm


def test_squeeze_and_excitation_is_that_of_torchvision():
    ours, theirs = SqueezeExcite(72), SqueezeExcitation(72, 24, scale_activation=nn.Hardsigmoid)
    assert n_params(ours) == n_params(theirs)
    theirs.load_state_dict(
        dict(zip(theirs.state_dict(), ours.state_dict().values(), strict=True))
    )
    images = torch.rand(2, 72, 5, 5)
    assert torch.allclose(ours(images), theirs(images))


@pytest.mark.parametrize("size", [4, 8, 12])
def test_images_are_resized_and_the_size_is_told(size):
    assert Resize(size)(torch.rand(2, 3, 8, 8)).shape == (2, 3, size, size)
    assert str(Resize(size)) == f"Resize(size={size})"
