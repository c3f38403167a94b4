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
    plan_of,
)
from evonas.plugins.loading import load_problem
from evonas.record import Record
from evonas.runs.reading import open_run
from evonas.runs.schema import Spelling
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


SMALL = ("channels=4", "cells=1")


@pytest.fixture(scope="module")
def run_of_cells():
    """A run of small networks of cells, as far as a training looks at it."""
    config = Config(problem="nb201", option=SMALL)
    spelling = Spelling(SearchPlan.of(config).problem.space, decoded_by="space")
    return SimpleNamespace(name="cells", config=config, spelling=spelling)


def with_option(*option, **terms):
    return Terms(data={"option": option}, **terms)


def test_networks_may_be_trained_larger_than_they_were_searched(run_of_cells):
    same = plan_of(run_of_cells, Terms())
    larger = plan_of(run_of_cells, with_option("cells=3"))
    assert same.problem.option["cells"] == 1
    assert larger.problem.option == {"channels": 4, "cells": 3, "whole": False}
    genome = (3, 2, 4, 1, 0, 3)
    assert larger.problem.cost(genome).params > same.problem.cost(genome).params


def test_an_option_that_makes_other_genes_is_refused():
    config = Config(problem="darts", option=("layers=3", "channels=4"))
    spelling = Spelling(SearchPlan.of(config).problem.space, decoded_by="space")
    run = SimpleNamespace(name="a", config=config, spelling=spelling)
    assert plan_of(run, with_option("layers=5")).problem.option["layers"] == 5
    with pytest.raises(ValueError, match=r"--option nodes=2: with that darts has other genes"):
        plan_of(run, with_option("nodes=2"))
    unknown = SimpleNamespace(name="a", config=config, spelling=Spelling())
    with pytest.raises(ValueError, match="other genes than run a, whose genomes would mean"):
        plan_of(unknown, with_option("layers=5"))


def test_weights_of_a_proxy_fit_no_other_option(run_of_cells):
    with pytest.raises(ValueError, match="had its own options, so its weights do not fit"):
        plan_of(run_of_cells, with_option("cells=3", from_proxy=True))


def test_of_networks_with_other_options_the_run_has_measured_nothing(run):
    record = run.front[0]
    assert origin_of(run, record, terms=Terms())["metrics"] == record.metrics
    assert "metrics" not in origin_of(run, record, terms=with_option("width=8"))


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
