import re

import pytest
import torch
from torch import nn
from torch.nn import functional

from evonas.networks.blocks import Classifier, convolution
from evonas.networks.chain import Part, chain, count_chain
from evonas.networks.counting import count
from evonas.networks.graph import (
    IMAGES,
    ExitLogits,
    Graph,
    GraphNetwork,
    Node,
    count_exits,
    count_graph,
    exit_costs,
)
from evonas.networks.outputs import as_float, logits_of

SHAPE = (3, 8, 8)


class Sum(nn.Module):
    """Adds what it takes."""

    def forward(self, *tensors):
        return torch.stack(tensors).sum(0)


class Pair(nn.Module):
    """Gives what it takes, twice."""

    def forward(self, images):
        return images, images


def graph(exits=("early", "late")) -> Graph:
    wide = Part.of(convolution, 4, 4, activation=None)
    return Graph(
        {
            "stem": Node(Part.of(convolution, 3, 4, activation=None), (IMAGES,)),
            "left": Node(wide, ("stem",)),
            "dead": Node(wide, ("left",)),
            "early": Node(Part.of(Classifier, 4, 5), ("left",)),
            "right": Node(wide, ("stem",)),
            "both": Node(Part.of(Sum), ("left", "right")),
            "late": Node(Part.of(Classifier, 4, 5), ("both",)),
        },
        exits,
    )


def images(n: int = 2) -> torch.Tensor:
    return torch.randn(n, *SHAPE, generator=torch.Generator().manual_seed(n))


def test_a_node_takes_what_its_sources_give():
    network = GraphNetwork(graph()).eval()
    nodes, given = network.nodes, images()
    stem = nodes["stem"](given)
    left, right = nodes["left"](stem), nodes["right"](stem)
    out = network(given)
    assert isinstance(out, ExitLogits)
    assert torch.equal(out.exits[0], nodes["early"](left))
    assert torch.equal(out.logits, nodes["late"](torch.stack((left, right)).sum(0)))
    assert out.logits is out.exits[1]


def test_what_no_exit_depends_on_is_neither_built_nor_counted():
    assert "dead" not in GraphNetwork(graph()).nodes
    only = graph(exits=("early",))
    assert list(only.alive) == ["stem", "left", "early"]
    assert count_graph(only, SHAPE).params == 9 * 12 + 9 * 16 + 2 * 8 + 25


def test_an_exit_that_is_asked_alone_answers_as_among_all():
    network = GraphNetwork(graph()).eval()
    together = network(images())
    for number, logits in enumerate(together.exits, start=1):
        alone = network(images(), until=number)
        assert torch.equal(alone, logits)
    with pytest.raises(ValueError, match="there is no exit 3; expected 1 to 2"):
        network(images(), until=3)
    with pytest.raises(ValueError, match="there is no exit 0; expected 1 to 2"):
        network(images(), until=0)


class Until(nn.Module):
    """A network that answers at one exit."""

    def __init__(self, number):
        super().__init__()
        self.network, self.number = GraphNetwork(graph()), number

    def forward(self, images):
        return self.network(images, until=self.number)


@pytest.mark.filterwarnings("ignore")
def test_exits_cost_in_one_count_what_they_cost_in_passes_of_their_own():
    together = exit_costs(graph(), SHAPE)
    for number, cost in enumerate(together, start=1):
        alone = count(lambda number=number: Until(number), SHAPE)
        assert (alone.flops, alone.params) == (cost.flops, cost.params)
        assert alone.operations == cost.operations
    assert together[0].flops < together[1].flops


def test_a_graph_costs_what_the_whole_network_costs():
    whole = count(lambda: GraphNetwork(graph()), SHAPE)
    assert count_graph(graph(), SHAPE) == whole


