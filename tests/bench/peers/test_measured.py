import numpy as np
import pytest

from evonas.bench.peers import PeerTask, measured_by
from evonas.bench.peers.measured import peer_task
from evonas.config import Config
from evonas.engine.plan import SearchPlan
from evonas.evaluation.evaluator import Evaluator

BASE = Config(problem="synthetic", evaluations=12, option=("blocks=2",), n_jobs=0)


@pytest.fixture(scope="module")
def plan():
    return SearchPlan.of(BASE)


def task_of(plan) -> PeerTask:
    evaluator = Evaluator(plan.order)

    def measure(genome):
        (record,) = evaluator([genome])
        return plan.goals.scaled(record.metrics)

    return peer_task(plan, evaluator, measure=measure)


def test_a_peer_measures_its_budget_and_nothing_twice():
    genomes = measured_by("pymoo-nsga2", BASE)
    assert len(set(genomes)) == len(genomes) == 12


def test_what_is_counted_is_what_is_measured(plan):
    task = task_of(plan)
    assert any(task.is_counted)
    assert not all(task.is_counted)
    genomes = plan.problem.space.sample(5, np.random.default_rng(0))
    measured = np.array([task.measure(genome) for genome in genomes])
    counted = task.count(genomes)
    np.testing.assert_array_equal(counted, measured[:, np.array(task.is_counted)])


def test_a_peer_is_given_the_scale_that_a_search_is_judged_by(plan):
    task = task_of(plan)
    assert task.reference == (1.0,) * task.n_objectives
    assert (task.seed, task.n_evaluations) == (0, 12)
    assert task.space is plan.problem.space
