import pytest

from evonas.carbon.spend import Budget, Spend
from evonas.config import Config
from evonas.listener import Generation, Start
from evonas.record import Record
from evonas.reports.estimate import PATIENCE_S, Estimate, Share, agenda

FINAL = [{"name": "test_acc", "when": "final"}]


def spent(wall=100.0, busy=180.0):
    return Spend(wall, busy, busy, 1e9, 0.001, 0.5, "reckoned")


def generation(n=20, spend=None, front_size=4):
    return Generation(1, n, 0, front_size, None, {}, spend or spent())


def estimate(config=None, n=20, seconds=9.0, metrics=(), **resolved):
    config = config or Config(generations=10)
    made = Estimate(Start(config, {"n_jobs": 2, "metrics": metrics, **resolved}, spent))
    for i in range(n):
        made.add(Record((i,), {"params": 2000.0 + i}, seconds), gone_s=0.0)
    return made


AGENDAS = {
    "200 architectures, 10 generations of 20;": {},
    "60 architectures, 20 at a time;": {"evaluations": 60},
    "44 architectures, 8 first and then 2 to 16 at a time;": {
        "evaluations": 44,
        "surrogate": "gp",
    },
    "44 architectures, 20 first and then 4 at a time;": {
        "evaluations": 44,
        "surrogate": "gp",
        "first": 20,
        "batch": 4,
    },
    "as many as --budget-time 30m and --budget-co2 5g allow;": {
        "budget_time": "30m",
        "budget_co2": "5g",
    },
    "40 architectures, 2 generations of 20, as far as --budget-kwh 0.1 allow;": {
        "generations": 2,
        "budget_kwh": 0.1,
    },
    "as many as --budget-flops 2.7e+13 allow;": {"budget_flops": 2.7e13},
    "as many as --budget-return 1% allow;": {"budget_return": "1%"},
    "10 generations of 20, first with less epochs;": {"fidelity": "epochs"},
}


@pytest.mark.parametrize(("words", "given"), AGENDAS.items())
def test_what_is_to_be_measured_is_told_before_anything_is(words, given):
    assert words in agenda(Config(**given))


def test_after_the_first_generation_the_whole_is_ten_times_that():
    (line,) = estimate().told(generation())
    assert line == (
        "About 17 min, 10 Wh and 5 g CO2e in all (11 min to 25 min, 6.7 Wh to 15 Wh), by the "
        "first 20"
    )


def test_a_front_that_is_tested_comes_on_top():
    (line,) = estimate(metrics=FINAL).told(generation(front_size=16))
    assert line.startswith("About 21 min, ")  # 16 * sqrt(10) more of five seconds each


def test_the_more_candidates_differ_the_wider_is_the_spread():
    even, uneven = estimate(), estimate(n=10, seconds=1.0)
    for i in range(10):
        uneven.add(Record((90 + i,), {}, 50.0), gone_s=0.0)
    assert even.told(generation()) != uneven.told(generation())


def test_of_an_earlier_session_the_time_of_its_workers_counts():
    (line,) = estimate().told(generation(spend=spent(wall=0.0)))
    assert line.startswith("About 15 min, ")  # of 180 s on two workers


def test_a_budget_that_is_spent_first_is_told_as_architectures():
    config = Config(generations=10, budget_time="8m")
    (line,) = estimate(config).told(generation())
    assert line == "The budget pays for about 96 architectures (64 to 143), by the first 20"


def test_without_anything_measured_nothing_is_said():
    assert estimate().told(generation(spend=spent(busy=0.0))) == []
    assert (
        estimate(Config(budget_time="8h"), n=3).told(generation())[0].startswith("The budget")
    )


def test_a_long_first_generation_is_told_of_once():
    made = estimate(n=1)
    late = PATIENCE_S + 1
    assert made.add(Record((5,), {}, 9.0), gone_s=1.0) == ""
    line = made.add(Record((6,), {}, 9.0), gone_s=late)
    assert line == (
        "At most some 15 min in all, by the first 3: the dearest of a generation come first"
    )
    assert made.add(Record((7,), {}, 9.0), gone_s=late) == ""


def test_where_none_of_the_first_keeps_a_constraint_the_closest_is_told():
    made = estimate(Config(generations=10, constraint=("params<=1000",)))
    _, line = made.told(generation(front_size=0))
    assert line.startswith("None of the first 20 keeps every constraint; closest is ")
    assert line.endswith(", with params 2,000, 1,000 (100 %) above 1,000")
    assert len(made.told(generation(front_size=3))) == 1


def test_the_scarcest_budget_counts():
    share = Share(seconds=2.0, kwh=0.1, co2_g=50.0, flops=0.0)
    assert share.n_within(Budget(seconds=100.0, kwh=1.0, flops=5.0)) == 10
