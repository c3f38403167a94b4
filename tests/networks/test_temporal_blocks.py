import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from evonas.networks.counting import count
from evonas.networks.temporal_blocks import (
    TemporalClassifier,
    TemporalResidual,
    temporal_convolution,
    temporal_separable,
)

kernels, dilations = st.sampled_from((1, 3, 5, 8)), st.sampled_from((1, 2, 4, 8))


@given(kernel=kernels, dilation=dilations, length=st.integers(8, 40))
@settings(max_examples=40, deadline=None)
def test_every_block_keeps_the_length(kernel, dilation, length):
    shape = {"kernel": kernel, "dilation": dilation}
    with torch.device("meta"):
        for make in (temporal_convolution, temporal_separable, TemporalResidual):
            for n_in in (3, 4):
                block = make(n_in, 4, **shape)
                assert block(torch.empty(2, n_in, length)).shape == (2, 4, length)


@pytest.mark.parametrize("dilation", [1, 2])
@pytest.mark.filterwarnings("ignore:Using padding")
@pytest.mark.parametrize("kernel", [3, 8])
def test_a_convolution_pads_as_torch_does(kernel, dilation):
    block = temporal_convolution(2, 3, kernel=kernel, dilation=dilation, activation=None).eval()
    steps = torch.rand(1, 2, 20)
    same = nn.Conv1d(2, 3, kernel, padding="same", dilation=dilation, bias=False)
    same.weight = block.convolution.weight
    expected = same(steps)
    assert torch.allclose(block(steps), block.norm(expected), atol=1e-6)


def test_costs_of_blocks_are_those_of_their_formulas():
    # A kernel of 3 from 1 to 16 channels, over 64 steps: 3 x 1 x 16 x 64 MACs.
    plain = count(lambda: temporal_convolution(1, 16), (1, 64))
    assert (plain.macs, plain.params) == (3072, 3 * 16 + 2 * 16)
    parted = count(lambda: temporal_separable(8, 16, kernel=5, dilation=4), (8, 64))
    assert parted.macs == (5 * 8 + 8 * 16) * 64
    wider = count(lambda: TemporalResidual(8, 16, kernel=3, dilation=2), (8, 64))
    assert wider.macs == (3 * 8 * 16 + 3 * 16 * 16 + 8 * 16) * 64
    last = count(lambda: TemporalClassifier(16, 10), (16, 64))
    assert (last.macs, last.params) == (160, 170)


def test_a_classifier_takes_the_mean_over_all_steps():
    classifier = TemporalClassifier(4, 3)
    steps = torch.rand(2, 4, 9)
    assert torch.allclose(classifier(steps), classifier.linear(steps.mean(2)))
