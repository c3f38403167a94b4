import numpy as np
import pytest

from evonas.landscapes.parts import Adder, Design, Part, weights
from evonas.space import Gene
from tests.landscapes.small import KINDS, drawn

A, B = Gene("a", ("x", "y")), Gene("b", (1, 2, 3))


def test_a_part_adds_by_the_state_that_the_part_before_hands_on():
    first = Part.of(
        [A], loss=np.array([[0.5, 1.0]]), macs=3, params=2, state=np.arange(2)[None]
    )
    losses = np.array([[0.1, 0.2, 0.3], [1.1, 1.2, 1.3]])
    second = Part.of([B], loss=losses, macs=np.array([[1, 2, 3]]), params=0)
    add = Adder(Design((first, second), base=(10, 20), units=(1, 1)))
    assert add((0, 1)) == (700_000, 15, 22, 0)
    assert add((1, 2)) == (2_300_000, 16, 22, 0)


@pytest.mark.parametrize("kind", KINDS)
def test_many_networks_add_up_as_each_of_them_does(kind):
    design = drawn(kind, 0)
    genomes = design.space.sample(50, np.random.default_rng(0))
    add = Adder(design)
    assert add.of_many(np.array(genomes)).tolist() == [list(add(genome)) for genome in genomes]


def test_macs_count_more_before_the_middle_and_parameters_behind_it():
    assert [weights(i, 3) for i in range(3)] == [(2, 1), (2, 1), (1, 2)]
    assert [weights(i, 2) for i in range(2)] == [(2, 1), (1, 2)]
