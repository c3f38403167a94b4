"""Exits on a chain stand at even shares of its FLOPs, and change nothing else of it."""

import re

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from evonas.networks.blocks import ActivatedClassifier, Classifier, convolution
from evonas.networks.chain import Part, chain, count_chain, count_part
from evonas.networks.counting import count
from evonas.networks.early_exits import chain_with_exits, does_nothing, n_places
from evonas.networks.graph import GraphNetwork, count_exits, count_graph

SHAPE = (3, 8, 8)
NOTHING = Part.of(nn.Identity)


def parts(n: int, *, width: int = 4) -> list[Part]:
    """n equal layers after a stem of next to no cost."""
    layers = [Part.of(convolution, width, width)] * n
    stem = Part.of(convolution, 3, width, kernel=1)
    return [stem, *layers, Part.of(Classifier, width, 5)]


def exits(chained, n_exits: int):
    return chain_with_exits(chained, SHAPE, n_exits=n_exits, n_classes=5)


def test_exits_of_equal_layers_stand_at_even_shares():
    assert exits(parts(8), 4).exits == ("exit3", "exit5", "exit7", "part10")
    costs = count_exits(exits(parts(8), 4), SHAPE).alone
    assert [cost / costs[-1] for cost in costs] == pytest.approx([0.25, 0.5, 0.75, 1], abs=0.05)


@pytest.mark.parametrize(("n_exits", "n"), [(2, 2), (3, 3), (4, 4), (9, 4)])
def test_a_short_chain_has_an_exit_at_each_of_its_places(n_exits, n):
    graph = exits(parts(3), n_exits)  # after the stem and after two layers, and the end
    assert len(graph.exits) == n
    assert n_places(parts(3), SHAPE) == 4
    assert exits(parts(0), 3).exits == ("part2",)


layers = st.lists(st.integers(1, 5), min_size=1, max_size=8)


@given(layers, st.integers(1, 6))
@settings(max_examples=30, deadline=None)
def test_exits_ascend_are_counted_as_built_and_the_last_is_the_chain_itself(widths, n_exits):
    pairs = zip([3, *widths], widths, strict=False)
    chained = [Part.of(convolution, *pair) for pair in pairs]
    chained.append(Part.of(Classifier, widths[-1], 5))
    graph = exits(chained, n_exits)
    costs = count_exits(graph, SHAPE)
    assert len(graph.exits) == min(n_exits, len(widths))
    assert all(a < b for a, b in zip(costs.alone, costs.alone[1:], strict=False))
    assert costs.alone[-1] == count_chain(chained, SHAPE).flops
    assert count_graph(graph, SHAPE) == count(lambda: GraphNetwork(graph), SHAPE)


def test_the_end_answers_as_the_chain_would_and_every_exit_can_be_asked_alone():
    torch.manual_seed(0)
    plain, network = chain(parts(4)), GraphNetwork(exits(parts(4), 3))
    for number, part in enumerate(plain, start=1):
        network.nodes[f"part{number}"].load_state_dict(part.state_dict())
    plain.eval(), network.eval()
    images = torch.rand(2, *SHAPE)
    all_exits = network(images).exits
    assert torch.equal(all_exits[-1], plain(images))
    for k, logits in enumerate(all_exits, start=1):
        assert logits.shape == (2, 5)
        assert torch.equal(network(images, until=k), logits)


def test_parts_that_do_nothing_make_no_difference():
    stem, *rest = parts(4)
    assert exits([stem, NOTHING, *rest], 3) == exits([stem, *rest[:2], NOTHING, *rest[2:]], 3)
    assert does_nothing(NOTHING)
    assert not does_nothing(stem)


def test_a_head_takes_feature_maps_and_sequences():
    assert ActivatedClassifier(4, 5)(torch.rand(2, 4, 3, 3)).shape == (2, 5)
    assert ActivatedClassifier(4, 5)(torch.rand(2, 4, 9)).shape == (2, 5)


class Pair(nn.Module):
    """Gives two tensors."""

    def forward(self, images):
        return images, images


def test_a_part_that_gives_several_tensors_is_refused():
    told = re.escape("the part before convolution gives several tensors; in a chain only the")
    with pytest.raises(ValueError, match=told):
        exits([Part.of(Pair), *parts(1)], 2)


def test_parts_of_the_chain_are_not_counted_again_in_the_graph():
    count_part.cache_clear()
    graph = exits(parts(8), 4)
    n_counted = count_part.cache_info().misses
    count_graph(graph, SHAPE)
    assert n_counted == 3  # the stem, a layer for all, and the classifier
    assert count_part.cache_info().misses == n_counted + 1  # a head for all
