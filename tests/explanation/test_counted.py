import numpy as np
import pytest
import toy
from explanation.spaces import LEVELS, A, g_function, g_shares

from evonas.explanation.counted import counted_drivers
from evonas.explanation.counting import Counter
from evonas.objectives import Metric
from evonas.plugins.loading import ProblemSpec
from evonas.problem import Problem, Settings
from evonas.space import Gene, SearchSpace

COST = Metric("cost", "", "cost", 1, when="counted")


class Costly(Problem):
    """A space of as many genes as are wanted, whose cost is a function of them."""

    metrics = (COST,)

    def __init__(self, n_genes, function, size=LEVELS):
        super().__init__()
        self.space = SearchSpace([Gene(f"g{i}", tuple(range(size))) for i in range(n_genes)])
        self.function = function

    def measure(self, genome, wanted, *, seed):
        return {"cost": float(self.function(np.array([genome]))[0])}


def drivers(problem, n=64):
    counter = Counter(problem, [COST])
    return counted_drivers(COST, counter, space=problem.space, n=n, seed=0)


def test_a_small_space_is_counted_as_a_whole():
    found = drivers(Costly(len(A), g_function))
    main, total, _ = g_shares()
    assert found.how == "exact"
    assert found.basis == "all 1,296 genomes counted"
    assert [gene.gene for gene in found.genes] == ["g0", "g1", "g2", "g3"]
    assert [gene.alone.value for gene in found.genes] == pytest.approx(main, abs=1e-12)
    assert [gene.total.value for gene in found.genes] == pytest.approx(total, abs=1e-12)


def test_a_large_sum_is_counted_part_by_part():
    found = drivers(Costly(12, lambda x: (x * np.arange(12)).sum(1)))
    shares = np.arange(12.0) ** 2
    assert found.how == "exact"
    assert found.basis.startswith("a sum of 12 parts, 72 genomes counted, which 1,000 drawn")
    assert [gene.alone.value for gene in found.genes] == pytest.approx(
        (shares / shares.sum())[::-1]
    )
    assert found.genes[-1].total.value == 0


def test_what_is_no_sum_of_parts_is_estimated_and_holds_the_truth():
    found = drivers(Costly(10, lambda x: g_function(x[:, :4]) * (1 + x[:, 4:]).prod(1) ** 0.1))
    assert found.how == "estimated"
    assert found.basis == f"{64 * 22:,} drawn of 60,466,176 genomes counted"
    assert all(gene.alone.high > gene.alone.low for gene in found.genes)
    assert found.genes[0].gene == "g0"


def test_genomes_that_cannot_be_counted_are_left_out_and_said():
    def some(x):
        if x[0, 0] == 0:
            raise ValueError("not this one")
        return (1.0 + x).prod(1)

    found = drivers(Costly(2, some))
    assert found.how == "estimated"
    assert "36 genomes counted, but for" in found.basis
    means = next(gene for gene in found.genes if gene.gene == "g0").means
    assert np.isnan([means[0].value, means[0].low]).all()
    assert means[1].low < means[1].value < means[1].high


def test_where_hardly_any_can_be_counted_nothing_is_said():
    def none(x):
        raise ValueError("none")

    with pytest.raises(ValueError, match="cost cannot be counted for 100 % of genomes"):
        drivers(Costly(2, none))


def test_a_gene_that_is_folded_away_has_no_effect_there():
    problem = ProblemSpec(toy.reference("Bowl"), Settings()).open()
    flops = next(metric for metric in problem.metrics if metric.name == "flops")
    counter = Counter(problem, [flops])
    found = counted_drivers(flops, counter, space=problem.space, n=8, seed=0)
    effect = {gene.gene: gene for gene in found.genes}
    # A skip costs a fifth more, but not of a plain network, which is one of three.
    ratio = effect["skip"].means[1].value / effect["skip"].means[0].value
    assert ratio == pytest.approx(1 + 0.2 * 2 / 3)
    assert {"kind", "skip"} in [set(pair.genes) for pair in found.pairs if pair.share.value > 0]
