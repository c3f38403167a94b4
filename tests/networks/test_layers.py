import math
from itertools import pairwise

import pytest
import torch
import torchvision.models
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from evonas.networks.blocks import InvertedResidual
from evonas.networks.cells import CellNetwork
from evonas.networks.counting import count
from evonas.networks.layers import THE_INPUT, layer_table


class Thrice(nn.Module):
    """One convolution that is called three times, and a sum around it."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 3, 3, padding=1)
        self.head = nn.Linear(3, 2)

    def forward(self, images):
        x = self.conv(self.conv(self.conv(images))) + images
        return self.head(x.mean((2, 3)))


class Tied(nn.Module):
    """Two layers that share their weights, one that is never read, and a weight of its own."""

    def __init__(self):
        super().__init__()
        self.one, self.other = nn.Linear(3, 3), nn.Linear(3, 3)
        self.other.weight = self.one.weight
        self.spare = nn.Linear(9, 9)
        self.scale = nn.Parameter(torch.ones(3))

    def forward(self, numbers):
        return self.other(self.one(numbers)) * self.scale


class LooksAtValues(nn.Module):
    """Cannot be counted on the meta device."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)

    def forward(self, images):
        return self.conv(images) if images.sum().item() > 0 else images


MADE = Thrice()
MATRIX = [[0, 1, 1, 1], [0, 0, 1, 0], [0, 0, 0, 1], [0, 0, 0, 0]]
torch_zoo = torchvision.models
NETWORKS = {
    "resnet18": (torch_zoo.resnet18, (3, 64, 64)),
    "mobilenet_v3_small": (torch_zoo.mobilenet_v3_small, (3, 64, 64)),
    "shufflenet": (torch_zoo.shufflenet_v2_x0_5, (3, 64, 64)),
    "convnext_tiny": (torch_zoo.convnext_tiny, (3, 32, 32)),
    "vit": (lambda: torch_zoo.VisionTransformer(32, 16, 2, 2, 8, 16), (3, 32, 32)),
    "cell": (lambda: CellNetwork(MATRIX, ["conv3x3", "maxpool3x3"]), (3, 16, 16)),
    "thrice": (Thrice, (3, 8, 8)),
    "tied": (Tied, (3,)),
    "looks at values": (LooksAtValues, (3, 8, 8)),
    "lstm": (lambda: nn.Sequential(nn.LSTM(4, 5)), (7, 4)),
    "views alone": (lambda: nn.Sequential(nn.Flatten()), (3, 8, 8)),
    "made before": (lambda: MADE, (3, 8, 8)),
    "one module": (lambda: nn.Conv2d(3, 4, 3), (3, 8, 8)),
}
blocks = st.one_of(
    st.sampled_from([nn.ReLU(), nn.BatchNorm2d(8), nn.Identity(), nn.Hardswish(inplace=True)]),
    st.builds(nn.Conv2d, st.just(8), st.just(8), st.sampled_from([1, 3]), padding=st.just(1)),
    st.builds(lambda: nn.Conv2d(8, 8, 3, padding=1, groups=8)),
    st.builds(lambda: InvertedResidual(8, 8, kernel=3, stride=1, expansion=2)),
)


def check_sums(build, shape):
    table, cost = layer_table(build, shape), count(build, shape)
    assert table.cost == cost
    assert sum(layer.params for layer in table.layers) == cost.params
    assert sum(layer.flops for layer in table.layers) == cost.flops
    assert sum(layer.macs for layer in table.layers) == cost.flops / 2
    operations = [operation for layer in table.layers for operation in layer.operations]
    assert sorted(operations, key=repr) == sorted(cost.operations, key=repr)
    most = max([layer.n_alive for layer in table.layers], default=0)
    assert max(most, math.prod(shape)) == cost.memory.peak_activations
    assert all(source < i for i, each in enumerate(table.layers) for source in each.sources)
    return table


@pytest.mark.parametrize("name", NETWORKS)
def test_the_layers_sum_to_what_is_counted(name):
    check_sums(*NETWORKS[name])


@given(st.lists(blocks, min_size=1, max_size=5))
@settings(max_examples=20, deadline=None)
def test_the_layers_of_any_chain_sum_to_what_is_counted(layers):
    check_sums(lambda: nn.Sequential(nn.Conv2d(3, 8, 3), *layers), (3, 12, 12))


