import numpy as np
import pytest

from evonas.explanation.anova import Table, indices_of
from evonas.explanation.drivers import LEAST_KENDALL, Drivers, drivers_of
from evonas.objectives import FLOPS
from evonas.reliability import Z_90, Reliability
from evonas.space import Gene, SearchSpace

SPACE = SearchSpace((Gene("kind", ("a", "b")), Gene("width", (1, 2, 4)), Gene("skip", (0, 1))))
VALUES = np.add.outer([0.0, 1.0], [1.0, 2.0, 4.0])[..., None] * np.array([1.0, 1.1])


def made(replicas=(), **words):
    indices = indices_of([Table((0, 1, 2), VALUES)], sizes=(2, 3, 2))
    words = {"how": "exact", "basis": "12 genomes", **words}
    return drivers_of(FLOPS, indices, replicas, space=SPACE, **words)


def test_genes_and_pairs_stand_in_the_order_of_their_shares():
    found = made()
    assert [gene.gene for gene in found.genes] == ["width", "kind", "skip"]
    assert found.genes[0].choices == (1, 2, 4)
    assert (found.genes[0].is_ordered, found.genes[1].is_ordered) == (True, False)
    assert [mean.value for mean in found.genes[0].means] == pytest.approx(
        VALUES.mean((0, 2)).tolist()
    )
    shares = [pair.share.value for pair in found.pairs]
    assert shares == sorted(shares, reverse=True)
    assert found.pairs[0].genes == ("width", "skip")
    assert found.std == pytest.approx(VALUES.std())


def test_exact_shares_add_up_with_what_is_beyond_pairs():
    found = made()
    told = sum(g.alone.value for g in found.genes) + sum(p.share.value for p in found.pairs)
    assert told + found.beyond_pairs == pytest.approx(1)
    assert found.beyond_pairs == pytest.approx(0, abs=1e-12)  # (kind + width) x skip


def test_exact_numbers_have_intervals_of_no_width_and_others_that_of_their_replicas():
    assert all(g.alone.low == g.alone.value == g.alone.high for g in made().genes)
    several = [
        indices_of([Table((0, 1, 2), VALUES * VALUES**power)], sizes=(2, 3, 2))
        for power in (0.0, 0.5, 1.0)
    ]
    found = made(several).genes[0]
    half = Z_90 * np.std([each.main[1] for each in several])
    assert found.alone.high - found.alone.value == pytest.approx(half)
    assert found.alone.value - found.alone.low == pytest.approx(half)


def test_a_model_is_believed_only_where_it_orders_what_it_has_not_seen():
    def with_tau(tau):
        return made(reliability=Reliability("flops", "gp", 30, tau, tau, 0.9)).is_reliable

    assert made().is_reliable
    assert with_tau(LEAST_KENDALL)
    assert not with_tau(LEAST_KENDALL - 0.01)
    assert not with_tau(float("nan"))


def test_where_nothing_varies_nothing_is_beyond_pairs():
    assert Drivers(FLOPS, "exact", "", 1.0, 0.0, (), ()).beyond_pairs == 0
