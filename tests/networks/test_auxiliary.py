import pytest
import torch

from evonas.networks.auxiliary import (
    AuxiliaryHead,
    AuxiliaryLogits,
    WithAuxiliary,
    without_auxiliary,
)
from evonas.networks.blocks import Classifier, convolution
from evonas.networks.chain import Part
from evonas.networks.graph import IMAGES, ExitLogits, Graph, GraphNetwork, Node

STEM = Node(Part.of(convolution, 1, 4), (IMAGES,))
HEAD = Node(Part.of(Classifier, 4, 3), ("stem",))
SOME = torch.rand(5, 1, 8, 8)


def network(*, exits=("last",), auxiliary="head") -> GraphNetwork:
    head = Node(Part.of(AuxiliaryHead, 4, 3), ("stem",))
    nodes = {"stem": STEM, "head": head, "early": HEAD, "last": HEAD}
    return GraphNetwork(Graph(nodes, exits=exits, auxiliary=auxiliary))


def test_a_network_learns_with_its_head_and_answers_without():
    plain = network()
    assert not any("head" in name for name, _ in plain.named_modules())
    learning = WithAuxiliary(plain)
    given = learning.train()(SOME)
    assert isinstance(given, AuxiliaryLogits)
    assert given.logits.shape == given.auxiliary.shape == (5, 3)
    learning.eval()
    assert torch.equal(learning(SOME), plain(SOME))
    assert without_auxiliary(learning) is plain
    assert without_auxiliary(plain) is plain


def test_what_answers_at_several_exits_does_so_beside_the_head():
    given = WithAuxiliary(network(exits=("early", "last"))).train()(SOME)
    assert isinstance(given.logits, ExitLogits)
    assert len(given.logits.exits) == 2


def test_the_network_learns_from_the_head():
    learning = WithAuxiliary(network()).train()
    learning(SOME).auxiliary.sum().backward()
    assert learning.network.nodes["stem"].convolution.weight.grad is not None
    assert learning.network.nodes["last"].linear.weight.grad is None


def test_a_network_without_a_head_to_offer_is_refused():
    with pytest.raises(ValueError, match="offers no auxiliary head"):
        WithAuxiliary(network(auxiliary=""))


@pytest.mark.parametrize("size", [1, 2, 7, 8])
def test_the_head_takes_maps_of_any_size(size):
    assert AuxiliaryHead(6, 4)(torch.rand(2, 6, size, size)).shape == (2, 4)


def test_the_head_has_the_parameters_of_the_published_one():
    # AuxiliaryHeadCIFAR of the code of DARTS, on 576 channels
    expected = 576 * 128 + 2 * 128 + 4 * 128 * 768 + 2 * 768 + 769 * 10
    assert sum(p.numel() for p in AuxiliaryHead(576, 10).parameters()) == expected
