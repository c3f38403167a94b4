import json

import pytest
import toy

from evonas.config import Config
from evonas.engine import preflight as module
from evonas.engine.plan import SearchPlan
from evonas.engine.preflight import preflight


def looked_at(problem=toy.Elephant, *, on_step=lambda step: None, **words):
    plan = SearchPlan.of(Config(n_jobs=0, **words), problem)
    plan.check()
    return preflight(plan, on_step=on_step)


def test_a_search_is_told_from_its_space_to_its_end():
    steps = []
    found = looked_at(
        generations=3, pop_size=10, constraint=("params<=9000",), on_step=steps.append
    )
    assert found.space.cardinality == 150
    assert (found.n_counted, found.is_whole_space) == (125, True)
    assert found.cost_metric == "fpo"
    assert len(found.extremes) == 2
    assert [bound.n_met > 0 for bound in found.bounds] == [True]
    assert found.expectation.totals["evaluations"].expected == 30
    assert found.expectation.totals["last"].expected > 0
    assert found.why_unknown == ""
    assert steps == [
        "counting a sample of the space",
        "timing a few candidates",
        "looking for architectures that keep the constraints",
        "playing the search through with made-up scores",
    ]


def test_it_is_json_even_where_something_has_no_end():
    found = looked_at(budget_time="1d", pop_size=10)
    assert json.loads(json.dumps(found.as_dict(), allow_nan=False))["n_timed"] == found.n_timed


def test_where_no_candidate_can_be_timed_the_rest_is_told_and_why():
    found = looked_at(toy.Hopeless, generations=2, pop_size=10)
    assert found.expectation is None
    assert found.why_unknown == "MemoryError: no network fits"
    assert found.n_counted == 125


def test_what_cannot_be_counted_at_all_is_refused():
    class Uncountable(toy.Bowl):
        def measure(self, genome, wanted, *, seed):
            raise ArithmeticError("no such cost")

    with pytest.raises(
        ValueError, match=r"^none of 125 architectures of .* could be counted; "
    ):
        looked_at(Uncountable, generations=2, pop_size=10)


@pytest.mark.parametrize("name", ["Reals", "Integers", "Mixed", "Constrained"])
def test_a_plain_pymoo_problem_is_looked_at_too(name):
    plan = SearchPlan.of(
        Config(problem=toy.reference(name), n_jobs=0, generations=2, pop_size=8)
    )
    found = preflight(plan)
    assert found.space.cardinality == found.n_counted == 0
    assert found.extremes == ()
    assert found.expectation.totals["evaluations"].high == 16
    assert not any(bound.is_counted for bound in found.bounds)


def test_where_playing_takes_long_one_course_must_do(monkeypatch):
    monkeypatch.setattr(module, "PLAYING_S", -1.0)
    found = looked_at(generations=2, pop_size=10)
    assert found.expectation.is_cut
    assert found.expectation.totals["evaluations"].expected == 20
