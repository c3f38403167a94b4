import numpy as np
import pytest
from explanation.spaces import LEVELS, A, g_function, g_shares, ishigami
from hypothesis import given
from hypothesis import strategies as st

from evonas.explanation.pick_freeze import Estimator, designed
from evonas.reliability import Z_90

SIZES = (LEVELS,) * len(A)


def estimator(function, sizes, n, seed):
    rng = np.random.default_rng(seed)
    design = designed(sizes, n, rng=rng)
    return Estimator(design, function(design.rows)), rng


def test_blocks_share_the_genes_that_they_should():
    design = designed((9, 9, 9), 50, rng=np.random.default_rng(0))
    A, B, *mixed = design.genomes
    for gene in range(3):
        for own, other, block in ((A, B, mixed[gene]), (B, A, mixed[3 + gene])):
            assert (block[:, gene] == other[:, gene]).all()
            rest = [i for i in range(3) if i != gene]
            assert (block[:, rest] == own[:, rest]).all()
    assert design.rows.shape == (8 * 50, 3)


def test_every_choice_is_as_likely():
    design = designed((2, 5), 20_000, rng=np.random.default_rng(0))
    for gene, size in enumerate((2, 5)):
        counts = np.bincount(design.genomes[0][:, gene], minlength=size)
        assert counts == pytest.approx(20_000 / size, rel=0.05)


def test_intervals_hold_the_true_shares_as_often_as_they_say():
    main, total, pairs = g_shares()
    above = np.triu_indices(len(A), 1)
    held = []
    for seed in range(40):
        made, rng = estimator(g_function, SIZES, 128, seed)
        found, replicas = made.indices(), made.resampled(60, rng=rng)
        for value, known, several in (
            (found.main, main, [each.main for each in replicas]),
            (found.total, total, [each.total for each in replicas]),
            (found.pairs[above], pairs[above], [each.pairs[above] for each in replicas]),
        ):
            held.append((np.abs(value - known) <= Z_90 * np.std(several, axis=0)).mean())
    assert 0.82 < np.mean(held) < 0.97


def test_estimates_come_to_the_truth_with_more_genomes():
    main, total, pairs = g_shares()
    found = estimator(g_function, SIZES, 40_000, 0)[0].indices()
    assert found.main == pytest.approx(main, abs=0.01)
    assert found.total == pytest.approx(total, abs=0.01)
    assert found.pairs == pytest.approx(pairs, abs=0.02)
    x = (np.arange(LEVELS) + 0.5) / LEVELS
    first = np.abs(4 * x - 2)
    rest = np.prod([(np.abs(4 * x - 2) + a).mean() / (1 + a) for a in A[1:]])
    assert found.means[0] == pytest.approx(first * rest, abs=0.02)
    assert found.mean == pytest.approx((first * rest).mean(), abs=0.01)


@given(st.integers(0, 2**32 - 1), st.integers(8, 40))
def test_a_gene_that_is_not_read_has_no_share_at_all(seed, n):
    made, rng = estimator(ishigami, (8, 8, 8, 5), n, seed)
    for found in (made.indices(), made.indices(made.drawn(rng))):
        assert found.total[3] == found.main[3] == 0


@given(st.integers(0, 2**32 - 1))
def test_a_unit_and_an_origin_change_no_share(seed):
    plain = estimator(ishigami, (8, 8, 8), 32, seed)[0].indices()
    moved = estimator(lambda rows: 1e6 + 1e3 * ishigami(rows), (8, 8, 8), 32, seed)[0].indices()
    for word in ("main", "total", "pairs"):
        assert getattr(moved, word) == pytest.approx(getattr(plain, word), abs=1e-6)


def test_what_never_varies_has_no_shares():
    made, _ = estimator(lambda rows: np.full(len(rows), 1e9), SIZES, 16, 0)
    found = made.indices()
    assert (found.variance, found.mean) == (0, 1e9)
    assert not found.main.any()
    assert not found.total.any()


def test_genomes_without_a_value_are_left_out():
    rng = np.random.default_rng(0)
    design = designed(SIZES, 4000, rng=rng)
    values = g_function(design.rows)
    whole = Estimator(design, values).indices()
    values[rng.random(len(values)) < 0.1] = np.nan
    found = Estimator(design, values).indices()
    assert found.main == pytest.approx(whole.main, abs=0.03)
    assert found.total == pytest.approx(whole.total, abs=0.03)
    assert np.isfinite(found.pairs).all()
