import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torchvision.models.resnet import Bottleneck as TorchvisionBottleneck

from evonas.networks.blocks import (
    ACTIVATIONS,
    Bottleneck,
    Classifier,
    InvertedResidual,
    Residual,
    convolution,
    depthwise_separable,
    stem,
)

widths = st.sampled_from([2, 4, 6])
kernels = st.sampled_from([1, 3, 5, 7])
strides = st.sampled_from([1, 2])
activations = st.sampled_from(sorted(ACTIVATIONS))
quickly = settings(max_examples=15, deadline=None)


def n_params(module):
    return sum(parameter.numel() for parameter in module.parameters())


def given_back(module, n_in, side=8):
    return module.eval()(torch.ones(2, n_in, side, side)).shape


@quickly
@given(n_in=widths, n_out=widths, kernel=kernels, stride=strides, activation=activations)
def test_every_block_keeps_the_size_but_for_its_stride(n_in, n_out, kernel, stride, activation):
    shape = (2, n_out, 8 // stride, 8 // stride)
    given = {"kernel": kernel, "stride": stride, "activation": activation}
    for block in (
        convolution(n_in, n_out, **given),
        depthwise_separable(n_in, n_out, **given),
        InvertedResidual(n_in, n_out, expansion=3, **given),
        Residual(n_in, n_out, **given),
    ):
        assert given_back(block, n_in) == shape


@quickly
@given(n_in=widths, n_out=widths, kernel=kernels)
def test_parameters_are_those_of_the_definitions(n_in, n_out, kernel):
    norm = 2 * n_out  # a scale and a shift for each channel; convolutions have no bias
    assert n_params(convolution(n_in, n_out, kernel=kernel)) == n_in * n_out * kernel**2 + norm
    separable = depthwise_separable(n_in, n_out, kernel=kernel, stride=1, activation="relu")
    assert n_params(separable) == n_in * kernel**2 + 2 * n_in + n_in * n_out + norm
    wide = 3 * n_in
    inverted = InvertedResidual(n_in, n_out, kernel=kernel, stride=1, expansion=3)
    assert n_params(inverted) == (
        n_in * wide + 2 * wide + wide * kernel**2 + 2 * wide + wide * n_out + norm
    )
    assert n_params(Classifier(n_in, n_out)) == n_in * n_out + n_out


@pytest.mark.parametrize(
    ("n_out", "stride", "has_shortcut"), [(4, 1, True), (4, 2, False), (6, 1, False)]
)
def test_an_inverted_residual_adds_its_input_where_shapes_agree(n_out, stride, has_shortcut):
    block = InvertedResidual(4, n_out, kernel=3, stride=stride, expansion=2).eval()
    images = torch.randn(2, 4, 8, 8, generator=torch.Generator().manual_seed(0))
    assert block.has_shortcut == has_shortcut
    expected = images + block.branch(images) if has_shortcut else block.branch(images)
    assert torch.equal(block(images), expected)
    assert not isinstance(block.branch[-1][-1], nn.ReLU)  # linear bottleneck, Sandler et al.


def test_a_bottleneck_is_that_of_torchvision():
    ours = Bottleneck(64, 32, stride=2)
    downsample = convolution(64, 128, kernel=1, stride=2, activation=None)
    theirs = TorchvisionBottleneck(64, 32, stride=2, downsample=downsample)
    assert n_params(ours) == n_params(theirs)
    assert given_back(ours, 64) == given_back(theirs, 64) == (2, 128, 4, 4)
    assert isinstance(Bottleneck(128, 32, stride=1).shortcut, nn.Identity)


def test_a_residual_that_filters_nothing_hands_on_what_it_is_given():
    block = Residual(4, 4, kernel=3, stride=1, activation="relu").eval()
    assert isinstance(block.shortcut, nn.Identity)
    nn.init.zeros_(block.branch[1].convolution.weight)
    images = torch.randn(2, 4, 8, 8, generator=torch.Generator().manual_seed(0))
    assert torch.equal(block(images), images.relu())


@pytest.mark.parametrize(("n_out", "stride"), [(6, 1), (4, 2)])
def test_a_residual_projects_its_shortcut_where_shapes_differ(n_out, stride):
    block = Residual(4, n_out, kernel=3, stride=stride, activation="silu")
    assert block.shortcut.convolution.kernel_size == (1, 1)
    assert block.shortcut.convolution.stride == (stride, stride)
    assert not hasattr(block.shortcut, "activation")


@pytest.mark.parametrize(("word", "kind"), [("relu", nn.ReLU), ("silu", nn.SiLU)])
def test_a_convolution_ends_in_its_activation_or_in_none(word, kind):
    assert isinstance(convolution(2, 2, activation=word)[-1], kind)
    assert isinstance(convolution(2, 2, activation=None)[-1], nn.BatchNorm2d)


def test_an_unknown_activation_is_named():
    with pytest.raises(KeyError, match="gelu"):
        convolution(2, 2, activation="gelu")


@pytest.mark.parametrize(("n_halvings", "side"), [(0, 9), (1, 5), (3, 2)])
def test_a_stem_halves_as_often_as_it_is_told(n_halvings, side):
    made = stem(3, 4, n_halvings, last_activation=None)
    assert made(torch.zeros(2, 3, 9, 9)).shape == (2, 4, side, side)
    assert len(made) == max(1, n_halvings)
    assert [len(each) for each in made] == [*[3] * (len(made) - 1), 2]


def test_a_classifier_looks_at_the_mean_of_every_channel():
    classifier = Classifier(3, 5).eval()
    images = torch.randn(2, 3, 4, 4, generator=torch.Generator().manual_seed(0))
    shuffled = images.flatten(2)[:, :, torch.randperm(16)].reshape(images.shape)
    assert classifier(images).shape == (2, 5)
    torch.testing.assert_close(classifier(images), classifier(shuffled))
