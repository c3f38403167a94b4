import pytest
import toy

from evonas.config import Config
from evonas.engine.feasibility import judged
from evonas.engine.plan import SearchPlan
from evonas.engine.sampling import sampled
from evonas.evaluation.counts import Counts


def bounds(*constraints, problem=toy.Bowl, sample=None, is_whole=True):
    config = Config(constraint=constraints, objectives=("acc", "flops"), n_jobs=0)
    plan = SearchPlan.of(config, problem)
    genomes = sampled(plan.problem)[0] if sample is None else sample
    return judged(plan, Counts(plan.executor, plan.order), genomes, is_whole=is_whole)


def params(genome):
    return toy.Bowl().measure(genome, [], seed=0)["params"]


EVERY = sampled(toy.Bowl())[0]
LEAST = min(map(params, EVERY))


def test_what_some_keep_is_counted():
    (bound,) = bounds("params<=5000")
    assert bound.n_met == sum(params(genome) <= 5000 for genome in EVERY)
    assert (bound.n_counted, bound.is_counted, bound.is_met) == (len(EVERY), True, True)
    assert bound.n_looked_at == 0


def test_what_nothing_of_the_whole_space_keeps_is_told_with_the_nearest():
    (bound,) = bounds("params<=10")
    assert bound.n_met == 0
    assert bound.value == LEAST == params(bound.nearest)
    assert not bound.is_met


@pytest.mark.parametrize(("limit", "is_met"), [(LEAST, True), (LEAST - 1, False)])
def test_where_the_sample_has_none_a_better_one_is_sought_gene_by_gene(limit, is_met):
    largest = max(EVERY, key=params)
    (bound,) = bounds(f"params<={limit}", sample=[largest], is_whole=False)
    assert (bound.n_met, bound.n_counted) == (0, 1)
    assert bound.n_looked_at > 0
    assert bound.is_met == is_met
    assert bound.value == LEAST


def test_what_takes_a_training_is_not_known():
    counted, trained = bounds("params<=5000", "acc>=50")
    assert counted.is_counted
    assert not trained.is_counted
    assert trained.constraint == "acc>=50"


def test_two_that_can_be_kept_alone_may_not_be_together():
    low, high, both = bounds("params<=2000", "flops>=1000000")
    assert low.n_met > 0 < high.n_met
    assert both.constraint == "params<=2000 and flops>=1000000"
    assert (both.n_met, both.is_met, both.value) == (0, False, None)
