import pytest
import torch
from torch import nn

from evonas.networks.layout import (
    FAST,
    PLAIN,
    first_layout,
    in_first_layout,
    laid_out,
    lay_out,
)


def test_the_fast_layout_is_taken_where_it_goes_well():
    tried = []
    in_first_layout(tried.append)
    assert tried == [FAST]


def test_the_plain_layout_is_taken_where_the_fast_one_fails():
    def flat(layout):
        return torch.zeros(2, 3, 4, 4).contiguous(memory_format=layout).view(2, -1).shape

    assert in_first_layout(flat) == (2, 48)


def test_what_fails_in_both_fails_by_the_error_of_the_second():
    def fail(layout):
        raise RuntimeError("in the fast one" if layout == FAST else "in the plain one")

    with pytest.raises(RuntimeError, match="in the plain one"):
        in_first_layout(fail)


@pytest.mark.parametrize("error", [torch.OutOfMemoryError, ValueError, ArithmeticError])
def test_an_error_that_is_not_of_the_layout_is_not_tried_again(error):
    tried = []

    def fail(layout):
        tried.append(layout)
        raise error("no more")

    with pytest.raises(error, match="no more"):
        in_first_layout(fail)
    assert tried == [FAST] != [PLAIN]


@pytest.mark.parametrize("shape", [(2, 1, 8, 8), (2, 3, 8, 8), (1, 1, 1, 1), (2, 3, 1, 1)])
def test_a_convolution_after_both_layouts_gives_the_plain_one(shape):
    layer = nn.Conv2d(shape[1], 4, 1)
    images = laid_out(laid_out(torch.zeros(shape), FAST), PLAIN)
    lay_out(layer, FAST)
    lay_out(layer, PLAIN)
    assert layer(images).is_contiguous()
    assert layer(images).stride() == torch.empty(layer(images).shape).stride()


def test_an_optimiser_still_holds_the_weights_that_were_laid_out():
    layer = nn.Conv2d(3, 4, 3)
    held = list(layer.parameters())
    lay_out(layer, FAST)
    lay_out(layer, PLAIN)
    assert all(one is other for one, other in zip(held, layer.parameters(), strict=True))


@pytest.mark.parametrize("layout", [FAST, PLAIN])
def test_a_sequence_has_channels_first_in_either_layout(layout):
    sequences = torch.rand(2, 8, 3).transpose(1, 2)
    laid = laid_out(sequences, layout)
    assert laid.is_contiguous()
    assert torch.equal(laid, sequences)
    lay_out(network := nn.Conv1d(3, 4, 3), layout)
    assert network(laid).shape == (2, 4, 6)


@pytest.mark.parametrize("channels", [1, 2, 3, 4, 7])
def test_strided_convolutions_of_few_channels_have_channels_first_and_their_gradients(channels):
    torch.manual_seed(0)
    layer = nn.Conv2d(channels, 5, 1, stride=2, bias=False)
    images = torch.randn(16, channels, 9, 9)

    def gradient(layout):
        lay_out(layer, layout)
        layer.zero_grad()
        layer(laid_out(images, layout)).square().sum().backward()
        return layer.weight.grad

    assert first_layout(nn.Sequential(layer)) == PLAIN
    with pytest.raises(RuntimeError, match=r"^channels last are not safe for one of the conv"):
        lay_out(nn.Sequential(layer), FAST)
    seen, weights = images[:, :, ::2, ::2], layer.weight[:, :, 0, 0]
    outputs = torch.einsum("oc,nchw->nohw", weights, seen)
    expected = 2 * torch.einsum("nohw,nchw->oc", outputs, seen)
    found = in_first_layout(gradient)[:, :, 0, 0]
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize(
    "layer",
    [
        nn.Conv2d(8, 4, 1, stride=2),
        nn.Conv2d(4, 4, 1),
        nn.Conv2d(4, 4, 3, stride=2),
        nn.Conv1d(4, 4, 1, stride=2),
        nn.Conv2d(4, 4, 1, stride=2, device="meta"),
    ],
)
def test_all_others_have_channels_last(layer):
    assert first_layout(nn.Sequential(nn.ReLU(), layer)) == FAST
