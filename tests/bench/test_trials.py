from dataclasses import replace

import numpy as np
import pytest
from matrix import slow_but

from evonas.bench.contest import read_method
from evonas.bench.peers import PEERS, lacking
from evonas.bench.trials import tried
from evonas.config import Config

INSTALLED = [name for name in PEERS if not lacking(name)]
BASE = Config(problem="synthetic", evaluations=24, pop_size=8, option=("blocks=2",), n_jobs=0)
OURS = ("gp", "nsga2", "nsga2+screen", "forest+moead", "gp+epochs", "gp:batch=4")
FAST = ("nsga2", *(name for name in INSTALLED if name == "optuna-nsga2"))


def trials_of(name, seed):
    method = read_method(name)
    config = method.config(replace(BASE, seed=seed))
    return tried(config, method, cost_of=lambda genomes: np.ones(len(genomes)))


@pytest.mark.parametrize("name", slow_but(FAST, (*OURS, *INSTALLED)))
def test_every_method_measures_its_budget_and_nothing_twice(name):
    trials = trials_of(name, 1)
    assert len({trial.genome for trial in trials}) == 24
    if "epochs" not in name:
        assert len(trials) == 24
    assert trials == trials_of(name, 1)
    assert trials != trials_of(name, 2)


@pytest.mark.parametrize("name", ["random:evaluations=9", "nsga2:pop-size=5:evaluations=9"])
def test_a_method_with_a_budget_of_its_own_measures_no_more(name):
    assert len(trials_of(name, 0)) == 9


def test_every_trial_costs_what_it_is_said_to_take():
    method = read_method("random")
    found = tried(BASE, method, cost_of=lambda genomes: np.arange(len(genomes)))
    assert [trial.cost for trial in found] == list(range(24))


def test_a_step_of_a_fidelity_costs_its_effort_and_is_no_whole_measurement():
    found = trials_of("random+epochs", 0)
    assert {trial.is_whole for trial in found} == {False, True}
    assert all(trial.cost > 1e6 for trial in found)


def test_a_peer_is_run_in_the_python_of_its_method(monkeypatch):
    asked = []

    def measured_by(name, config, *, python):
        asked.append((name, config.evaluations, python))
        return [(0,) * 6]

    monkeypatch.setattr("evonas.bench.trials.measured_by", measured_by)
    method = replace(read_method("pymoo-nsga2:evaluations=9"), python="/opt/python")
    found = tried(method.config(BASE), method, cost_of=lambda genomes: np.ones(len(genomes)))
    assert asked == [("pymoo-nsga2", 9, "/opt/python")]
    assert [trial.genome for trial in found] == [(0,) * 6]
