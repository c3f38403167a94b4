import numpy as np
import pytest

from evonas.landscapes.deceptive import HEIGHT, N_CHOICES, N_TRAPPED, drawn, trap_loss


def neighbours(setting):
    for gene in range(N_TRAPPED):
        for choice in set(range(N_CHOICES)) - {setting[gene]}:
            yield (*setting[:gene], choice, *setting[gene + 1 :])


@pytest.mark.parametrize("seed", range(10))
def test_every_single_change_leads_to_the_complement_of_the_best(seed):
    loss = trap_loss(np.random.default_rng(seed))
    best = tuple(map(int, np.unravel_index(loss.argmin(), loss.shape)))
    traps = [
        setting
        for setting in np.ndindex(*loss.shape)
        if all(loss[other] > loss[setting] for other in neighbours(setting))
    ]
    assert best in traps
    (led_to,) = (setting for setting in traps if setting != best)
    assert all(a != b for a, b in zip(best, led_to, strict=True))
    assert (loss[best], loss[led_to]) == (0.0, pytest.approx(HEIGHT))


@pytest.mark.parametrize("seed", range(10))
def test_one_gene_from_the_best_nothing_tells_of_it(seed):
    loss = trap_loss(np.random.default_rng(seed))
    best = tuple(map(int, np.unravel_index(loss.argmin(), loss.shape)))
    others = [loss[other] for other in neighbours(best)]
    assert min(others) >= np.median(loss)


def test_a_block_has_a_width_that_is_no_part_of_its_trap():
    space = drawn(np.random.default_rng(0)).space
    assert space.cardinality == 108**5
    assert [gene.ordered for gene in space.genes[:4]] == [False, False, False, True]
