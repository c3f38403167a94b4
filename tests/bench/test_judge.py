import numpy as np
import pytest
import toy

from evonas.bench.contest import judge_of
from evonas.bench.judge import Judge
from evonas.config import Config
from evonas.engine.plan import SearchPlan
from evonas.evaluation.evaluator import Evaluator


def judge(problem="Bowl", **settings):
    plan = SearchPlan.of(Config(problem=toy.reference(problem), n_jobs=0, **settings))
    return Judge(Evaluator(plan.order), plan.goals), plan.problem


def test_the_whole_space_covers_all_of_its_true_front():
    found, problem = judge(objectives=("acc", "flops"))
    verdict = found(list(np.ndindex(*problem.space.sizes)))
    assert verdict.hypervolume == pytest.approx(1.0)
    assert (verdict.igd_plus, verdict.recall) == (0.0, 1.0)


def test_more_architectures_never_cover_less():
    found, problem = judge(objectives=("acc", "flops", "params"))
    genomes = problem.space.sample(30, np.random.default_rng(0))
    verdicts = [found(genomes[:n]) for n in range(1, 31)]
    assert (np.diff([v.hypervolume for v in verdicts]) >= 0).all()
    assert (np.diff([v.recall for v in verdicts]) >= 0).all()
    assert (np.diff([v.igd_plus for v in verdicts]) <= 1e-12).all()


def test_one_point_of_the_front_is_reached_and_the_others_are_missed_by_a_distance():
    found, problem = judge(objectives=("acc", "flops"))
    measured = {
        genome: problem.measure(genome, ["acc", "flops"], seed=0)
        for genome in map(toy.fold, np.ndindex(*problem.space.sizes))
    }
    cheapest = min(measured, key=lambda g: (measured[g]["flops"], -measured[g]["acc"]))
    verdict = found([cheapest])
    assert verdict.recall == pytest.approx(1 / len(found.true_front))
    assert verdict.igd_plus > 0


def test_noise_is_not_judged():
    noisy = Config(problem="synthetic", option=("noisy=true", "blocks=2"), n_jobs=0)
    exact = Config(problem="synthetic", option=("blocks=2",), n_jobs=0)
    genomes = [(0, 1, 2, 3, 2, 1), (0, 0, 0, 1, 1, 1)]
    assert judge_of(noisy)(genomes) == judge_of(exact)(genomes)


def test_a_front_known_by_construction_is_that_of_the_whole_space():
    known = judge_of(Config(problem="synthetic", option=("blocks=2",), n_jobs=0))
    looked_through = judge_of(
        Config(problem="synthetic", option=("blocks=2",), constraint=("macs>=0",), n_jobs=0)
    )
    assert known.true_front == pytest.approx(looked_through.true_front)


def test_a_large_space_that_does_not_know_its_front_is_refused():
    with pytest.raises(ValueError, match="nobody knows the true front of acc, flops: "):
        judge_of(Config(problem="digits", objectives=("acc", "flops"), n_jobs=0))


def test_what_measuring_takes_is_a_metric_of_the_problem():
    found, problem = judge(objectives=("acc", "flops"))
    assert found.costs([(0, 0, 0, 0)], "params") == [
        problem.measure((0, 0, 0, 0), [], seed=0)["params"]
    ]
