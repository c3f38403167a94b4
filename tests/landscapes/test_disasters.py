import numpy as np
import pytest

from evonas.landscapes.disasters import SHARE, SIZES, drawn, ruined_share, ruins
from evonas.landscapes.parts import LOSS, STATE, Adder
from tests.landscapes.small import every_genome


@pytest.mark.parametrize("seed", range(12))
def test_a_share_of_the_space_is_ruined(seed):
    design = drawn(np.random.default_rng(seed))
    genomes = np.array(design.space.sample(20_000, np.random.default_rng(0)))
    is_ruined = Adder(design).of_many(genomes)[:, STATE] > 0
    assert SHARE[0] - 0.01 < is_ruined.mean() < SHARE[1] + 0.01


def test_the_share_is_that_of_an_enumeration():
    rng = np.random.default_rng(0)
    losses = [rng.random(SIZES) for _ in range(2)]
    allowed = ruins(losses, rng)  # (conjunction, block, operation, width, norm)
    flat = allowed.reshape(*allowed.shape[:2], -1)
    pairs = flat[:, 0, :, None] & flat[:, 1, None, :]
    assert ruined_share(allowed) == pytest.approx(pairs.any(0).mean())


def test_what_would_be_best_else_is_ruined():
    design = drawn(np.random.default_rng(0), 2)
    totals = Adder(design).of_many(every_genome(design))
    assert totals[totals[:, LOSS].argmin(), STATE] in design.ruined


def test_no_single_gene_is_the_ruin():
    design = drawn(np.random.default_rng(0))
    genomes = np.array(design.space.sample(20_000, np.random.default_rng(0)))
    is_ruined = Adder(design).of_many(genomes)[:, STATE] > 0
    for gene, size in enumerate(design.space.sizes):
        shares = [is_ruined[genomes[:, gene] == choice].mean() for choice in range(size)]
        assert max(shares) < 0.7
