"""Multi-scale networks as graphs: what feeds what, how large it is, and what it costs."""

import pytest
import torch

from evonas.networks.counting import count
from evonas.networks.graph import GraphNetwork, count_graph, exit_costs
from evonas.networks.multi_scale import MultiScale
from evonas.networks.multi_scale_graph import (
    Images,
    Zeros,
    map_name,
    multi_scale_graph,
)
from evonas.networks.primitives import NONE

SEP, SKIP, POOL = "sep_conv_3x3", "skip_connect", "max_pool_3x3"
DILATED = (((0, SEP), (1, "dil_conv_5x5")), ((1, SKIP), (2, POOL)))
POOLS = (((0, POOL), (1, POOL)), ((0, POOL), (1, POOL)))
EMPTY = (((0, NONE), (0, NONE)),) * 2
GREY = Images(channels=1, side=8, n_classes=10)
COLOUR = Images(channels=3, side=32, n_classes=10)


def network(**changes) -> MultiScale:
    told = {"normal": DILATED, "reduction": DILATED, "n_scales": 3, "n_layers": 7}
    return MultiScale(**{**told, "channels": 4, "exits": (2, 5, 7), **changes})


def parts_of(told: MultiScale, images: Images) -> dict:
    return multi_scale_graph(told.folded(images.finest), images).alive


def test_a_map_of_zeros_is_there_for_every_image():
    zeros = Zeros(5, 2)(torch.ones(3, 1, 8, 8))
    assert torch.equal(zeros, torch.zeros(3, 5, 2, 2))
    assert str(Zeros(5, 2)) == "Zeros(5, side=2)"


def test_the_stem_of_large_images_halves_them():
    assert Images(3, 224, 10, n_halvings=3).finest == 28
    assert Images(3, 33, 10, n_halvings=1).finest == 17
    large = Images(3, 224, 10, n_halvings=3)
    model = GraphNetwork(multi_scale_graph(network().folded(large.finest), large))
    assert model(torch.zeros(1, 3, 224, 224)).logits.shape == (1, 10)


def test_it_costs_what_arithmetic_says_it_does():
    told = network(normal=EMPTY, reduction=POOLS, n_scales=1, exits=(2,), n_layers=3)
    first = exit_costs(multi_scale_graph(told.folded(8), GREY), (1, 8, 8))[0]
    convolutions = 1 * 4 * 9 + 4 * 4 + 2 * 4 * 8  # the stem, one across, two inputs
    norms = 2 * (4 + 4 + 8 + 8 + 16)  # of these, and of the head
    assert first.params == convolutions + norms + 16 * 10 + 10
    assert first.flops == 2 * (convolutions * 8 * 8 + 16 * 10)


def test_a_coarser_scale_takes_half_of_its_channels_from_the_finer_one():
    told = network(normal=EMPTY, reduction=POOLS, n_scales=2, exits=(2,), n_layers=3)
    first = exit_costs(multi_scale_graph(told.folded(8), GREY), (1, 8, 8))[0]
    stem, vertical = 1 * 4 * 9 * 64, 4 * 8 * 9 * 16  # to 8 channels of 4 x 4
    horizontal, diagonal = 8 * 4 * 16, 4 * 4 * 9 * 16
    inputs, head = 2 * 8 * 16 * 16, 32 * 10
    assert first.flops == 2 * (stem + vertical + horizontal + diagonal + inputs + head)


def test_nodes_without_any_operation_give_zeros_and_need_nothing():
    names = parts_of(network(normal=EMPTY, exits=(7,)), COLOUR)
    assert [*names] == [*(f"layer7_scale3{e}" for e in ("_node1", "_node2", "")), "exit7"]
    model = GraphNetwork(multi_scale_graph(network(normal=EMPTY, exits=(7,)), COLOUR))
    logits = model(torch.randn(4, 3, 32, 32))
    assert torch.equal(logits, logits[:1].expand(4, 10))
    logits.sum().backward()


def test_what_is_built_is_what_is_alive():
    told = network().folded(32)
    built = {name for name in parts_of(told, COLOUR) if name.count("_") == 1}
    alive = {map_name(at) for at in told.alive(32)}
    assert built == alive


def test_operations_on_the_inputs_of_a_reduction_halve_and_all_others_do_not():
    nodes = parts_of(network(), COLOUR)
    strides = {name: dict(node.part.named).get("stride") for name, node in nodes.items()}
    assert (strides["layer3_scale1_node1_a"], strides["layer3_scale1_node2_b"]) == (2, 1)
    assert (strides["layer4_scale1_node1_a"], strides["layer4_scale1_node2_b"]) == (1, 1)
    assert nodes["layer4_scale1_input0"].part.make.__name__ == "FactorisedReduce"
    assert nodes["layer3_scale1_input0"].part.make.__name__ != "FactorisedReduce"
    assert nodes["layer2_scale1_input0"].sources == nodes["layer2_scale1_input1"].sources


@pytest.mark.parametrize("side", [8, 9, 11, 14, 28])
def test_every_side_goes_through_and_every_exit_answers(side):
    images = Images(1, side, 10)
    model = GraphNetwork(multi_scale_graph(network().folded(side), images))
    batch = torch.randn(2, 1, side, side)
    found = model.eval()(batch)
    assert len(found.exits) == 3
    for k, logits in enumerate(found.exits, start=1):
        assert torch.equal(model(batch, until=k), logits)
    sum(logits.sum() for logits in model.train()(batch).exits).backward()
    assert all(p.grad is not None for p in model.parameters())


def test_the_cost_of_each_exit_is_that_of_a_network_with_it_alone():
    graph = multi_scale_graph(network().folded(32), COLOUR)
    together = exit_costs(graph, (3, 32, 32))
    for layer, cost in zip((2, 5, 7), together, strict=True):
        names = {f"exit{layer}"}
        alone = count_graph(type(graph)(graph.nodes, tuple(names)), (3, 32, 32))
        assert (alone.flops, alone.params) == (cost.flops, cost.params)
    whole = count(lambda: GraphNetwork(graph), (3, 32, 32))
    assert whole == count_graph(graph, (3, 32, 32))
