import pytest
import toy

from evonas.config import Config
from evonas.engine.search import search
from evonas.reports.picking import Way, pick


@pytest.fixture(scope="module")
def run():
    """A run of some twenty architectures."""
    config = Config(problem=toy.reference("Bowl"), evaluations=20, pop_size=10, n_jobs=0)
    return search(config).as_run()


def test_without_a_word_the_knee_is_picked(run):
    assert pick(run, Way()).chosen == pick(run, Way(knee=True)).chosen
    assert Way().named == ()
    assert Way(knee=True).named == ("knee",)


def test_the_best_in_a_metric_is_picked_and_how_is_said(run):
    found = pick(run, Way(best="acc"))
    assert found.chosen[0] == run.front[0]
    assert len(found.chosen) == found.choice.n_chosen == 1
    assert found.how == "Picked for the highest acc."
    lowest = pick(run, Way(best="params")).chosen[0].metrics["params"]
    assert lowest == min(record.metrics["params"] for record in run.front)


@pytest.mark.parametrize(
    ("text", "mapping"),
    [
        ({"weights": "acc=2,flops=1"}, {"weights": {"acc": 2, "flops": 1}}),
        (
            {"near": "acc=60,flops=1e6,params=9000.5"},
            {"near": {"acc": 60, "flops": 1e6, "params": 9000.5}},
        ),
    ],
)
def test_levels_by_name_are_those_of_the_command_line(run, text, mapping):
    assert pick(run, Way(**text)).chosen == pick(run, Way(**mapping)).chosen
    assert pick(run, Way(**text)).how == pick(run, Way(**mapping)).how


def test_what_breaks_a_demand_is_not_picked(run):
    bound = sorted(record.metrics["params"] for record in run.front)[len(run.front) // 2]
    found = pick(run, Way(best="acc", where=[f"params<={bound}"]))
    assert found.chosen[0].metrics["params"] <= bound
    assert found == pick(run, Way(best="acc", where=f"params<={bound}"))  # one, as it is


def test_two_ways_exclude_each_other():
    with pytest.raises(ValueError, match=r"^knee and best exclude each other: give one way"):
        Way(knee=True, best="acc")


def test_a_demand_that_cannot_be_read_is_refused_at_once():
    with pytest.raises(ValueError, match="cannot read the constraint 'small'"):
        Way(where=["small"])


def test_an_unknown_metric_is_named(run):
    with pytest.raises(ValueError, match="unknown metric 'accc'"):
        pick(run, Way(best="accc"))
    with pytest.raises(ValueError, match="--weights: unknown objective 'co2'"):
        pick(run, Way(weights={"co2": 1.0}))
