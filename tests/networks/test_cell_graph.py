import pytest
import torch

from evonas.networks.cell_graph import Source, cell_nodes, operation
from evonas.networks.chain import Part
from evonas.networks.drop_path import DropPath
from evonas.networks.graph import IMAGES, Graph, GraphNetwork, Node
from evonas.networks.primitives import FactorisedReduce

PAIRS = (("skip_connect", 0), ("sep_conv_3x3", 1), ("max_pool_3x3", 2), ("dil_conv_5x5", 0))


def cell(*, stride=1, halves=False) -> GraphNetwork:
    """A cell on the images, the first input of which may be larger than the second."""
    small = Node(Part.of(torch.nn.AvgPool2d, 2 if halves else 1), (IMAGES,))
    inputs = Source(IMAGES, 3, halves=halves), Source("small", 3)
    nodes = cell_nodes(PAIRS, inputs, name="cell", width=4, stride=stride)
    return GraphNetwork(Graph({"small": small, **nodes}, exits=("cell",)))


@pytest.mark.parametrize(
    ("stride", "halves", "side"), [(1, False, 8), (2, False, 4), (1, True, 4)]
)
def test_a_cell_gives_all_its_nodes_at_the_size_of_its_second_input_or_half(
    stride, halves, side
):
    network = cell(stride=stride, halves=halves)
    assert network(torch.rand(2, 3, 8, 8)).shape == (2, 2 * 4, side, side)
    assert isinstance(network.nodes["cell_input0"], FactorisedReduce) == halves


def test_only_operations_on_the_inputs_of_a_cell_halve():
    nodes = cell(stride=2).graph.nodes
    strides = {name: dict(node.part.named).get("stride") for name, node in nodes.items()}
    assert strides["cell_node1a"] == strides["cell_node1b"] == strides["cell_node2b"] == 2
    assert strides["cell_node2a"] == 1


def test_a_node_adds_what_its_operations_make_of_what_they_take():
    network = cell().eval()
    images = torch.rand(2, 3, 8, 8)
    names = ("cell_input0", "cell_node1b", "cell_node1", "cell_node2a")
    first, other, node, pooled = network.run(images, names)
    assert torch.equal(node, first + other)  # the skip hands on
    assert torch.equal(pooled, torch.nn.functional.max_pool2d(node, 3, 1, 1))


@pytest.mark.parametrize(
    ("word", "stride", "n"), [("skip_connect", 1, 0), ("skip_connect", 2, 1), ("none", 1, 1)]
)
def test_every_operation_but_a_plain_skip_may_be_left_out(word, stride, n):
    made = operation(word, 4, stride=stride)
    assert sum(isinstance(module, DropPath) for module in made.modules()) == n
