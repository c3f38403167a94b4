import pytest
from matrix import slow_but

from evonas.bench.contest import check_method, checkpoints, has_fidelity, judged, play, tried
from evonas.bench.peers import PEERS, lacking
from evonas.config import Config

INSTALLED = [name for name in PEERS if not lacking(name)]
BASE = Config(problem="synthetic", evaluations=24, pop_size=8, option=("blocks=2",), n_jobs=0)
OURS = ("gp", "nsga2", "nsga2+screen", "forest+moead", "gp+epochs")
FAST = ("nsga2", *(name for name in INSTALLED if name == "optuna-nsga2"))
PLAYERS = slow_but(FAST, (*OURS, *INSTALLED))


@pytest.mark.parametrize("method", PLAYERS)
def test_every_method_measures_its_budget_and_nothing_twice(method):
    trials = tried(BASE, method, 1, "fpo")
    assert len({trial.genome for trial in trials}) == 24
    if "epochs" not in method:
        assert len(trials) == 24
    assert trials == tried(BASE, method, 1, "fpo")
    assert trials != tried(BASE, method, 2, "fpo")


def test_a_search_is_judged_at_every_checkpoint():
    scores = judged(BASE, "nsga2", 0, "macs")
    assert [s.n_evaluations for s in scores] == checkpoints(24) == [5, 10, 15, 20, 24]
    costs = [s.cost for s in scores]
    assert costs == sorted(costs)
    volumes = [s.verdict.hypervolume for s in scores]
    assert volumes == sorted(volumes)


def test_what_a_fidelity_costs_is_what_its_steps_take():
    (*_, last) = judged(BASE, "random+epochs", 0, "fpo")
    (*_, whole) = judged(BASE, "random", 0, "fpo")
    assert last.n_evaluations == whole.n_evaluations == 24
    assert last.cost < whole.cost
    assert 0 < last.verdict.hypervolume <= 1


def test_a_contest_is_every_search_by_itself():
    scores = list(play(BASE, ["nsga2", "random"], [0, 1], cost="fpo", n_jobs=1))
    played = {(own[0].method, own[0].seed): own for own in scores}
    assert len(scores) == len(played) == 4
    assert played["random", 1] == judged(BASE, "random", 1, "fpo")


def test_checkpoints_lie_close_at_first_and_end_with_the_search():
    assert checkpoints(7) == [5, 7]
    assert checkpoints(50)[-3:] == [40, 45, 50]
    assert checkpoints(320)[-4:] == [200, 250, 300, 320]


@pytest.mark.parametrize(
    "name", ["gp", "nsga2+screen", "gp+moead", "random+epochs", *INSTALLED]
)
def test_what_is_a_method_is_let_pass(name):
    check_method(name)
    assert has_fidelity(name) == ("epochs" in name)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nsga", r"unknown method 'nsga' \(did you mean 'nsga\d'.*; choose from nsga2"),
        ("gp+optuna-tpe", r"unknown method 'gp\+optuna-tpe'.*several of ours with a plus, as"),
        ("", "unknown method ''"),
    ],
)
def test_what_is_no_method_is_refused(name, message):
    with pytest.raises(ValueError, match=message):
        check_method(name)


def test_the_last_regular_checkpoint_before_the_end_is_not_left_out():
    assert checkpoints(251)[-3:] == [200, 250, 251]
    assert checkpoints(300)[-2:] == [250, 300]
