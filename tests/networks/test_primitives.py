import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from evonas.networks.primitives import (
    DARTS_PRIMITIVES,
    PRIMITIVES,
    FactorisedReduce,
    pointwise,
    primitive,
)

every_primitive = pytest.mark.parametrize("name", PRIMITIVES)


def n_params(module: nn.Module) -> int:
    return sum(weight.numel() for weight in module.parameters())


@every_primitive
@given(size=st.integers(2, 11), stride=st.sampled_from([1, 2]), n=st.integers(2, 5))
@settings(max_examples=15, deadline=None)
def test_it_keeps_channels_and_halves_any_size_rounded_up(name, size, stride, n):
    given_, side = torch.rand(2, n, size, size), math.ceil(size / stride)
    assert primitive(name, n, stride=stride)(given_).shape == (2, n, side, side)


@every_primitive
@pytest.mark.parametrize("stride", [1, 2])
def test_it_leaves_what_it_is_given_alone_and_is_learnt_through(name, stride):
    images = torch.randn(2, 4, 6, 6, requires_grad=True)
    before = images.detach().clone()
    primitive(name, 4, stride=stride)(images).sum().backward()
    assert torch.equal(images, before)
    assert images.grad is not None


# Of what DARTS's published operations.py builds for C channels: depthwise k*k*C, pointwise C*C,
# batch norm 2C; separable convolutions twice, dilated ones once; pooling without batch norm.
@pytest.mark.parametrize(
    ("name", "stride", "expected"),
    [
        ("none", 1, 0),
        ("max_pool_3x3", 2, 0),
        ("avg_pool_3x3", 1, 0),
        ("skip_connect", 1, 0),
        ("skip_connect", 2, 16 * 16 + 2 * 16),
        ("sep_conv_3x3", 1, 2 * (9 * 16 + 16 * 16 + 2 * 16)),
        ("sep_conv_5x5", 2, 2 * (25 * 16 + 16 * 16 + 2 * 16)),
        ("sep_conv_7x7", 1, 2 * (49 * 16 + 16 * 16 + 2 * 16)),
        ("dil_conv_3x3", 2, 9 * 16 + 16 * 16 + 2 * 16),
        ("dil_conv_5x5", 1, 25 * 16 + 16 * 16 + 2 * 16),
        ("conv_7x1_1x7", 1, 2 * 7 * 16 * 16 + 2 * 16),
    ],
)
def test_it_has_the_parameters_of_the_published_operation(name, stride, expected):
    assert n_params(primitive(name, 16, stride=stride)) == expected


def test_a_dilated_convolution_skips_every_other_pixel():
    dilated = primitive("dil_conv_3x3", 1)
    for weight in dilated.parameters():
        nn.init.constant_(weight, float(weight.ndim > 1))  # batch norm adds nothing
    nn.init.ones_(dilated[-1].weight)
    one = torch.zeros(1, 1, 9, 9)
    one[..., 4, 4] = 1.0
    rows = dilated.eval()(one)[0, 0].nonzero()[:, 0]
    assert rows.unique().tolist() == [2, 4, 6]


def test_the_average_leaves_out_the_border():
    assert torch.equal(
        primitive("avg_pool_3x3", 1)(torch.ones(1, 1, 4, 4)).unique(), torch.ones(1)
    )


@pytest.mark.parametrize("size", [4, 5])
def test_a_factorised_reduction_sees_even_places_and_then_odd_ones(size):
    reduce = FactorisedReduce(1, 2).eval()
    for conv in (reduce.even, reduce.odd):
        nn.init.ones_(conv.weight)
    pixels = 1.0 + torch.arange(size * size, dtype=torch.float).view(1, 1, size, size)
    even, odd = reduce(pixels)[0].round()
    assert torch.equal(even, pixels[0, 0, ::2, ::2])
    inside = pixels[0, 0, 1::2, 1::2]
    assert torch.equal(odd[: len(inside), : len(inside)], inside)
    assert odd.sum() == inside.sum()  # the border is zero


def test_the_published_primitives_of_darts_are_those_eight():
    assert len(DARTS_PRIMITIVES) == 8
    assert set(DARTS_PRIMITIVES) < set(PRIMITIVES)


def test_what_a_cell_is_given_is_brought_to_its_channels():
    images = torch.randn(2, 3, 4, 4)
    assert pointwise(3, 5)(images).shape == (2, 5, 4, 4)
    assert n_params(pointwise(3, 5)) == 3 * 5 + 2 * 5


def test_an_unknown_operation_is_refused():
    with pytest.raises(ValueError, match="unknown operation 'sep_conv'; choose from none, max"):
        primitive("sep_conv", 16)
