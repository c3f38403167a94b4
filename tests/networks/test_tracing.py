import pytest
import torch
import torchvision.models
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional

from evonas.hardware.memory import Memory
from evonas.networks.blocks import (
    Classifier,
    InvertedResidual,
    Residual,
    convolution,
    depthwise_separable,
)
from evonas.networks.chain import Branch, Part, chain, count_chain
from evonas.networks.counting import count
from evonas.networks.graph import IMAGES, Graph, GraphNetwork, Node, count_graph, exit_costs
from evonas.networks.joining import Joined, Sum
from evonas.networks.primitives import Zero
from evonas.networks.tracing import storage_key


def memory(build, shape):
    found = count(build, shape).memory
    assert found is not None
    return found


def alive(build, shape):
    return [*count(build, shape).tensors.flow().alive()]


def test_views_share_what_a_tensor_is_known_by():
    tensor = torch.zeros(2, 3)
    assert storage_key(tensor) == storage_key(tensor.t()) != storage_key(tensor.clone())


def residual_network():
    """A stem of 4 channels, a basic block that widens to 8 and halves, and a classifier."""
    block = Residual(4, 8, kernel=3, stride=2, activation="relu")
    return nn.Sequential(convolution(3, 4), block, Classifier(8, 5))


def test_a_small_residual_network_takes_what_a_hand_counts():
    wide, narrow = 4 * 8 * 8, 8 * 4 * 4
    assert alive(residual_network, (3, 8, 8)) == [
        192,
        192 + wide,  # the stem's convolution; norm and ReLU work on what it gave
        *(wide, wide),
        wide + narrow,  # the first of the block, whose shortcut needs the input still
        *(wide + narrow, wide + narrow),
        wide + 2 * narrow,  # the second: the input, what it reads and what it gives
        wide + narrow,
        wide + 2 * narrow,  # the shortcut's
        2 * narrow,
        2 * narrow,  # the sum, into what the branch gave
        narrow,
        narrow + 8,  # means
        8 + 5,
    ]
    n_weights = (27 * 4 + 4) + (36 * 8 + 8) + (72 * 8 + 8) + (4 * 8 + 8) + (8 * 5 + 5)
    assert memory(residual_network, (3, 8, 8)) == Memory(wide + 2 * narrow, n_weights)


def narrow_mobilenet():
    """MobileNetV2 of width .35, whose head is as narrow as its other layers."""
    network = torchvision.models.mobilenet_v2(width_mult=0.35)
    network.features[-1] = convolution(112, 448, kernel=1, activation="relu6")
    network.classifier = nn.Linear(448, 1000)
    return network


def test_a_published_mobilenet_for_a_microcontroller_takes_what_its_engine_measured():
    # MCUNet's list of models (2022): mbv2-320kB has .75 M parameters, 23.5 M MACs, and takes
    # 308 kB of SRAM in int8 with TinyEngine on an STM32F746, kernels' buffers included.
    cost = count(narrow_mobilenet, (3, 144, 144))
    assert (round(cost.params / 1e6, 2), round(cost.macs / 1e6, 1)) == (0.75, 23.5)
    assert cost.memory.peak_activations == 48 * 72 * 72 + 48 * 36 * 36
    assert cost.memory.peak_bytes(bytes_per_number=1) - cost.memory.n_weights == pytest.approx(
        308 * 1024, rel=0.02
    )


def test_the_widest_expansion_of_mobilenet_takes_what_is_published():
    # Lin et al. 2021, MCUNetV2, Figure 1: 1372 kB in int8, with the filter by depth in place,
    # which we do not take for granted.
    during = alive(torchvision.models.mobilenet_v2, (3, 224, 224))
    assert 1372 * 1024 in during
    assert max(during) == 96 * 112 * 112 + 96 * 56 * 56


def person_detector():
    """MobileNetV1 of width .25 (Howard et al. 2017)."""
    widths = (8, 16, 32, 32, 64, 64, 128, *[128] * 5, 256, 256)
    strides = (1, 2, 1, 2, 1, 2, *[1] * 5, 2, 1)
    pairs = zip(widths[:-1], widths[1:], strides, strict=True)
    layers = [
        depthwise_separable(n, m, kernel=3, stride=stride, activation="relu6")
        for n, m, stride in pairs
    ]
    return nn.Sequential(convolution(1, 8, stride=2), *layers, Classifier(256, 2))


