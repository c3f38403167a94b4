import numpy as np

from evonas.landscapes.chain import OPERATIONS, WIDTHS, drawn
from evonas.landscapes.parts import Adder


def test_a_chain_is_as_long_as_one_wishes():
    space = drawn(np.random.default_rng(0)).space
    assert space.cardinality == 4**16
    assert drawn(np.random.default_rng(0), 3).space.cardinality == 4**6
    assert [gene.ordered for gene in space.genes[:2]] == [False, True]


def test_macs_go_with_the_width_before_times_its_own():
    add = Adder(drawn(np.random.default_rng(0), 2))
    narrow, wide = OPERATIONS.index("separable"), len(WIDTHS) - 1
    stem, _ = drawn(np.random.default_rng(0), 2).base
    assert add((narrow, wide, narrow, wide)).macs == stem + 2 * 1 * 4 + 4 * 4
    assert add((narrow, 0, narrow, wide)).macs == stem + 2 * 1 * 1 + 1 * 4


def test_a_map_that_is_halved_saves_macs_and_no_parameters():
    add = Adder(drawn(np.random.default_rng(0), 2))
    conv, halved = OPERATIONS.index("conv3x3"), OPERATIONS.index("halved")
    one, other = add((conv, 1, conv, 1)), add((halved, 1, halved, 1))
    assert one.params == other.params
    assert one.macs > 2 * other.macs


def test_what_a_layer_loses_depends_on_its_neighbour():
    add = Adder(drawn(np.random.default_rng(0), 2))
    gains = {add((a, 1, 0, 1)).loss - add((a, 1, 1, 1)).loss for a in range(4)}
    assert len(gains) == 4