def test_a_layer_knows_what_is_alive_while_it_runs():
    table = layer_table(*NETWORKS["thrice"])
    images, means = 3 * 8 * 8, 3
    assert [layer.n_alive for layer in table.layers] == [
        *(2 * images, 3 * images, 3 * images),  # the sum waits for the images
        2 * images,
        images + means,
        means + 2,
    ]


def test_a_layer_that_is_called_thrice_has_its_weights_once_and_its_flops_each_time():
    table = check_sums(*NETWORKS["thrice"])
    assert [layer.name for layer in table.layers[:3]] == [
        "conv",
        "conv (call 2)",
        "conv (call 3)",
    ]
    assert [layer.params for layer in table.layers[:3]] == [84, 0, 0]
    assert [layer.kind for layer in table.layers[3:]] == ["add", "mean", "Linear"]
    assert [layer.sources for layer in table.layers] == [
        *((THE_INPUT,), (0,), (1,)),
        *((THE_INPUT, 2), (3,), (4,)),
    ]
    assert [layer.shape for layer in table.layers[2:]] == [(3, 8, 8), (3, 8, 8), (3,), (2,)]


def test_weights_count_where_they_are_read_whether_or_not_the_network_was_made_before():
    made = Thrice()
    for build in (Thrice, lambda: made):
        table = layer_table(build, (3, 8, 8))
        assert [layer.params for layer in table.layers] == [84, 0, 0, 0, 0, 8]


def test_a_residual_network_is_told_with_its_branches():
    table = layer_table(torch_zoo.resnet18, (3, 224, 224))
    by_name = {layer.name: (i, layer) for i, layer in enumerate(table.layers)}
    _, added = by_name["layer2.0"]
    assert added.kind == "add"
    assert added.sources == (by_name["layer2.0.bn2"][0], by_name["layer2.0.downsample.1"][0])
    _, last = by_name["layer4.1.conv2"]
    assert last.receptive_field.size == (435, 435)  # Araujo et al. 2019, table 1: 435
    assert (last.detail, last.family, last.shape) == ("3x3", "conv3x3", (512, 7, 7))
    assert by_name["conv1"][1].detail == "7x7, stride 2x2"
    assert table.layers[-1].receptive_field.is_whole


def test_what_is_written_in_place_feeds_whoever_reads_it_later():
    net = nn.Sequential(nn.Conv2d(3, 3, 3), nn.ReLU(inplace=True), nn.Hardtanh(inplace=True))
    table = layer_table(lambda: net, (3, 8, 8))
    assert [layer.sources for layer in table.layers] == [(THE_INPUT,), (0,), (1,)]


def test_a_chain_of_the_shipped_kind_feeds_layer_by_layer():
    table = layer_table(torch_zoo.squeezenet1_1, (3, 64, 64))
    joins = [layer for layer in table.layers if len(layer.sources) > 1]
    assert {layer.kind for layer in joins} == {"cat"}
    assert len(joins) == 8  # fire modules
    reads = [each.sources for _, each in pairwise(table.layers) if each not in joins]
    assert all(len(sources) == 1 for sources in reads)


def test_no_hook_is_left_behind():
    net = Thrice()
    layer_table(lambda: net, (3, 8, 8))
    assert not any(m._forward_hooks or m._forward_pre_hooks for m in net.modules())


def test_layers_of_a_sequence_are_told_along_one_axis():
    table = layer_table(
        lambda: nn.Sequential(
            nn.Conv1d(1, 16, 3, padding=2, dilation=2, bias=False),
            nn.MaxPool1d(2),
            nn.Conv1d(16, 16, 5, stride=2, padding=2, groups=16),
            nn.Conv1d(16, 4, 1),
        ),
        (1, 64),
    )
    assert [(layer.detail, layer.shape) for layer in table.layers] == [
        ("3, dilation 2", (16, 64)),
        ("2, stride 2", (16, 32)),
        ("5, stride 2, depthwise", (16, 16)),
        ("1", (4, 16)),
    ]
    assert [layer.macs for layer in table.layers] == [3 * 16 * 64, 0, 5 * 16 * 16, 16 * 4 * 16]
    assert [layer.family for layer in table.layers] == ["conv", "pool", "depthwise", "conv1x1"]
