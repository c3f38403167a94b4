import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evonas.config import Config
from evonas.engine.course import Course, Stage
from evonas.engine.expectation import Rates, expect
from evonas.evaluation.played import Account

RATES = Rates(kwh_per_second=1e-6, g_per_kwh=500.0, start_seconds=10.0)


def course(n=4, *, wall=60.0, is_cut=False, last=5, stopped="4 generations are done"):
    """Ten trainings a generation, each of ``wall`` seconds on two workers side by side."""
    stages = [
        Stage(
            g,
            10 * g,
            Account(10 * g, 0, g * wall, 2 * g * wall, g * wall, 1e9 * g),
            own_seconds=0.0,
        )
        for g in range(1, n + 1)
    ]
    end = Account(last, 0, wall / 2, wall, wall / 2, 5e8)
    return Course(tuple(stages), end, last, stopped, is_cut)


def test_a_search_that_was_played_to_its_end_takes_what_that_took():
    found = expect(Config(generations=4, pop_size=10), [course()], rates=RATES, doubt=0.0)
    totals = {name: each.expected for name, each in found.totals.items()}
    assert totals["minutes"] == pytest.approx((10 + 4 * 60 + 30) / 60)
    assert totals["kwh"] == pytest.approx(1e-6 * (4 * 60 + 30))
    assert totals["co2_g"] == pytest.approx(500 * totals["kwh"])
    assert totals["flops"] == 4.5e9
    assert (totals["generations"], totals["evaluations"]) == (4, 40)
    assert (totals["trainings"], totals["last"]) == (40, 5)
    (allowance,) = found.allowances
    assert (allowance.budget, allowance.given, allowance.ends) == ("generations", "4", True)


def test_what_is_beyond_a_course_that_was_cut_goes_on_as_its_second_half_did():
    found = expect(
        Config(generations=100, pop_size=10), [course(is_cut=True)], rates=RATES, doubt=0.0
    )
    assert found.totals["evaluations"].expected == 1000
    assert found.totals["minutes"].expected == pytest.approx((10 + 100 * 60 + 5 * 30) / 60)
    assert found.totals["last"].expected == 5 * 5  # fronts grow as the root does
    assert found.is_cut


@given(st.floats(0.0, 1.0), st.lists(st.floats(1.0, 1000.0), min_size=1, max_size=5))
def test_what_is_expected_lies_between_low_and_high(doubt, walls):
    courses = [course(wall=wall) for wall in walls]
    found = expect(Config(generations=4, pop_size=10), courses, rates=RATES, doubt=doubt)
    for each in found.totals.values():
        assert each.low <= each.expected <= each.high
    spread = found.totals["kwh"]
    assert spread.high / spread.low == pytest.approx(
        math.exp(4 * doubt) * max(walls) / min(walls)
    )


BUDGETS = [
    ({"budget_time": "130s"}, 2),  # 10 s to start, then a minute each
    ({"budget_kwh": 1.2e-4}, 2),
    ({"budget_co2": "0.09g"}, 3),
    ({"budget_flops": 1e9}, 1),
]


@pytest.mark.parametrize(("budget", "n"), BUDGETS)
def test_each_budget_ends_a_search_when_it_is_spent(budget, n):
    found = expect(
        Config(**budget, generations=4, pop_size=10), [course()], rates=RATES, doubt=0.0
    )
    first, second = found.allowances
    assert [first.budget] == [*budget]
    assert first.ends
    assert not second.ends
    assert first.generations.expected == pytest.approx(n)
    assert found.totals["generations"].expected == n
    assert second.evaluations.expected == 40


def test_a_budget_beyond_the_end_of_the_space_ends_nothing():
    done = course(stopped="there is nothing left that was not measured")
    found = expect(Config(generations=50, pop_size=10), [done], rates=RATES, doubt=0.0)
    assert found.totals["evaluations"].expected == 40
    assert not found.allowances[0].ends
    assert found.ending == "there is nothing left that was not measured"


def test_what_costs_nothing_never_spends_a_budget():
    free = Course(
        (
            Stage(1, 10, Account(n_trainings=10), 1.0),
            Stage(2, 20, Account(n_trainings=20), 2.0),
        ),
        Account(),
        0,
        "it was played no further",
        is_cut=True,
    )
    found = expect(Config(budget_kwh=1.0, pop_size=10), [free], rates=RATES, doubt=0.0)
    assert found.totals["evaluations"].expected == math.inf
    assert found.allowances[0].generations.expected == math.inf
