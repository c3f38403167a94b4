import numpy as np
import pytest
import toy

from evonas import Config, search
from evonas.algorithms.two_stages import tolerated
from evonas.objectives import ACC, FLOPS, Goals, Objective


def config(problem="Bowl", **settings):
    defaults = {
        "objectives": ("acc",),
        "then": ("flops",),
        "evaluations": 60,
        "pop_size": 10,
        "n_jobs": 0,
    }
    return Config(problem=toy.reference(problem), **{**defaults, **settings})


def column(result, name):
    return np.array([record.metrics[name] for record in result.records])


@pytest.mark.parametrize(
    ("surrogate", "sought"),
    [("none", slice(20, 30)), ("gp", slice(8, 18))],  # later it has the best, and looks around
)
def test_the_first_stage_seeks_accuracy_and_the_second_cost_at_its_price(surrogate, sought):
    result = search(config(surrogate=surrogate, tolerance=0.1))
    acc, flops = column(result, "acc"), column(result, "flops")
    assert len(acc) == 60
    floor = 0.9 * acc[:30].max()
    assert np.median(acc[sought]) > np.median(acc[:8])
    near = acc >= floor
    assert flops[30:][near[30:]].min() < flops[:30][near[:30]].min()
    assert [objective.name for objective in result.goals.objectives] == ["acc", "flops"]


def test_the_second_stage_begins_with_the_best_of_the_first_and_measures_none_twice():
    result = search(config())
    assert len({record.genome for record in result.records}) == 60
    assert result.stopped == "the budget of 60 architectures is spent"


def test_generations_are_halved_as_well():
    result = search(config(evaluations=None, generations=7))
    assert len(result.generations) == 7
    assert result.stopped == "4 generations are done"


def test_a_cut_and_resumed_search_ends_as_a_whole_one(tmp_path):
    whole = search(config())
    n_left = 41

    def should_stop():
        nonlocal n_left
        n_left -= 1
        return n_left < 0

    search(config(), folder=tmp_path / "run", should_stop=should_stop)
    resumed = search(config(), folder=tmp_path / "run", resume=True)
    assert [r.genome for r in resumed.records] == [r.genome for r in whole.records]


def test_where_nothing_can_be_measured_there_is_no_second_stage():
    result = search(config("Hopeless", max_failures=1.0))
    assert result.stopped.endswith("and nothing to go on with was found")
    assert len(result.records) == 30


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"objectives": ()}, "name the objectives of the first as well"),
        ({"then": ("acc",)}, "objectives name one twice: acc, acc"),
        (
            {"evaluations": None, "budget_time": "1h"},
            "two stages need a budget of evaluations or generations",
        ),
        ({"then": (), "tolerance": 0.1}, "tolerance is of use to a second stage only"),
        ({"tolerance": 1.0}, r"tolerance must be a share in \[0, 1\), got 1\.0"),
        ({"aspire": ("acc=1,flops=1",)}, "aspire and then are two formulations"),
        ({"algorithm": "nsga3"}, "this algorithm needs two objectives or more"),
    ],
)
def test_what_does_not_do_is_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        search(config(**settings))


def test_what_is_tolerated_is_a_share_of_the_best_on_its_worse_side():
    loss = Objective("loss", "", "loss", +1, best=None)
    goals = Goals((ACC, loss, FLOPS))
    wanted = Config(objectives=("acc", "loss"), then=("flops",), tolerance=0.1, evaluations=9)
    kept = tolerated(wanted, goals, best={"acc": 80.0, "loss": -2.0})
    assert [(c.metric, c.relation, c.bound) for c in kept] == [
        ("acc", ">=", pytest.approx(72.0)),
        ("loss", "<=", pytest.approx(-1.8)),
    ]