def test_a_published_person_detector_takes_what_lives_of_tensors_say():
    # Liberis & Lane 2019, Table 1: MobileNet v1 on grey images of 96 pixels, 55 kB in int8 when
    # every tensor is let go after its last use.
    assert memory(person_detector, (1, 96, 96)).peak_activations == 55_296


class Weighed(nn.Module):
    """A convolution whose filters are standardised whenever it runs."""

    def __init__(self):
        super().__init__()
        self.filters = nn.Parameter(torch.ones(4, 3, 3, 3))
        self.spare = nn.Parameter(torch.ones(9))

    def forward(self, images):
        return functional.conv2d(images, self.filters - self.filters.mean())


def test_what_is_computed_of_weights_alone_is_a_weight_itself():
    assert memory(Weighed, (3, 5, 5)) == Memory(75 + 36, 108)


class Shifted(nn.Module):
    """Adds a plain attribute, which is no parameter, and gives a weight as well."""

    def __init__(self):
        super().__init__()
        self.shift = torch.ones(6)
        self.scale = nn.Parameter(torch.ones(2))

    def forward(self, numbers):
        return numbers + self.shift, self.scale


def test_a_plain_attribute_is_a_weight_and_a_weight_that_is_given_is_copied():
    assert memory(Shifted, (6,)) == Memory(6 + 6, 8)
    assert alive(Shifted, (6,)) == [6, 12, 6 + 2]


class Tied(nn.Module):
    """One convolution and one norm for two images, so that neither can be folded."""

    def __init__(self):
        super().__init__()
        self.conv, self.norm = nn.Conv2d(3, 3, 1, bias=False), nn.BatchNorm2d(3)

    def forward(self, images):
        return self.norm(self.conv(self.norm(self.conv(images))))


def test_shared_weights_lie_in_memory_once_and_are_not_folded():
    assert memory(Tied, (3, 4, 4)).n_weights == 9 + 2 * 3


BEFORE = {
    "conv": (nn.Conv2d(3, 4, 1, bias=False), nn.BatchNorm2d(4), (3, 4, 4), 12 + 4),
    "conv with bias": (nn.Conv2d(3, 4, 1), nn.BatchNorm2d(4), (3, 4, 4), 12 + 4),
    "transposed": (
        nn.ConvTranspose2d(4, 6, 1, groups=2, bias=False),
        nn.BatchNorm2d(6),
        (4, 4, 4),
        12 + 6,
    ),
    "linear": (nn.Linear(3, 4, bias=False), nn.BatchNorm1d(4), (3,), 12 + 4),
    "linear with bias": (nn.Linear(3, 4), nn.BatchNorm1d(4), (3,), 12 + 4),
    "pooling": (nn.AvgPool2d(2), nn.BatchNorm2d(3), (3, 4, 4), 6),
    "tokens": (nn.Linear(3, 4), nn.BatchNorm1d(5), (5, 3), 12 + 4 + 10),
    "by the batch": (
        nn.Conv2d(3, 4, 1),
        nn.BatchNorm2d(4, track_running_stats=False),
        (3, 4, 4),
        12 + 4 + 8,
    ),
}


@pytest.mark.parametrize("name", BEFORE)
def test_a_norm_is_folded_into_what_multiplies_the_same_channels(name):
    before, norm, shape, n_weights = BEFORE[name]
    assert memory(lambda: nn.Sequential(before, norm), shape).n_weights == n_weights


@pytest.mark.parametrize(
    ("layer", "peak"),
    [
        (nn.Flatten(), 48),
        (nn.Dropout(), 48),
        (nn.ReLU(), 96),
        (nn.ReLU(inplace=True), 48),
        (nn.Softmax(1), 96),
        (nn.MaxPool2d(2), 48 + 12),
        (nn.MaxPool2d(2, return_indices=True), 48 + 24),
        (Zero(), 96),
    ],
)
def test_views_take_nothing_and_kernels_what_they_give(layer, peak):
    assert memory(lambda: layer, (3, 4, 4)).peak_activations == peak


@pytest.mark.parametrize("activation", [nn.ReLU, nn.SiLU, nn.Hardswish, nn.GELU, nn.ReLU6])
def test_an_activation_works_on_what_nobody_else_reads(activation):
    layers = nn.Conv2d(3, 3, 1), activation(), nn.Conv2d(3, 3, 1)
    assert memory(lambda: nn.Sequential(*layers), (3, 4, 4)).peak_activations == 96