def test_a_chain_is_a_graph_without_branches():
    parts = [Part.of(convolution, 3, 4), Part.of(convolution, 4, 4), Part.of(Classifier, 4, 5)]
    names = [IMAGES, "a", "b", "c"]
    nodes = {names[i + 1]: Node(part, (names[i],)) for i, part in enumerate(parts)}
    straight = Graph(nodes, ("c",))
    assert count_graph(straight, SHAPE) == count_chain(parts, SHAPE)
    assert exit_costs(straight, SHAPE) == (count_graph(straight, SHAPE),)
    torch.manual_seed(0)
    one = GraphNetwork(straight).eval()
    torch.manual_seed(0)
    other = chain(parts).eval()
    assert torch.equal(one(images()), other(images()))


def test_several_exits_can_be_learnt_from_and_classified_by():
    out = as_float(GraphNetwork(graph()).train()(images()))
    assert isinstance(out, ExitLogits)
    assert logits_of(out) is out.logits
    labels = torch.zeros(2, dtype=torch.long)
    sum(functional.cross_entropy(logits, labels) for logits in out.exits).backward()


def test_what_it_prints_tells_graphs_apart_that_are_fed_otherwise():
    mixed = dict(graph().nodes)
    mixed["both"] = Node(Part.of(Sum), ("left", "left"))
    assert str(GraphNetwork(graph())) != str(GraphNetwork(Graph(mixed, graph().exits)))
    assert "(both) takes left, right" in str(GraphNetwork(graph()))


IDENTITY = Part.of(nn.Identity)


@pytest.mark.parametrize(
    ("nodes", "exits", "message"),
    [
        ({"a": Node(IDENTITY, ("b",))}, ("a",), "node 'a' takes 'b', which is no node before"),
        ({"a": Node(IDENTITY, ())}, ("a",), "node 'a' takes nothing"),
        ({"a.b": Node(IDENTITY, (IMAGES,))}, ("a.b",), "'a.b' is no name of a node: it is"),
        ({IMAGES: Node(IDENTITY, (IMAGES,))}, (IMAGES,), "'images' is no name of a node"),
        ({"a": Node(IDENTITY, (IMAGES,))}, (), "the exits are (); expected different names"),
        ({"a": Node(IDENTITY, (IMAGES,))}, ("b",), "the exits are ('b',); expected different"),
        ({"a": Node(IDENTITY, (IMAGES,))}, ("a", "a"), "the exits are ('a', 'a'); expected"),
    ],
)
def test_what_is_no_graph_is_refused(nodes, exits, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        Graph(nodes, exits)


def test_a_node_that_feeds_others_gives_one_tensor():
    nodes = {"two": Node(Part.of(Pair), (IMAGES,)), "one": Node(IDENTITY, ("two",))}
    with pytest.raises(ValueError, match="node 'two' gives several tensors; 'one' takes one"):
        count_graph(Graph(nodes, ("one",)), SHAPE)


def test_maps_that_nothing_takes_any_more_are_let_go():
    deep = Graph(
        {
            "a": Node(Part.of(nn.Identity), (IMAGES,)),
            "b": Node(Part.of(nn.Identity), ("a",)),
            "c": Node(Part.of(nn.Identity), ("b",)),
        },
        exits=("c",),
    )
    assert deep.spent == {"a": (IMAGES,), "b": ("a",), "c": ("b",)}
    network, images = GraphNetwork(deep), torch.rand(1, 2)
    assert network.run(images, ("a", "c")) == [images, images]


@pytest.mark.parametrize("name", ["lost", "a"])
def test_an_auxiliary_head_that_is_no_node_or_an_exit_is_refused(name):
    nodes = {"a": Node(Part.of(nn.Identity), (IMAGES,))}
    with pytest.raises(ValueError, match=f"auxiliary head '{name}' is no node, or an exit"):
        Graph(nodes, exits=("a",), auxiliary=name)


def test_every_exit_is_counted_alone_and_after_those_before_it():
    alone = [float(cost.flops) for cost in exit_costs(graph(), SHAPE)]
    found = count_exits(graph(), SHAPE)
    assert found.alone == tuple(alone)
    head = count(Part.of(Classifier, 4, 5), (4, 8, 8)).flops
    assert found.in_turn == (alone[0], alone[1] + head)
    assert found.in_turn[-1] == count_graph(graph(), SHAPE).flops
