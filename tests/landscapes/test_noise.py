import numpy as np
import pytest

from evonas.landscapes.accuracy import scale_of
from evonas.landscapes.noise import drawn
from evonas.landscapes.parts import LOSS, STATE, Adder


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_trainings_vary_as_much_as_the_better_half_of_the_space(seed):
    rng = np.random.default_rng(seed)
    design = drawn(rng)
    scale = scale_of(design, rng)
    genomes = np.array(design.space.sample(5000, np.random.default_rng(9)))
    totals = Adder(design).of_many(genomes)
    accs = np.sort(scale(totals[:, LOSS], totals[:, STATE]))
    assert scale.noise == pytest.approx(accs[2500:].std(), rel=0.1)


def test_a_block_has_a_width_an_expansion_a_kernel_and_an_attention():
    space = drawn(np.random.default_rng(0)).space
    assert space.cardinality == 108**5
    assert [gene.ordered for gene in space.genes[:4]] == [True, True, True, False]