class LooksAtValues(nn.Module):
    """Cannot be followed on the meta device."""

    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Conv2d(3, 3, 1), nn.BatchNorm2d(3), nn.ReLU())

    def forward(self, images):
        return self.layers(images) if images.sum().item() > 0 else images


def test_a_pass_that_looks_at_values_takes_the_same():
    layers = LooksAtValues().layers
    assert memory(LooksAtValues, (3, 4, 4)).n_weights == 9 + 3
    on_meta = memory(lambda: layers, (3, 4, 4)).peak_activations
    assert memory(LooksAtValues, (3, 4, 4)).peak_activations == on_meta == 96


NORM = Part.of(nn.BatchNorm2d, 4)
PARTS = (
    Part.of(nn.Conv2d, 4, 4, 3, padding=1, bias=False),
    Part.of(nn.Conv2d, 4, 4, 1),
    NORM,
    Part.of(nn.ReLU),
    Part.of(nn.ReLU, inplace=True),
    Part.of(nn.Identity),
    Part.of(nn.MaxPool2d, 3, 1, 1),
    Part.of(InvertedResidual, 4, 4, kernel=3, stride=1, expansion=2),
    Part.of(Residual, 4, 4, kernel=3, stride=1, activation="relu"),
)
rows = st.lists(st.sampled_from(PARTS), max_size=5)
branches = st.builds(
    lambda parts, has_shortcut: Part.of(Branch, PARTS[0], *parts, has_shortcut=has_shortcut),
    rows.filter(lambda parts: PARTS[4] not in parts),
    st.booleans(),
)
chains = st.lists(st.one_of(st.sampled_from(PARTS), branches), max_size=5)


@given(chains)
@settings(max_examples=30, deadline=None)
def test_a_chain_takes_by_its_parts_what_it_takes_as_a_whole(parts):
    shape = (4, 5, 5)
    by_parts = count_chain(parts, shape)
    whole = count(lambda: chain(parts), shape)
    assert by_parts.memory == whole.memory
    pairs = by_parts.tensors.flow().alive(is_fused=False)
    assert [*pairs] == [*whole.tensors.flow().alive(is_fused=False)]


@st.composite
def graphs(draw):
    """Nodes that each take one or two of those before, and two exits."""
    nodes, names = {}, [IMAGES]
    for i in range(draw(st.integers(2, 6))):
        sources = draw(st.lists(st.sampled_from(names), min_size=1, max_size=2))
        part = Part.of(Sum) if len(sources) > 1 else draw(st.sampled_from(PARTS[:4]))
        nodes[f"n{i}"] = Node(part, tuple(sources))
        names.append(f"n{i}")
    exits = draw(st.lists(st.sampled_from(names[1:]), min_size=1, max_size=2, unique=True))
    return Graph(nodes, tuple(exits))


@given(graphs())
@settings(max_examples=30, deadline=None)
def test_a_graph_takes_by_its_nodes_what_it_takes_as_a_whole(graph):
    shape = (4, 5, 5)
    whole = count(lambda: GraphNetwork(graph), shape)
    assert count_graph(graph, shape).memory == whole.memory
    for number, cost in enumerate(exit_costs(graph, shape), start=1):
        one = Graph(graph.nodes, (graph.exits[number - 1],))
        assert cost.memory == count(lambda one=one: GraphNetwork(one), shape).memory


def test_live_tensors_between_the_nodes_of_a_graph_are_added():
    stem, filtered = Part.of(nn.Conv2d, 4, 4, 1), Part.of(nn.Conv2d, 4, 4, 1)
    nodes = {"stem": Node(stem, (IMAGES,))}
    nodes |= {f"edge{i}": Node(filtered, ("stem",)) for i in range(3)}
    nodes["all"] = Node(Part.of(Joined), ("edge0", "edge1", "edge2"))
    found = count_graph(Graph(nodes, ("all",)), (4, 5, 5)).memory
    assert found.peak_activations == 100 * 3 + 300


@pytest.mark.parametrize("name", ["resnet18", "densenet121", "vit_b_32", "swin_t"])
def test_networks_of_the_zoo_keep_the_bounds(name):
    side = 224 if name == "vit_b_32" else 64
    cost = count(getattr(torchvision.models, name), (3, side, side))
    flow = cost.tensors.flow()
    assert max(flow.sizes) < cost.memory.peak_activations < sum(flow.sizes)
    assert cost.memory.n_weights == pytest.approx(cost.params, rel=0.02)
