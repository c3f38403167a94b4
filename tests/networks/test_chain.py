import pytest
import torch
from torch import nn

from evonas.networks.chain import Branch, Part, chain, count_chain, count_part
from evonas.networks.counting import count
from evonas.networks.inputs import Input

PARTS = (
    Part.of(nn.Conv2d, 3, 4, 3, padding=1, bias=False),
    Part.of(nn.ReLU),
    Part.of(nn.Conv2d, 4, 4, 3, stride=2),
    Part.of(nn.Flatten),
    Part.of(nn.Linear, 36, 5),
)


def test_parts_are_equal_when_all_of_them_is():
    assert Part.of(nn.ReLU) == Part.of(nn.ReLU) != Part.of(nn.SiLU)
    assert Part.of(nn.Linear, 2, 3) != Part.of(nn.Linear, 3, 2)
    assert Part.of(nn.Linear, 2, 3, bias=False) != Part.of(nn.Linear, 2, 3, bias=True)
    made = Part.of(nn.Linear, 2, 3, bias=False)()
    assert (made.in_features, made.out_features, made.bias) == (2, 3, None)


class Pair(nn.Module):
    """Gives what it takes, twice."""

    def forward(self, images):
        return images, images


def test_only_the_last_part_of_a_chain_may_give_several_tensors():
    layer, pair = Part.of(nn.Linear, 4, 4), Part.of(Pair)
    assert count_chain([layer, pair], (4,)).params == 20
    with pytest.raises(ValueError, match="the part before Linear gives several tensors; in a"):
        count_chain([layer, pair, layer], (4,))


def test_a_chain_passes_on_what_each_part_gives():
    network = chain(PARTS)
    assert network(torch.zeros(2, 3, 8, 8)).shape == (2, 5)
    assert [type(layer) for layer in network] == [part.make for part in PARTS]


def test_a_chain_costs_what_the_whole_network_costs():
    assert count_chain(PARTS, (3, 8, 8)) == count(lambda: chain(PARTS), (3, 8, 8))


def test_a_part_is_counted_once_for_every_shape_that_it_takes():
    part = Part.of(nn.Conv2d, 2, 2, 3, padding=1)
    count_part.cache_clear()
    once = count_chain([part], (2, 6, 6))
    assert count_chain([part] * 5, (2, 6, 6)).flops == 5 * once.flops
    assert count_part.cache_info().misses == 1
    assert count_chain([part], (2, 3, 3)).flops == once.flops / 4
    assert count_part.cache_info().misses == 2


def test_a_chain_of_nothing_costs_nothing():
    empty = count_chain([], (3, 8, 8))
    assert (empty.flops, empty.params, empty.operations) == (0, 0, ())


FILTER = Part.of(nn.Conv2d, 4, 4, 3, padding=1)


@pytest.mark.parametrize("has_shortcut", [False, True])
def test_a_branch_costs_what_its_network_costs_and_is_counted_by_parts(
    has_shortcut,
):
    branch = Part.of(Branch, FILTER, Part.of(nn.ReLU), FILTER, has_shortcut=has_shortcut)
    nested = [FILTER, Part.of(Branch, branch, FILTER, has_shortcut=True), FILTER]
    count_part.cache_clear()
    assert count_chain(nested, (4, 6, 6)) == count(lambda: chain(nested), (4, 6, 6))
    assert count_part(FILTER, (4, 6, 6), False)[0].flops == 2 * 36 * 36 * 4
    assert count_part.cache_info().misses == 5  # filter, ReLU, the sum, and the two branches


def test_a_branch_adds_what_it_is_given_if_it_has_a_shortcut():
    images = torch.rand(2, 4, 6, 6)
    plain = Branch(FILTER, Part.of(nn.ReLU))
    assert torch.equal(plain(images), plain.branch(images))
    residual = Branch(FILTER, Part.of(nn.ReLU), has_shortcut=True)
    assert torch.equal(residual(images), images + residual.branch(images))


def test_a_branch_is_counted_in_a_graph_as_well():
    branch = Part.of(Branch, FILTER, has_shortcut=True)
    shape = (4, 6, 6)
    assert count_part(branch, (Input(shape),), False) == count_part(branch, shape, False)
