from types import SimpleNamespace

import pytest
import toy

from evonas.config import Config
from evonas.engine.plan import SearchPlan
from evonas.interactive.training_orders import (
    Terms,
    config_of,
    networks,
    order_of,
    ordered,
    origin_of,
)
from evonas.plugins.loading import load_problem
from evonas.record import Record
from evonas.runs.reading import open_run
from evonas.training.full_recipe import FullRecipe


@pytest.fixture(scope="module")
def run(small_run):
    return open_run(small_run)


@pytest.fixture(scope="module")
def plan():
    return SearchPlan.of(Config(problem="digits"))


def test_the_problem_is_that_of_the_run_and_the_data_are_whole(run):
    config = config_of(run, {})
    assert (config.problem, config.image_size) == (run.config.problem, run.config.image_size)
    assert (run.config.subset, run.config.epochs) == (60, 2)
    assert (config.subset, config.epochs) == (None, None)


def test_what_the_run_assumes_of_carbon_is_assumed_again():
    run = SimpleNamespace(config=Config(problem="digits", grid="fra", image_size=9))
    assert config_of(run, {}).grid == "fra"


def test_other_data_come_in_their_own_size():
    run = SimpleNamespace(config=Config(problem="digits", image_size=9))
    assert config_of(run, {}).image_size == 9
    assert config_of(run, {"image_size": 16}).image_size == 16
    other = config_of(run, {"data": "mnist"})
    assert (other.data, other.image_size) == ("mnist", None)


def test_a_measured_architecture_becomes_an_order(run, plan):
    record = run.front[0]
    terms = Terms(recipe=FullRecipe(epochs=3), seeds=(4, 5), n_threads=2)
    order = order_of(run, record, plan=plan, terms=terms)
    assert (order.genome, order.config) == (record.genome, plan.config)
    assert (order.recipe.epochs, order.seeds, order.n_threads) == (3, (4, 5), 2)
    assert order.origin["metrics"] == record.metrics
    assert order.proxy is None
    proxy = order_of(run, record, plan=plan, terms=Terms(from_proxy=True)).proxy
    assert proxy.scores == {"acc": record.metrics["acc"]}


def test_a_training_takes_as_many_threads_as_there_are_cores(plan, monkeypatch):
    monkeypatch.setattr("os.cpu_count", lambda: 6)
    assert ordered(plan, (0,) * 28, terms=Terms(), origin={}).n_threads == 6


def test_a_genome_of_another_space_is_refused(plan):
    with pytest.raises(ValueError, match=r"genome \(1, 2\) has 2 genes; this space has 28"):
        ordered(plan, (1, 2), terms=Terms(), origin={})


def test_of_other_data_the_search_has_measured_nothing():
    record = Record((0,), {"acc": 90.0}, 1.0)
    run = SimpleNamespace(name="a", spend=SimpleNamespace(co2_g=2.0, energy_kwh=0.5))
    told = {"run": "a", "search_co2_g": 2.0, "search_kwh": 0.5}
    assert origin_of(run, record, terms=Terms()) == {**told, "metrics": {"acc": 90.0}}
    assert origin_of(run, record, terms=Terms(data={"data": "mnist"})) == told
    assert origin_of(SimpleNamespace(name="a", spend=None), None, terms=Terms()) == {"run": "a"}


def test_what_builds_no_networks_is_refused(plan):
    bowl = load_problem(toy.reference("Bowl"))()
    with pytest.raises(ValueError, match="bowl builds no networks that could be trained"):
        networks(bowl, "bowl")
    assert networks(plan.problem, "digits") is plan.problem
