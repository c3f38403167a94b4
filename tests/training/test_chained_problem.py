"""What is counted part by part is what would be counted as a whole."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from evonas.networks import counting as cost
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
