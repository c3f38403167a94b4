"""What is counted part by part is what would be counted as a whole."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from evonas.networks import counting as cost
from evonas.networks.chain import Part, count_chain
from evonas.problem import Settings
from evonas.problems.layerwise import Digits
from evonas.problems.macro import Macro

OPENED = [Digits(), Macro(Settings(data="digits")), Digits(Settings(image_size=70))]


def shape_of(problem):
    return (problem.n_channels, problem.image_size, problem.image_size)


@pytest.mark.parametrize("problem", OPENED, ids=["digits", "macro", "large images"])
@given(data=st.data())
@settings(max_examples=30, deadline=None)
def test_a_chain_costs_what_its_parts_cost(problem, data):
    genes = [st.integers(0, size - 1) for size in problem.space.sizes]
    genome = problem.canonical(data.draw(st.tuples(*genes)))
    whole = cost.count(lambda: problem.build(problem.decode(genome)), shape_of(problem))
    assert problem.cost(genome) == whole


class Longer(Macro):
    """Builds something else than its parts."""

    def build(self, architecture):
        return nn.Sequential(super().build(architecture), nn.Linear(10, 10))


def test_who_builds_something_else_is_counted_as_a_whole():
    problem, plain = Longer(Settings(data="digits")), OPENED[1]
    genome = (0,) * 8
    assert problem.cost(genome).params == plain.cost(genome).params + 110
    assert problem.cost(genome).flops == plain.cost(genome).flops + 200


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
